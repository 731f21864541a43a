"""A program of the fuzzers: bytes that say what host, network, radio and clock do, in turn.

    first byte      what the modem is: _RADIO and the bits below it
    0xFF a b        an event: EVENTS[a], `b` says which socket, what data, how long
    anything else   a byte of the host's; those between two events are sent together

Steps are those of transcripts, played and written down as such: what fails is one at once.
Runs on both interpreters.
"""

from fake_radio import FakeRadio
from fuzz.watch import Watch
from session import Session
from transcript_events import Events, Mismatch
from wipmodem import contract as c
from wipmodem.settings import DIALECT, ECHO, S2
from wipmodem.sockets.socket import SERVER, TCP, UDP

MARK = 0xFF

_RADIO = 1
_WIPSOFT = 2
_SMALL = 4
_FRESH = 8
_NO_FLOW = 16
_SIZES = {"urcs": 3, "rx": 64, "tx": 64, "datagram": 16, "block": 32, "out": 352}

_WAITS_MS = (1, 10, 20, 100, 500, 999, 1000, 1001, 3000, 6000, 31000, 61000)
# What a peer sends, the radio's over a call too.
PAYLOADS = (
    b"x",
    b"+++",
    b"AT+WIPCFG=0\r",
    b"\r\nOK\r\n",
    b"\r\nNO CARRIER\r\n",
    b"\r\n+WIPACCEPT: 1,5\r\n",
    b"\r\n+WIPPEERCLOSE: 2,1\r\n",
    b"\x03\x10\x03",
    b"\x10" * 40,
    bytes(range(256)),
    b"\r\nRING\r\n",
    b"A/",
    b"\0\x11\x13\x1b\xff",
    b"0\r3\r4\r",
    b"y" * 700,
    b"",
)
_ADDRESSES = ("192.0.2.9:4000", "1.2.3.4:1", "255.255.255.255:65535")
# A radio's words, one of them longer than a line may be.
_ANSWERS = (
    "error",
    "nothing",
    '"+CSQ: 23,0\\n"',
    '"+CREG: 0,1\\n"',
    '"+WIPACCEPT: 1,5\\n"',
    '"' + "z" * 120 + '\\n"',
    '"a\\nb\\nc\\n"',
    '""',
)


def _of(protocol, up=True):
    def choose(player):
        return [s for s in player.sockets() if s.protocol == protocol and player.is_up(s) == up]

    return choose


def _waits(player, which):
    """An event that is nothing but time, in ms."""
    return _WAITS_MS[which % len(_WAITS_MS)]


def _words(name, choose=None, words=("",)):
    """An event of a transcript: `choose` gives the sockets it may be of, then one of `words`."""

    def steps(player, which):
        if choose is None:
            return "%s %s" % (name, words[which % len(words)])
        socks = choose(player)
        if not socks:
            return None
        sock = socks[which % len(socks)]
        word = words[which // 8 % len(words)]
        return "%s %d,%d %s" % (name, sock.protocol, sock.index, word)

    return steps


def _when(condition, steps):
    def if_so(player, which):
        return steps(player, which) if condition(player) else None

    return if_so


def _radio_is(*states):
    def is_so(player):
        radio = player.session.bearer.radio
        return radio is not None and radio.state in states

    return is_so


def _bearer_is(*states):
    def is_so(player):
        return player.session.bearer.state in states

    return is_so


_DATA = tuple(repr(payload) for payload in PAYLOADS)
_DATAGRAMS = tuple(address + " " + data for address in _ADDRESSES[:2] for data in _DATA)
_ON_OFF = ("off", "on")
# The host takes nothing for a while, or is not looked at.
_TIMED = ("cts off", "stall 150", "stall 99")
_IN_CALL = _radio_is("online")

# Kept programs name them by their places: new ones come last.
EVENTS = (
    _waits,
    _words("connects", _of(TCP, up=False)),
    _words("refuses", _of(TCP, up=False)),
    _words("unreachable", _of(TCP, up=False)),
    _words("sends", _of(TCP), _DATA),
    _words("closes", _of(TCP)),
    _words("resets", _of(TCP)),
    _words("window", _of(TCP), ("0", "1", "100", "100000")),
    _words("peer", _of(SERVER), _ADDRESSES),
    _words("datagram", _of(UDP), _DATAGRAMS),
    _words("port_closed", _of(UDP)),
    _words("unreachable", _of(UDP)),
    _words("connects", _of(UDP)),
    _words("window", _of(UDP), ("0", "1000")),
    _words("dns", None, ("192.0.2.5", "nothing", "forged", "255.255.255.255")),
    _words("echo_reply", None, ("", "wrong")),
    _words("dtr", None, _ON_OFF),
    _words("cts", None, _ON_OFF),
    _words("bearer", None, ("slow",)),
    _when(_bearer_is(c.STARTING, c.RETRYING), _words("bearer", None, ("on", "failed 807"))),
    _when(_bearer_is(c.UP), _words("bearer", None, ("lost", "paused"))),
    _when(_radio_is("idle"), _words("radio", None, ("starting",))),
    _when(_radio_is("starting"), _words("radio", None, ("idle",))),
    _when(_radio_is("asking"), _words("answers", None, _ANSWERS)),
    _when(
        _radio_is("calling"),
        _words("call", None, ("online 115200", "online", "online 300", "ended 3", "ended 7")),
    ),
    _when(_IN_CALL, _words("carrier", None, ("lost", "on"))),
    _when(_IN_CALL, _words("radio_sends", None, _DATA)),
    _when(_radio_is("idle"), _words("rings")),
    _when(_radio_is("idle", "call", "online"), _words("registered", None, ("0", "5", "9999999"))),
    _words("store", None, ("full", "torn", "well")),
    _words("sockets_full", None, ("yes", "no")),
    _words("stall", None, ("150", "99")),
    _words("cannot", None, ("7", "8", "9")),
    _words("unsent", None, ("", "no")),
)


class Program:
    """Plays a program on a modem of its own, and keeps what it did as a transcript."""

    def __init__(self, data, way="whole"):
        """`way`: whole, split or narrow, as for transcripts."""
        self._data = data
        self._kind = data[0] if data else 0
        self._way = way
        self.steps = self._begin()
        self.heard = bytearray()  # all that the modem has said
        radio = FakeRadio() if self._kind & _RADIO else None
        sizes = _SIZES if self._kind & _SMALL else {}
        dialect = c.WIPSOFT if self._kind & _WIPSOFT else c.C1
        flow = not self._kind & _NO_FLOW
        self.session = Session(radio, dialect, flow=flow, **sizes)
        if not self._kind & _FRESH:
            self.session.online()
        self.session.take()
        if way == "narrow":
            self.session.serial.bite = self.session.net.write_bite = 1
        self.player = Player(self.session)
        self.watch = Watch(self.session)
        self.timed = False  # something in it hangs on time: how bytes are cut then matters

    def run(self):
        data = self._data
        start = 1
        while start < len(data):
            stop = data.find(b"\xff", start)
            stop = len(data) if stop < 0 else stop
            if stop > start:
                self.type(data[start:stop])
            if stop + 2 < len(data):
                self._event(data[stop + 1], data[stop + 2])
            start = stop + 3

    def type(self, data):
        """Bytes of the host's; what the modem says to them."""
        self.steps.append(">> %r" % data)
        modem = self.session.modem
        # Of more than three a block is data; one by one they are an escape that grows too long.
        character = bytes((modem.context.settings[S2],))
        self.timed = self.timed or (modem.context.online.peer_gone() and character * 4 in data)
        if self._way == "split":
            for i in range(len(data)):
                self.session.send(data[i : i + 1])
        else:
            self.session.send(data)
        return self._hear()

    def wait(self, ms):
        self.steps.append("~ %d" % ms)
        self.session.wait(ms)
        return self._hear()

    def happen(self, words):
        """One of transcript_events.py; nothing if it cannot happen now."""
        self.steps.append("@ " + words)
        held = words == "dtr off" and self.watch.open_lines() > 0
        self.timed = self.timed or held or words in _TIMED
        try:
            self.player.happens(words)
        except Mismatch:
            self.steps.pop()
            return
        self.session.settle()
        self._hear()

    def _event(self, kind, which):
        words = EVENTS[kind % len(EVENTS)](self.player, which)
        if words is None:
            return
        if isinstance(words, int):
            self.wait(words)
        else:
            self.happen(words)

    def _begin(self):
        kinds = (
            (_RADIO, "= radio"),
            (_WIPSOFT, "= wipsoft"),
            (_NO_FLOW, "= flow False"),
            (_FRESH, "= fresh"),
        )
        lines = ["# ways: " + self._way]
        lines += [line for bit, line in kinds if self._kind & bit]
        if self._kind & _SMALL:
            lines += ["= %s %d" % each for each in _SIZES.items()]
        return lines

    def _hear(self):
        said = self.session.take()
        self.heard += said
        settings = self.session.modem.context.settings
        # H17: the LF behind a CR is waited for.
        self.timed = self.timed or settings[DIALECT] * settings[ECHO] > 0
        if said:
            self.steps.append("<< %r" % said)
        return said


class Player(Events):
    """Makes events happen, and knows which sockets they may happen to."""

    def __init__(self, session):
        self.session = self._session = session
        self._peers = {}

    def happens(self, words):
        self._peers = {}
        for sock in self.sockets():
            self._peers["%d,%d" % (sock.protocol, sock.index)] = self._peer_of(sock)
        name, _, rest = words.strip().partition(" ")
        getattr(self, name)(rest)

    def sockets(self):
        return [sock for sock in self.session.modem.context.table.all if sock.handle >= 0]

    def is_up(self, sock):
        return self._peer_of(sock).up

    def _peer_of(self, sock):
        return self.session.net.socket(sock.handle)
