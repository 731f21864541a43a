"""The net port over MicroPython's own lwIP (rp2, mimxrt), whose sockets have no descriptors.

lwIP runs its timers in an interrupt. MicroPython disables that interrupt while it reads or writes
a socket, but neither in PPP nor while it creates a socket. A timer that runs during these
operations can corrupt lwIP's lists. Therefore this port and PPP use the board's stack lock around
these operations (lock_rp2.py, lock_mimxrt.py).

If lwIP has no memory for a write, the write waits inside the stack for up to 10 s. To avoid such
waits, the board's block size keeps each write small, and the images built by `make image` give
lwIP enough memory for all sockets.
"""

import io
import socket

from ..contract import IN, OUT
from .net import BsdNet

_run_timers = getattr(socket, "callback")  # noqa: B009 (the type stubs lack it)


class PppStream(io.IOBase):
    """Stream over the radio's UART for network.PPP.

    A read returns at most the number of bytes that the last any() counted. The UART's own read()
    waits up to 2 ms for another byte. With that read(), a network that sends without a pause would
    keep PPP in one poll until the watchdog resets the board.
    """

    def __init__(self, uart):
        self._any = uart.any
        self._readinto = uart.readinto
        self._remaining = 0  # number of bytes counted by the last any() and not read since
        # PPP also writes during lwIP's timer interrupt, where no Python code may run. Therefore
        # PPP calls these methods of the UART directly.
        self.write = uart.write
        self.irq, self.IRQ_RXIDLE = uart.irq, uart.IRQ_RXIDLE

    def any(self):
        """Return the number of bytes that can be read now."""
        self._remaining = self._any()
        return self._remaining

    def readinto(self, buf):
        """Read bytes that any() has counted into buf. Return the number of bytes read, or None if
        no counted byte is left."""
        n = min(self._remaining, len(buf))
        if not n:
            return None
        self._remaining -= n
        return self._readinto(buf, n)


class Net(BsdNet):
    fixed_ttl = 255  # value of lwIP's IP_DEFAULT_TTL

    def run_timers(self):
        """Run lwIP's timers. rp2 runs the timers itself only while a network interface is up, but
        PPP needs a timer to repeat packets before its interface is up."""
        with self.stack_lock:
            _run_timers()

    def ppp_stream(self, uart):
        return PppStream(uart)

    def _key(self, sock):
        return sock

    def _set_no_delay(self, handle, value):
        """Set TCP_NODELAY of a connection. MicroPython writes the option into lwIP's connection
        without checking that the connection still exists, so this method checks and writes in one
        step under the stack lock. Return True if the option is set."""
        with self.stack_lock:
            return self._is_alive(handle) and BsdNet._set_no_delay(self, handle, value)

    def _is_alive(self, handle):
        """Return True if the connection has not ended by now."""
        for event in self._poller.ipoll(0):
            if event[0] is self._socks[handle]:
                return not event[1] & ~(IN | OUT)
        # The poller stops watching a connection once the end of the connection has been reported.
        return bool(self._watched[handle])
