"""The net port of MicroPython's own lwIP: no descriptors, and sends that may wait.

A send that finds lwIP's heap empty waits inside it, up to 10 s: `contract.Sizes.block` keeps each
one small, and our own images have a heap that all sockets together cannot empty.

lwIP's timers run in an interrupt. MicroPython holds that back while a socket is read or written,
but neither for PPP nor where a socket is made: a timer amid the bookkeeping of a received segment
leaves lists that never end. How it is held back differs: net_rp2.py, net_mimxrt.py.
"""

import io
import socket

from ..contract import IN, OUT
from .net_chip import ChipNet

_timers = getattr(socket, "callback")  # noqa: B009 (the stub does not know it)


class PppStream(io.IOBase):
    """A radio's UART as a poll of PPP's reads it: what any() has told, and no more.

    The UART's own read() waits up to 2 ms for a byte that might follow the last one, and a network
    that never paused would keep the loop in that poll until the watchdog bites.
    """

    def __init__(self, uart):
        self._any = uart.any
        self._read = uart.readinto
        self._left = 0
        # lwIP's timers send in an interrupt, where no code of ours may run: the UART's own.
        self.write = uart.write
        self.irq, self.IRQ_RXIDLE = uart.irq, uart.IRQ_RXIDLE

    def any(self):
        self._left = self._any()
        return self._left

    def readinto(self, buf):
        n = min(self._left, len(buf))
        if not n:
            return None
        self._left -= n
        return self._read(buf, n)


class LwipNet(ChipNet):
    fixed_ttl = 255  # lwIP's own IP_DEFAULT_TTL

    def tick(self):
        """rp2 runs lwIP's timers only while a link is up: without this PPP would say nothing twice
        before it is."""
        with self.still:
            _timers()

    def ppp_stream(self, uart):
        return PppStream(uart)

    def _key(self, sock):
        return sock

    def _set_no_delay(self, handle, value):
        """MicroPython writes it into the connection with no lock, and when there is none left."""
        with self.still:
            return self._lives(handle) and ChipNet._set_no_delay(self, handle, value)

    def _lives(self, handle):
        """Whether nothing has ended the connection, at this moment."""
        for event in self._poller.ipoll(0):
            if event[0] is self._socks[handle]:
                return not event[1] & ~(IN | OUT)
        # No longer watched: it is dead, and that was told.
        return bool(self._watched[handle])
