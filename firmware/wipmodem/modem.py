"""The modem: ties line reader, commands, index table, data mode and URC queue to the ports.

`service(now_ms)` does one small pass and returns how long nothing needs to be done, in ms. In a
pass: events of the net port -> host input -> commands -> data -> URCs -> output -> timers.
"""

from . import errors, ticks
from .at import writer as text
from .at.arguments import Arguments
from .at.line import LineReader
from .at.writer import Writer
from .clock import Clock
from .commands.base import DONE, ENDED, HOLD, MORE, ONLINE
from .commands.dispatch import Commands
from .commands.radio_commands import restore_dial
from .commands.unsolicited import Announcer
from .commands.watch import Watch
from .compat import const
from .contract import IN, OUT
from .counters import DTE_STALLS, TX_DROPPED, Counters
from .health import Health
from .nobody import NOBODY
from .online.calls import Calls
from .online.escape import STALL_MS, Escape
from .online.mode import DataMode
from .pipe import Pipe, Span
from .profile import Profile
from .recorder import ERROR, STALL, Recorder
from .session.after import After
from .session.lines import DTR_HANGS_UP, ControlLines, Drop
from .session.session import Stack
from .settings import DIALECT, TELL_OVERRUN, WIPSOFT, factory
from .sockets.socket import FAILED
from .sockets.table import Table
from .urc import UrcQueue

_MOST_HELD_BACK = const(65536)  # bytes that a DTE may have kept for us
_LF = const(10)
_LF_MS = const(10)  # H17: how long the LF behind a CR is waited for
_HOLD_MS = const(10)  # how often a held command is looked at again

RESTART = const(-1)


class Modem:
    """`board`: its ports, name and sizes, as in contract.py.

    `cause`: why it starts, in a word; `typed`: a Span of host bytes that an earlier modem has read
    and not handled (restart.py).
    """

    def __init__(self, board, cause=None, typed=None):
        sizes = board.sizes
        self.board = board
        self.now_ms = 0
        self.clock = Clock()
        self.step = 0  # of the command under way, for its handler
        self.value = 0  # ... and the number behind its name, of a basic command
        self._ending = text.OK  # a result other than OK and errors, of the command under way
        self._line_ms = 0  # when the line under way was complete
        self.settings = factory()
        self._serial = serial = board.serial
        self.profile = Profile(board.store, self.settings)
        self.after = After(self)
        self.trial = self.ping = self.counted = NOBODY  # made at the first use
        self.profile.start(board)
        self.after.apply()
        self.counters = Counters()
        self.recorder = Recorder(board.recorder, self.clock)
        cause = cause or board.reset_cause
        self.recorder.start(cause)
        self.arguments = Arguments()
        self._net = board.net
        self.urcs = UrcQueue(sizes.sockets, sizes.urcs, self.clock)
        self.out = Pipe(sizes.block, sizes.out)
        self.writer = Writer(self.out, self.settings)
        self.line = LineReader(sizes.line, self.settings, self.writer)
        self.table = Table(self, board.entropy, sizes)
        self.table.options.use()
        self.stack = Stack(board.bearer, self.table, self.urcs, self.settings, self.clock)
        self.calls = Calls(
            self.stack.radio, self.settings, self.urcs, self.counters, self.table.scratch
        )
        self.data = DataMode(self.table.traffic, self, sizes)
        self.announcer = Announcer(self)
        restore_dial(self)
        self.commands = Commands(self)
        self._escape = Escape(self.settings)
        self._control = ControlLines(serial, self.settings)
        self._drop = Drop(serial, self.settings)
        self._holds = False  # the command under way waits for something
        self.host = typed or Span(bytearray(sizes.block))  # host bytes not dealt with yet
        self.health = Health(self, cause)
        self.watch = Watch(self)
        self._overruns = 0  # that have been told
        self._unseen_ms = 0
        self.heard_ms = 0  # when the host's last byte was read, or had to wait unread
        self._looked_ms = 0  # when the DTE was last asked for bytes
        self._blocked = False  # ... and whether that had to wait for bytes it gave before
        self._lf_comes = False  # data mode has begun, and the LF of its command line is no data
        self._leaving = False  # data mode has ended, its URCs and OK are still to be said
        self._busy = False

    def service(self, now_ms, unseen_ms=0):
        """One pass. unseen_ms: how long before now nobody looked at the ports.

        Return for how many ms no pass is needed, or RESTART: see restart.py.
        """
        self.now_ms = self.table.now_ms = now_ms
        if self.clock.tick(now_ms):
            self.table.door.second()
            self.health.second(not (self.data.channel or self.line.busy()))
            self.watch.second()
        self._unseen_ms = unseen_ms
        self._busy = False
        if unseen_ms > self.health.stall_ms:
            self.health.stall_ms = unseen_ms
        if unseen_ms > STALL_MS:
            self.counters.add(DTE_STALLS)
            self.recorder.note(STALL, unseen_ms)
        self._take_events()
        self._watch_dtr()
        self._listen()
        if self.data.channel:
            self._relay()
        elif not self._leaving:
            self._run()
        self._announce()
        self._talk()
        if self.after.due or self.after.lazily_due:
            self.after.service()
            if self.after.over:
                return RESTART
        self._tick()  # last: an answer does not wait for it
        return 0 if self._busy else self._wait_ms()

    def create(self, sock, local_port, name, peer_port):
        """Create a UDP or TCP client socket; its outcome will come before other URCs (H5)."""
        failure = 0
        if sock.state == FAILED and self.settings[DIALECT] == WIPSOFT:
            failure = self.table.give_way(sock)
        failure = failure or self.table.create(sock, local_port, name, peer_port)
        if not failure:
            self.announcer.expect_outcome()
        return failure

    def expect_data(self):
        """Behind the command line the host sends data; H1: but not its LF."""
        self._lf_comes = self.line.lf_comes()
        self.line.forget_end()
        self._drop_lf()

    def line_age_ms(self):
        """How long the command line under way has been waiting for its result."""
        return ticks.diff(self.now_ms, self._line_ms)

    def ends_in(self, result):
        """The outcome of a handler whose command ends in this result, not in OK or an error."""
        self._ending = result
        return ENDED

    # Events and timers

    def _take_events(self):
        net = self._net
        for i in range(net.count):
            handle = net.ready[i]
            if net.flags[handle]:
                self._busy = True
                self._take_event(handle)
        net.count = 0

    def _take_event(self, handle):
        if self.ping.on_event(handle, self.now_ms):
            return
        if not self.table.resolver.on_event(handle, self.now_ms):
            self.table.on_event(handle)

    def _tick(self):
        late = self.table.resolver.tick(self.now_ms)
        late = self.table.tick() or late
        late = self.stack.service(self.now_ms) or late
        if self.ping.under_way:
            late = self.ping.tick(self.now_ms, self.stack.ready()) or late  # type: ignore (a Ping)
        if self.calls.stir():
            late = self.calls.attend(self) or late
        if self.trial.under_way:
            late = self.trial.tick() or late  # type: ignore (a Trial)
        if self.data.channel:
            late = self.data.channel.tick() or late
        if self.announcer.awaiting:
            late = self.announcer.tick() or late
        if self.watch.tick() or late:
            self._busy = True
        up = self.stack.up() or self.calls.up()
        self._control.service(self.now_ms, up, self.data.gone(), self.calls.ringing())

    def _watch_dtr(self):
        drop = self._drop
        drop.look(self.now_ms, self._left(), self._holds and self.host.left() > 0)
        if drop.asks:
            self._escape.end()
        if drop.discards:
            self._drop_input()
        if drop.asks and (drop.discards or not self._left()):
            self._dtr_dropped(drop.end() == DTR_HANGS_UP)

    def _left(self):
        """Bytes that are read and not dealt with; 1 more for what does not end by itself."""
        waits = self._leaving or self.after.due or (self.line.ready and not self._holds)
        return self.host.left() + self._escape.owed.left() + (1 if waits else 0)

    def _dtr_dropped(self, hang_up):
        """D5, B10: to command mode; with &D2 the sockets go, then the call."""
        self._holds = False
        self._busy = True  # the host's next bytes may be there
        self.counters.add(TX_DROPPED, self.counted.stop())
        self.line.reset()
        if self.data.channel:
            self._leave(text.OK)
        if hang_up or not self.calls.up():  # nobody waits for a call that is being set up
            self.calls.hang_up()
        if hang_up:
            self.stack.hang_up()

    def _drop_input(self):
        """What came before DTR dropped was data: it must not be taken for commands."""
        dropped = self.host.left() + self._escape.drop()
        n = not self._drop.asks  # else what is unread came after it
        while n > 0 and dropped < _MOST_HELD_BACK:
            n = self._serial.readinto(self.host.buf)
            dropped += n
        self.host.load(0)
        self.counters.add(TX_DROPPED, dropped)
        self._busy = self._busy or dropped > 0

    # From the host

    def _listen(self):
        """Read a block when the last one has been dealt with: back-pressure is not to read."""
        if self._may_not_read() or self._drop.discards:
            self._blocked, self.heard_ms = True, self.now_ms
            return
        if self._blocked:  # what waits now may have come at any time since
            self._blocked = False
            self._unseen_ms = max(ticks.diff(self.now_ms, self._looked_ms), self._unseen_ms)
        n = self._serial.readinto(self.host.buf)
        if self.data.channel and self._escaped(n):
            self._leave(text.OK)  # D6; what has been read comes after it, and is a command
        self._looked_ms = self.now_ms
        if n > 0:
            self._heard(n)
        elif self._drop.waits and not self._drop.comes():
            self._busy = True  # all before it is read

    def _may_not_read(self):
        """Return whether the host's next bytes have to wait unread."""
        if self._leaving or self.after.due or self._drop.asks:
            return True
        return self.host.left() or self._escape.owed.left()  # pluses have room for three alone

    def _escaped(self, n):
        """Return whether an escape is complete, n bytes having been read."""
        self._escape.unguarded = self.data.gone()  # H13
        came_ms = ticks.diff(self.now_ms, self._looked_ms) if n > 0 else 0
        return self._escape.tick(self.now_ms, self._unseen_ms, came_ms)

    def _heard(self, n):
        self._busy = True
        self.heard_ms = self.now_ms
        if self._serial.overruns != self._overruns:
            self._tell_overrun()
        self.host.load(n)
        self._drop_lf()
        if self.data.channel:
            self._escape.feed(self.host, self.now_ms, self._unseen_ms)
        else:
            self._escape.heard(self.now_ms, self._unseen_ms)

    def _tell_overrun(self):
        self._overruns = self._serial.overruns
        if self.settings[TELL_OVERRUN]:
            self.urcs.overrun(self._overruns)

    def _drop_lf(self):
        """H1: of a host that ends its lines in CR LF, the LF behind AT+WIPDATA."""
        if self._lf_comes and self.host.left():
            self._lf_comes = False
            if self.host.buf[self.host.start] == _LF:
                self.host.take(1)

    # Command mode

    def _run(self):
        if self.after.due:
            return
        self._holds = False
        self._read_line()
        if self.line.waits_for_lf and not self._lf_is_here():
            return
        while self.line.ready and self.writer.room():
            outcome = self.commands.step()
            if outcome == HOLD:
                self._holds = True
                return
            self._busy = True
            if outcome != MORE:
                self._finish(outcome)

    def _lf_is_here(self):
        """H17: or it does not come."""
        if self.host.left():
            self.line.take_lf(self.host)
        elif not self.line.expects_lf or self.line_age_ms() >= _LF_MS:
            self.line.waits_for_lf = False
        return not self.line.waits_for_lf

    def _read_line(self):
        room = self.out.room() - text.LINE_MAX  # for the echo
        if self.line.ready or not self.host.left() or room <= 0:
            return
        self._busy = True
        self.line.feed(self.host, room)
        if self.line.ready:
            self._line_ms = self.now_ms
            self.commands.begin()
            self.announcer.line_begins()

    def _finish(self, outcome):
        """The one final result of a line."""
        self.line.done()
        if outcome == DONE:
            self.writer.result(text.OK)
        elif outcome == ENDED:
            self.writer.result(self._ending)
        elif outcome == ONLINE:
            self.writer.connect(self.calls.speed() if self.data.is_call() else 0)
            self.expect_data()
            self.line.reset()
        else:
            self.recorder.note(ERROR, max(outcome, 0))
            self.writer.error(outcome)

    # Data mode

    def _relay(self):
        self._send(self._escape.owed)
        if not self._escape.owed.left():
            self._send(self.host)
            if self.data.stream(self.host):
                self._escape.feed(self.host, self.now_ms, self._unseen_ms)
                self._send(self.host)
        if self.data.channel.give():
            self._busy = True
        over = self.data.channel.over()
        if over:
            self._drop_input()
            self._leave(over)

    def _send(self, span):
        start = span.start
        if span.left():
            self.data.channel.take(span)
        if span.start > start:
            self._busy = True

    def _leave(self, result):
        """`result`: of text.py, or an error number (D21)."""
        self.data.end()
        self._leaving = self.urcs.closing = True
        self._ending = result

    # To the host

    def _announce(self):
        """URCs, where they may stand (F7); after data mode they come before the OK (Q33)."""
        if self.data.channel or self.line.busy():
            return
        if self.urcs.count and self.announcer.service():
            self._busy = True
        if self._leaving and not self.urcs.count and self.writer.room():
            self._leaving = self.urcs.closing = False
            self._say_ending()

    def _say_ending(self):
        if self._ending < errors.NO_OPTION:
            self.writer.result(self._ending)
        else:
            self.writer.error(self._ending)

    def _talk(self):
        out = self.out
        while out.block():
            n = self._serial.write(out.buf, out.start, out.end - out.start)
            if n <= 0:
                break
            self._busy = True
            out.take(n)
        waits = out.count() or (self.data.channel and self.data.channel.waits())
        self._serial.want((0 if self._may_not_read() else IN) | (OUT if waits else 0))

    def _wait_ms(self):
        if self.line.ready or self.host.left() or self._drop.waits:
            return _HOLD_MS
        if self.after.due or self.after.lazily_due:
            return self.after.wait_ms()
        wait_ms = min(self.table.wait_ms(), self.table.resolver.wait_ms(self.now_ms))
        wait_ms = min(wait_ms, self.stack.wait_ms(self.now_ms))
        if self.calls.stir():
            wait_ms = min(wait_ms, self.calls.wait_ms())
        if self.ping.under_way:
            wait_ms = min(wait_ms, self.ping.wait_ms(self.now_ms))  # type: ignore
        if self.data.channel:
            wait_ms = min(wait_ms, self._escape.wait_ms(self.now_ms), self.data.wait_ms())
        if self.trial.under_way:
            wait_ms = min(wait_ms, self.trial.left_ms())  # type: ignore
        if self.announcer.awaiting:
            wait_ms = min(wait_ms, self.announcer.wait_ms())
        return min(wait_ms, self._control.wait_ms(self.now_ms))
