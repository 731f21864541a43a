"""What the modem should say: its rules once more, in Python that knows nothing of the firmware.

It is told what the host types, what the network does (through `table` and `session`) and how time
passes; `settle` draws the conclusions. `said` is what the host must have heard. The rules are
those of firmware/RULES.md and, beyond them, of firmware/MANUAL.md. Runs on both interpreters.
"""

from model_commands import HOLD, ONLINE, Commands
from model_owed import BROKEN, DATA, LOST, OUTCOME, Owed
from model_session import StackModel
from model_table import FAILED, HALF, TCP, UDP, TableModel

OK = "OK"

_ETX = b"\x03"
_DLE = b"\x10"
DATAGRAM = 64  # bytes: the modem beside it is given this size


class Model:
    def __init__(self, wipsoft=False, urcs=8, echo=False):
        self.now = 0
        self.said = b""
        self.wipsoft = wipsoft
        self.echo = echo
        self.cmee = True
        self.counts = dict.fromkeys(COUNTERS, 0)
        self.owed = Owed(urcs)
        self.table = TableModel(self.owed, self.counts)
        self.session = StackModel(self.table, self.owed, wipsoft)
        self._commands = Commands(self)
        self.typing = False  # an A has come, and no more
        self.todo = []  # commands of the line under way
        self.line_at = 0  # when it was complete
        self.mode = 0  # of data mode; 0: command mode
        self.ending = None  # the result that ends data mode, still to be said
        self.escape_at = None  # when the guard time behind `+++` is over
        self._escaped = False  # the last byte from the host was a DLE
        self._gathered = b""
        self._shut = False  # SHUTDOWN has been said

    # The host

    def hold(self):
        """It types an A: nothing unsolicited until its line has had its result (F7)."""
        self.typing = True

    def line(self, commands, text):
        """A whole line; `text` is what it looks like."""
        self.typing = self.owed.first = False
        if self.echo:
            self.said += text
        self.todo = list(commands)
        self.line_at = self.now
        if not self.todo:
            self._result(OK)

    def busy(self):
        """Is a line begun, or without its result? Then it is no moment for another."""
        return self.typing or bool(self.todo)

    def in_data_mode(self):
        return self.mode > 0

    def begins_data(self, sock, mode):
        self.mode = mode
        self.table.mapped = sock
        self.owed.forget(sock.key, DATA)
        self._escaped = self._shut = False
        self._result("CONNECT")

    def writes(self, data):
        """Bytes in data mode. What becomes of them is seen once option 12's time has passed."""
        sock = self.table.mapped
        framed = self.mode == 1
        if sock.key[0] == TCP:
            self._write_stream(sock, data, framed)
        else:
            self._write_datagrams(sock, data, framed)

    def _write_stream(self, sock, data, framed):
        for byte, mark in self._unframe(data, framed):
            if mark:
                sock.finished = True
            else:
                self.table.send(sock, byte)

    def _write_datagrams(self, sock, data, framed):
        for byte, mark in self._unframe(data, framed):
            self._gathered += byte
            if mark or len(self._gathered) == DATAGRAM:
                self._flush(sock)
        if not framed:
            self._flush(sock)

    def _flush(self, sock):
        self.table.send_datagram(sock, self._gathered)
        self._gathered = b""

    def _unframe(self, data, framed):
        """(byte, is it a bare ETX?): D16, Q24, H12."""
        for i in range(len(data)):
            byte = data[i : i + 1]
            if framed and not self._escaped and byte == _DLE:
                self._escaped = True
                continue
            mark = framed and not self._escaped and byte == _ETX
            self._escaped = False
            yield (b"" if mark else byte), mark

    def dtr_drops(self):
        """&D2: out of data mode, sockets closed, session ended (D5, B10)."""
        self.typing = False
        self.todo = []
        self._commands.forget_line()
        if self.mode:
            self._leave(OK)
        self.session.end()

    # Time

    def wait(self, ms):
        end = self.now + ms
        while self.now < end:
            self.settle()
            self.now = self.table.now = min(
                [end] + [due for due in self._dues() if due > self.now]
            )
        self.settle()

    def _dues(self):
        dues = self.table.dues() + [self.owed.first_until]
        dues += [self.line_at + ms for ms in self._commands.patience(self.todo)]
        return dues + ([] if self.escape_at is None else [self.escape_at])

    def settle(self):
        """All that happens at this moment: commands, data, unsolicited lines, what falls due."""
        again = True
        while again:
            again = self._obey()
            again = self._relay() or again
            again = self._announce() or again
            again = self._tick() or again

    def _tick(self):
        due = self.table.tick()
        due = self.session.notice() or due
        if self.owed.first and self.now >= self.owed.first_until:
            self.owed.first = False
            due = True
        return due

    # Commands

    def _obey(self):
        if self.escape_at is not None and self.now >= self.escape_at:
            self._leave(OK)
        moved = False
        while self.todo:
            outcome = self._commands.run(self.todo[0])
            if outcome == HOLD:
                return moved
            moved = True
            self.todo = self.todo[1:] if outcome == 0 else []
            if outcome not in (0, ONLINE):
                self._result(outcome)
            elif not self.todo and outcome != ONLINE:
                self._result(OK)
        return moved

    def say(self, text):
        self.said += b"\r\n" + text.encode() + b"\r\n"

    def _result(self, result):
        """OK, CONNECT or an error number, ERROR if it is negative or nobody asks for numbers."""
        if isinstance(result, int):
            numbered = result >= 0 and self.cmee
            result = "+CME ERROR: %d" % result if numbered else "ERROR"
        self.say(result)

    # Data mode

    def _relay(self):
        """What waits goes to the host, framed as the mode has it (D14, D15, H12, H13)."""
        if not self.mode:
            return False
        sock = self.table.mapped
        said = self.said
        if sock.key[0] == TCP:
            self._give_stream(sock)
        else:
            self._give_datagrams(sock)
        return self.said != said

    def _give_stream(self, sock):
        self.said += _frame(sock.unread) if self.mode == 1 else sock.unread
        sock.unread = b""
        if self.mode == 1 and sock.state == HALF and not self._shut:
            self._shut = True
            self.say("SHUTDOWN")
        if self.mode == 1 and sock.state == FAILED:
            self.said += _ETX  # D21
            self.owed.forget(sock.key, BROKEN)
            self._leave(sock.error)

    def _give_datagrams(self, sock):
        while sock.datagram is not None:
            data = sock.datagram[0]
            self.said += _frame(data) + _ETX if self.mode == 1 else data
            sock.datagram = None
            self.table.take_datagram(sock)

    def _leave(self, result):
        """What is gathered goes (D8); then the lines held back, and the result (Q33)."""
        sock = self.table.mapped
        if sock.key[0] == UDP:
            self._flush(sock)
        self.mode = 0
        self.escape_at = self.table.mapped = None
        self.ending = result
        sock.told = False
        self.table.tell(sock)

    # Unsolicited lines

    def _announce(self):
        if self.mode or self.busy():
            return False
        said = self.said
        line = self.owed.next(self.table.pending())
        while line:
            self.say(self._text(line))
            if line[0] == OUTCOME:
                self.owed.first = self.owed.first and self.table.pending()
            line = self.owed.next(self.table.pending())
        if self.ending is not None and not self.owed.lines:
            self._result(self.ending)
            self.ending = None
        return self.said != said

    def _text(self, line):
        kind, key, text = line
        if kind == LOST:
            return "+WIPXLOST: %d" % text
        return self.data_line(self.table.sockets[key]) if kind == DATA else text

    def data_line(self, sock):
        """D10; the count is that of the moment (H11)."""
        text = "+WIPDATA: %d,%d,%d" % (sock.key + (sock.readable(),))
        return text + (',"%s",%d' % sock.datagram[1:] if sock.datagram else "")


COUNTERS = (
    "accept_range_full",
    "accept_no_socket",
    "tx_dropped",
    "rx_dropped",
    "udp_tx_dropped",
    "udp_tx_refused",
    "udp_rx_dropped",
)


def _frame(data):
    """DLE before each ETX and DLE."""
    return data.replace(_DLE, _DLE + _DLE).replace(_ETX, _DLE + _ETX)
