"""The PC's bearer over a radio: it dials, loses the carrier and redials like wipmodem.ports.ppp.

No PPP runs over the call. After CONNECT the modem uses the operating system's network, and bytes
received over the call are discarded.
"""

from wipmodem.contract import UP, const
from wipmodem.ports.ppp import Ppp
from wipmodem.ports.radio import Radio

_FACTS = {
    "boot_ms": 500,
    "init": (b"ATE0V1", b"AT&C1&D2"),
    "dial": b"ATD#777",
    "probe_s": 0,  # no test traffic to detect a lost call, because the call carries no socket data
    "redial_s": 2,
}
_IDLE = const(0)  # value of network.PPP.status() when PPP is not active
_CONNECTED = const(4)


class _FakePpp:
    """A stand-in for both the UART that carries a call and the network.PPP object on it."""

    SEC_PAP = SEC_CHAP = IRQ_RXIDLE = 0

    def __init__(self, port):
        self.any = port.any
        self._port = port
        self._status = _IDLE
        self._dropped = bytearray(64)

    def irq(self, call, trigger):
        """Do nothing: poll() reads received bytes without an interrupt."""

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
    """A bearer that is up while a call is connected.

    The address, the name servers and the names in hosts(5) come from the AlwaysOn `system`.
    """

    def __init__(self, port, net, system, now_ms):
        """Create the bearer in the state DOWN.

        port: a RadioPort; net: the net port; system: an AlwaysOn; now_ms: present time in ms.
        """
        link = _FakePpp(port)
        super().__init__(Radio(port, _FACTS, port, now_ms), link, link, net, _FACTS)
        self._system = system

    def start(self, limit_ms):
        """Dial, or stay DOWN and set a cause if the name servers cannot be read."""
        self._system.start(limit_ms)
        if self._system.state == UP:
            super().start(limit_ms)
        else:
            self.cause = self._system.cause

    def lookup(self, name):
        """Return the four address bytes that the hosts file has for a name, or None."""
        return self._system.lookup(name)

    def address(self):
        """Return the modem's own address, four bytes."""
        return self._system.address()

    def servers(self):
        """Return the name servers, a list of (address, port)."""
        return self._system.servers()
