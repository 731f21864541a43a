"""The radio with the network behind it: what a UART of the chip is joined to.

`feed(data, now_ms)` takes what the chip sent, `poll(now_ms)` what the network has for it; both
return what goes onto the line. Without a network packets end here. With `echo` there is somebody
at every other number, who says all that is sent again.
"""

from collections.abc import Callable

from .modem import ONLINE, RadioModem
from .ppp import PppServer


class Echo:
    """The far end of a call that has no PPP on it."""

    def feed(self, data, now_ms):
        return data


class Radio:
    """More words are the modem's. `ppp` is the PppServer of every packet call."""

    def __init__(self, network=None, ppp=None, echo=False, make=RadioModem, **modem):
        self.network = network
        self.ppp = ppp or PppServer()
        if network:
            self.ppp.on_packet = network.write
        self.modem = make(self.ppp, Echo() if echo else None, **modem)
        self.modem.on_dcd = self._on_dcd
        self.on_dcd: Callable[[bool], object] = lambda on: None

    def feed(self, data, now_ms):
        return self.modem.feed(data, now_ms)

    def poll(self, now_ms, packets=1):
        """What has become due, and at most so many packets: the kernel keeps the others."""
        out = [self.modem.tick(now_ms)]
        online = self.modem.state == ONLINE
        if online:
            out.append(self.ppp.tick(now_ms))
        ready = online and self.network and self.ppp.up
        while ready and packets > 0 and (packet := self.network.read()):
            out.append(self.ppp.send_packet(packet))
            packets -= 1
        return b"".join(out)

    def wait_ms(self, now_ms):
        """Until `poll` has something to do, None while only the network can tell."""
        waits = [self.modem.wait_ms(now_ms), self.ppp.wait_ms(now_ms)]
        return min((wait for wait in waits if wait is not None), default=None)

    def _on_dcd(self, on):
        self.ppp.reset()
        self.on_dcd(on)
