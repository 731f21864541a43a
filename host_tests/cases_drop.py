"""A drop of DTR behind more bytes than the modem discards in a pass. Both interpreters."""

from session import Session

_BYTES = 200000


class _Flood:
    """A serial port's reads of many bytes, which are nowhere at once; DTR drops after them."""

    def __init__(self, serial):
        self.left = _BYTES
        self.on = True
        serial.readinto = self.readinto
        serial.dtr = lambda: self.on
        serial.dtr_drop_pending = lambda: self.on

    def readinto(self, buf):
        n = min(self.left, len(buf))
        self.left -= n
        self.on = n > 0
        return n


def case_much_waits_for_a_peer_that_takes_nothing():
    """All of it is discarded after a second, passes and passes of it, and counted."""
    session = Session().online()
    session.ask(b'AT+WIPCFG=2,12,0;&D1;+WIPCREATE=2,1,"192.0.2.10",80')
    peer = session.peer(2, 1)
    peer.outcome = 1
    session.settle()
    session.ask(b"AT+WIPDATA=2,1,2")
    peer.window = 0
    flood = _Flood(session.serial)
    session.wait(999)
    assert flood.left > _BYTES // 2 and session.take() == b""
    session.wait(1)
    assert flood.left == 0 and session.take() == b"\r\nOK\r\n"
    # The rest is in the socket's buffer.
    assert session.counter(b"tx_dropped") == _BYTES - 2048
