"""A transcript as a file, and what plays its steps on a session: see transcripts.py."""

from fake_radio import FakeRadio
from session import Session
from transcript_events import Events, Mismatch, to_bytes
from wipmodem import VERSION
from wipmodem.contract import WIPSOFT

WAYS = ("whole", "split", "trailing", "narrow")


class Transcript:
    def __init__(self, path):
        self.path = path
        with open(path) as file:
            self.lines = [line.rstrip("\n") for line in file]

    def ways(self):
        for line in self.lines:
            if line.startswith("# ways: "):
                return tuple(way for way in WAYS if way in line.split())
        return WAYS

    def run(self, way):
        given = {}
        begin = "ready"
        for line in self.lines:
            if line.startswith("= "):
                name, _, value = line[2:].partition(" ")
                if value:
                    given[name] = eval(value)  # noqa: S307
                elif name in _BOARDS:
                    key, make = _BOARDS[name]
                    given[key] = make()
                else:
                    begin = name
        Player(Session(**given), way, begin).play(self.lines)


# Lines that say of what kind the board is.
_BOARDS = {
    "radio": ("radio", FakeRadio),
    "wipsoft": ("dialect", lambda: WIPSOFT),
}


_TO_DATA_MODE = ("AT+WIPDATA=", "ATD5", "ATO", "ATA")


class Player(Events):
    def __init__(self, session, way, begin):
        self._session = session
        self._way = way
        self._expected = b""
        self._peers = {}  # the last known fake socket of each "protocol,index"
        if begin == "ready":
            session.online()
        elif begin == "idle":
            session.ask(b"ATE0")
        session.serial.lazy = way == "split"
        if way == "narrow":
            session.serial.bite = 1
            session.net.write_bite = 1

    def play(self, lines):
        for number, line in enumerate(lines):
            sign, _, rest = line.partition(" ")
            try:
                step = _STEPS.get(sign)
                if step:
                    step(self, rest)
                elif sign not in ("", "#", "="):
                    raise Mismatch("not a step: " + line)
            except Mismatch as error:
                raise Mismatch("line %d: %s" % (number + 1, error.args[0])) from None
        try:
            self._check()
        except Mismatch as error:
            raise Mismatch("at the end: " + error.args[0]) from None

    # Steps

    def _host_line(self, words):
        """Trailing: LF and NUL behind the CR, which H1 wants ignored; in data mode NUL is data."""
        tail = b"\n" if words.upper().startswith(_TO_DATA_MODE) else b"\n\0\n"
        self._send(words.encode() + b"\r" + (tail if self._way == "trailing" else b""))

    def _host_bytes(self, words):
        self._send(to_bytes(words))

    def _modem_line(self, words):
        """$VERSION stands for the version of the firmware."""
        self._expected += b"\r\n" + words.replace("$VERSION", VERSION.decode()).encode() + b"\r\n"

    def _modem_bytes(self, words):
        self._expected += to_bytes(words)

    def _clock(self, words):
        self._check()
        self._session.wait(int(words))

    def _event(self, words):
        self._check()
        self._happens(*words.split(" ", 1))
        self._session.settle()

    def _happens(self, name, words=""):
        getattr(self, name)(words)

    def _send(self, data):
        self._check()
        if self._way != "split":
            self._session.send(data)
            return
        for i in range(len(data)):
            self._session.send(data[i : i + 1])

    def _check(self):
        said = self._session.take()
        if said != self._expected:
            raise Mismatch("expected %r, the modem said %r" % (self._expected, said))
        self._expected = b""
        self._meet_peers()

    def _meet_peers(self):
        for sock in self._session.modem.context.table.all:
            if sock.handle >= 0:
                who = "%d,%d" % (sock.protocol, sock.index)
                self._peers[who] = self._session.net.socket(sock.handle)


_STEPS = {
    ">": Player._host_line,
    ">>": Player._host_bytes,
    "<": Player._modem_line,
    "<<": Player._modem_bytes,
    "~": Player._clock,
    "@": Player._event,
}
