"""The ways in which the DTE can be mapped to somebody far away, each in data mode on a session.

Runs on both interpreters.
"""

import gc

from fake_radio import FakeRadio
from fuzz.watch import Watch
from session import Session
from wipmodem.contract import C1, WIPSOFT

ADDR = b"\xc0\0\2\x09"
PORT = 4000
_DLE = b"\x10"
_ETX = b"\x03"


def plain(data):
    return data


def escaped(data):
    """DLE before DLE and ETX (D15, H12)."""
    return data.replace(_DLE, _DLE + _DLE).replace(_ETX, _DLE + _ETX)


def escaped_datagram(data):
    """... and ETX behind all (Q23)."""
    return escaped(data) + _ETX


class Mapping:
    """`frame(data)` is what the host has to get of what the far end sends, `kind` what that is."""

    def __init__(self, name, kind, frame, commands, dialect=C1):
        self.name = name
        self.kind = kind
        self.frame = frame
        self.create, self.enter = commands
        self.dialect = dialect

    def begin(self):
        """A far end to which the DTE is mapped."""
        if hasattr(gc, "mem_free"):  # MicroPython's heap takes few modems
            gc.collect()
        return Far(self)


MAPPINGS = (
    Mapping(
        "transparent", "tcp", plain, (b'AT+WIPCREATE=2,1,"192.0.2.9",4000', b"AT+WIPDATA=2,1,2")
    ),
    Mapping("spawned", "peer", plain, (b"AT+WIPCREATE=3,1,7000,1,2", b"AT+WIPDATA=2,1,2")),
    Mapping(
        "escaped",
        "tcp",
        escaped,
        (b'AT+WIPCREATE=2,1,"192.0.2.9",4000', b"AT+WIPDATA=2,1,1"),
        WIPSOFT,
    ),
    Mapping(
        "datagrams",
        "udp",
        escaped_datagram,
        (b'AT+WIPCREATE=1,1,,"192.0.2.9",4000', b"AT+WIPDATA=1,1,1"),
    ),
    Mapping("listener", "udp", escaped_datagram, (b"AT+WIPCREATE=1,1,9000", b"AT+WIPDATA=1,1,1")),
    Mapping(
        "raw_datagrams",
        "udp",
        plain,
        (b'AT+WIPCREATE=1,1,,"192.0.2.9",4000', b"AT+WIPDATA=1,1,2"),
        WIPSOFT,
    ),
    Mapping("call", "call", plain, (b"AT", b"ATD555")),
)


class Far:
    """A session in data mode, and what its far end does."""

    def __init__(self, mapping):
        self.mapping = mapping
        self.session = Session(FakeRadio(), mapping.dialect, sockets=3).online()
        self.watch = Watch(self.session)
        self._at_hand = None
        self.session.ask(b"AT&C1")
        self.session.ask(mapping.create)
        getattr(self, "_meet_" + mapping.kind)()
        self.commands = 0
        self.map()

    def map(self):
        """Into data mode."""
        self.session.send(self.mapping.enter + b"\r")
        if self.mapping.kind == "call":
            self.session.bearer.radio.state = "online"
            self.session.settle()
        assert self.session.take().endswith(b"\r\nCONNECT\r\n")
        self.commands = self.watch.lines

    def _meet_tcp(self):
        self._at_hand = self.session.peer(2, 1)
        self._at_hand.outcome = 1
        self.session.settle()

    def _meet_peer(self):
        self.session.peer(3, 1).inbox.append((ADDR, PORT))
        self.session.settle()
        self._at_hand = self.session.peer(2, 1)

    def _meet_udp(self):
        self._at_hand = self.session.peer(1, 1)

    def _meet_call(self):
        """It is met by dialling; until then the session is given up."""
        self.session.ask(b"AT+WIPBR=5,6")

    def sends(self, data):
        """The far end does; the modem has taken what it could."""
        kind = self.mapping.kind
        if kind == "call":
            self.session.bearer.radio.incoming += data
        elif kind == "udp":
            self._at_hand.inbox.append((data, ADDR, PORT))
        elif data:
            self._at_hand.inbox.append(data)
        self.session.settle()

    def got(self):
        """All that has ever been said to it."""
        if self.mapping.kind == "call":
            return bytes(self.session.bearer.radio.output)
        return bytes(self._at_hand.sent) + b"".join(self._at_hand.datagrams)

    def in_data_mode(self):
        """And no command has been run since it began."""
        return (
            self.session.modem.context.online.channel is not None
            and self.watch.lines == self.commands
        )

    def announced(self, size):
        """What the host is told, in command mode, of so many bytes that have come."""
        kind = self.mapping.kind
        if kind == "call":
            return b""  # it stays with the radio
        if kind == "udp":
            return b'\r\n+WIPDATA: 1,1,%d,"192.0.2.9",4000\r\n' % size
        return b"\r\n+WIPDATA: 2,1,%d\r\n" % size
