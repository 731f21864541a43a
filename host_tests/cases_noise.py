"""Noise from host and network: nothing raises, nothing wedges, nothing leaks."""

from session import Session
from wipmodem import contract as c
from wipmodem.settings import factory

_WORDS = (
    b"AT A/ +WIPCREATE= +WIPDATA= +WIPCLOSE= +WIPBR= +WIPCFG= ? =? = 1, 2, 3, 1 2 5 8 0"
    b' 4,6 5,6 ; , " "1.2.3.4" "a.b" 65536 999999999999999 E0 V0 V1 Q1 S3=65 S5=13 &D1 &D2 &C1'
).split(b" ") + [
    b"\r",
    b"\n",
    b"\x08",
    b"\x03",
    b"\x10",
    b"+++",
    b"x" * 300,
    bytes(range(256)),
    b"AT+WIPCFG=1\r",
    b"AT+WIPBR=4,6\r",
    b"AT+WIPCREATE=3,1,7000,5,8\r",
    b'AT+WIPCREATE=2,1,"1.2.3.4",80\r',
    b'AT+WIPCREATE=2,3,"some.name",1\r',
    b"AT+WIPCREATE=1,1,9000\r",
    b'AT+WIPCREATE=1,2,,"1.2.3.4",9\r',
    b"AT+WIPDATA=2,1,2\r",
    b"AT+WIPDATA=2,5,2\r",
    b"AT+WIPDATA=1,1,1\r",
    b"AT+WIPDATA=1,2,1\r",
]
_WAITS_MS = (1, 500, 1000, 1001, 3000, 31000)
_PEER = b"\1\2\3\4"


class Noise:
    """A session and a stream of numbers that disturbs it."""

    def __init__(self, seed):
        self._state = seed
        self.session = Session(
            urcs=2 + seed % 2 * 30, rx=64, tx=64, datagram=16, block=32, out=352
        )
        self.session.online()

    def below(self, n):
        self._state = (self._state * 1103515245 + 12345) & 0x3FFFFFFF
        return (self._state >> 12) % n

    def disturb(self):
        session = self.session
        kind = self.below(12)
        if kind < 6:
            session.send(_WORDS[self.below(len(_WORDS))])
        elif kind < 9:
            self._disturb_peer()
        elif kind == 9:
            session.wait(_WAITS_MS[self.below(len(_WAITS_MS))])
        else:
            self._disturb_ports()
        session.settle()

    def _disturb_ports(self):
        session = self.session
        kind = self.below(6)
        if kind < 2:
            session.serial.set_dtr(not session.serial.dtr_on)
        elif kind < 4:
            session.serial.stuck = not session.serial.stuck
        elif kind == 4:
            session.bearer.state = c.DOWN
        else:
            session.net.full = not session.net.full

    def _disturb_peer(self):
        handles = self.session.net.open_handles()
        if handles:
            peer = self.session.net.socket(handles[self.below(len(handles))])
            {"listener": self._dial, "udp": self._datagram, "tcp": self._stream}[peer.kind](peer)

    def _dial(self, peer):
        peer.inbox.append((_PEER, self.below(65536)))

    def _datagram(self, peer):
        if self.below(4):
            peer.inbox.append((bytes(range(self.below(20))), _PEER, self.below(65536)))
        else:
            peer.refused += 1

    def _stream(self, peer):
        kind = self.below(6)
        if not peer.up:
            peer.outcome = (1, 1, 1, -1, -3, -5)[kind]
        elif kind < 3:
            peer.inbox.append(b"+++AT\r\x03\x10" * (1 + self.below(20)))
        elif kind == 3:
            peer.window = self.below(100)
        elif kind == 4:
            peer.eof = True
        else:
            peer.dead = c.RESET

    def calm(self):
        """The host takes and types again, in the factory's way; DTR ends what was under way."""
        session = self.session
        session.serial.stuck = session.net.full = False
        session.serial.set_dtr(True)
        session.settle()
        session.modem.context.settings[:] = factory()
        session.serial.set_dtr(False)
        session.settle()
        session.serial.set_dtr(True)
        session.wait(61000)
        session.send(b"\r")
        session.wait(100)
        session.take()


def _survives(seed):
    noise = Noise(seed)
    for _ in range(60):
        noise.disturb()
    noise.calm()
    session = noise.session
    assert session.ask(b"ATE0") == b"ATE0\r\r\nOK\r\n", seed
    assert session.ask(b"AT+WIPCREATE?") == b"\r\nOK\r\n", seed
    assert session.net.open_handles() == [], seed
    assert session.modem.context.table.pending() == 0, seed


def case_after_any_noise_at_answers_and_no_socket_is_left():
    for seed in range(120):
        _survives(seed)


def case_peers_cannot_escape_or_speak_for_the_modem():
    """What a peer sends reaches the host as data only, whatever it is."""
    session = Session().online()
    session.ask(b'AT+WIPCREATE=2,1,"1.2.3.4",80')
    session.peer(2, 1).outcome = 1
    session.settle()
    assert session.take() == b"\r\n+WIPREADY: 2,1\r\n"
    assert session.ask(b"AT+WIPDATA=2,1,2") == b"\r\nCONNECT\r\n"
    peer = session.peer(2, 1)
    for data in (b"+++", b"\r\nOK\r\n", b"AT+WIPCFG=0\r", b"\x03\x10\x1b\x00\xff"):
        session.wait(1000)
        peer.inbox.append(data)
        session.wait(1000)
        assert session.take() == data
    assert bytes(peer.sent) == b""
