"""The PC's bearer behind a radio: dialled, lost and dialled again as on a board (ports/ppp.py).

There is no PPP. Once the radio says CONNECT the operating system's network is used; what comes
over the call is thrown away.
"""

from wipmodem.contract import UP, const
from wipmodem.ports.ppp import Ppp
from wipmodem.ports.radio import Radio

_FACTS = {
    "boot_ms": 500,
    "init": (b"ATE0V1", b"AT&C1&D2"),
    "dial": b"ATD#777",
    "probe_s": 0,  # nothing comes over the call that could be missed
    "pause_s": 2,
}
_IDLE = const(0)  # network.PPP.status()
_CONNECTED = const(4)


class _NoPpp:
    """In the place of a UART in a call, and of network.PPP on it."""

    SEC_PAP = SEC_CHAP = IRQ_RXIDLE = 0

    def __init__(self, port):
        self.any = port.any
        self._port = port
        self._status = _IDLE
        self._dropped = bytearray(64)

    def irq(self, call, trigger):
        """pump() finds what has come."""

    def connect(self, **security):
        self._status = _CONNECTED

    def disconnect(self):
        self._status = _IDLE

    __del__ = disconnect

    def status(self):
        return self._status

    def poll(self):
        return self._port.readinto(self._dropped)


class Dialled(Ppp):
    """`system` is AlwaysOn: it knows whom to ask for names."""

    def __init__(self, port, net, system, now_ms):
        link = _NoPpp(port)
        super().__init__(Radio(port, _FACTS, port, now_ms), link, link, net, _FACTS)
        self._system = system

    def start(self, limit_ms):
        self._system.start(limit_ms)
        if self._system.state == UP:
            super().start(limit_ms)
        else:
            self.cause = self._system.cause

    def lookup(self, name):
        return self._system.lookup(name)

    def address(self):
        return self._system.address()

    def servers(self):
        return self._system.servers()
