"""What the stack has received and nobody will read is counted when its socket ends. Both
interpreters.

How much that is, transcripts show; here a peer does not stop.
"""

from session import Session
from wipmodem.contract import AGAIN, RESET

_MOST_READS = 512
_SCRATCH = 1473  # bytes of a read: one more than a datagram has


def _ready(command):
    session = Session().online()
    session.ask(command)
    return session


def case_a_peer_sends_without_end():
    """Closing reads a number of times, and closes; all that was read is counted."""
    session = _ready(b'AT+WIPCREATE=2,1,"192.0.2.10",80')
    session.peer(2, 1).outcome = 1
    session.settle()
    peer = session.peer(2, 1)
    reads = []

    def readinto(handle, buf, n):
        reads.append(n)
        return n

    session.net.readinto = readinto
    assert session.ask(b"AT+WIPCLOSE=2,1").endswith(b"\r\nOK\r\n")
    assert reads == [_SCRATCH] * _MOST_READS and peer.closed
    assert session.counter(b"rx_dropped") == _MOST_READS * _SCRATCH


def case_datagrams_come_without_end():
    """Of each one byte is read: what a stack gives of it is allocated."""
    session = _ready(b"AT+WIPCREATE=1,1,9000")
    peer = session.peer(1, 1)
    reads = []

    def recvfrom(handle, buf, n):
        reads.append(n)
        return n

    session.net.recvfrom = recvfrom
    assert session.ask(b"AT+WIPCLOSE=1,1").endswith(b"\r\nOK\r\n")
    assert reads == [1] * _MOST_READS and peer.closed
    assert session.counter(b"udp_rx_dropped") == _MOST_READS


def case_reading_ends_when_nothing_is_left():
    """Pieces of one byte, datagrams of none, each once; then it is asked once more."""
    session = _ready(b'AT+WIPCREATE=2,1,"192.0.2.10",80;+WIPCREATE=1,1,9000')
    session.peer(2, 1).outcome = 1
    session.settle()
    asked = []
    for name, left in (("readinto", [1, 1, 1, AGAIN]), ("recvfrom", [0, RESET, 0, AGAIN])):
        setattr(session.net, name, lambda *_, left=left: asked.append(1) or left.pop(0))
    session.ask(b"AT+WIPCLOSE=2,1;+WIPCLOSE=1,1")
    assert len(asked) == 8
    names = (b"rx_dropped", b"udp_rx_dropped", b"udp_tx_refused")
    assert [session.counter(name) for name in names] == [3, 2, 1]


def case_a_server_has_nothing_to_read():
    """Who waits before it is no connection yet."""
    session = _ready(b"AT+WIPCREATE=3,1,7000,5,6")
    for name in ("readinto", "recvfrom", "overflow"):
        setattr(session.net, name, None)
    assert session.ask(b"AT+WIPCLOSE=3,1") == b"\r\nOK\r\n"
