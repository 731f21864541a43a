"""The net port over lwIP in MicroPython for rp2 and mimxrt, whose sockets have no descriptors.

lwIP runs its timers in an interrupt. MicroPython disables the interrupt of the timers while it
reads or writes a socket, but neither while PPP runs nor while MicroPython creates a socket. A
timer that runs during PPP or during the creation of a socket can corrupt the lists of lwIP.
Therefore net.py and ppp.py use the board's stack lock (lock_rp2.py, lock_mimxrt.py) in both cases.

If lwIP has no memory for a write, the write waits in lwIP for up to 10 s. To avoid such waits, the
board's block size keeps each write small, and the images built by `make image` give lwIP enough
memory for all sockets.
"""

import io
import socket

from ..contract import IN, OUT
from .net import BsdNet

_run_timers = getattr(socket, "callback")  # noqa: B009 (the type stubs lack it)


class PppStream(io.IOBase):
    """Stream over the radio's UART for network.PPP.

    A read returns at most the number of bytes that the last call of any() has counted. The read()
    of a UART waits up to 2 ms for another byte. If PPP called that read(), and the network sent
    without a pause, one poll of PPP would not end until the watchdog resets the board.
    """

    def __init__(self, uart):
        self._any = uart.any
        self._readinto = uart.readinto
        # Number of bytes that the last call of any() has counted, and that are still to be read.
        self._remaining = 0
        # PPP also writes to the stream during the timer interrupt of lwIP, when no Python code may
        # run. Therefore write() and irq() of the stream are the UART's own methods.
        self.write = uart.write
        self.irq, self.IRQ_RXIDLE = uart.irq, uart.IRQ_RXIDLE

    def any(self):
        """Return the number of received bytes in the UART. Until the next call of any(), only
        these bytes can be read."""
        self._remaining = self._any()
        return self._remaining

    def readinto(self, buf):
        """Read bytes that any() has counted into buf. Return the number of bytes read, or None if
        all counted bytes have been read."""
        n = min(self._remaining, len(buf))
        if not n:
            return None
        self._remaining -= n
        return self._readinto(buf, n)


class Net(BsdNet):
    fixed_ttl = 255  # TTL of all sockets: IP_DEFAULT_TTL of lwIP

    def run_timers(self):
        """Run the timers of lwIP. MicroPython on rp2 runs the timers itself only while a network
        interface is up, but PPP needs a timer to repeat packets before its interface is up."""
        with self.stack_lock:
            _run_timers()

    def ppp_stream(self, uart):
        return PppStream(uart)

    def _key(self, sock):
        return sock

    def _set_no_delay(self, handle, value):
        """Set TCP_NODELAY of a connection to `value`, 0 or 1. Return True if successful.

        MicroPython writes the option into the connection's memory in lwIP, even if the connection
        has ended. Therefore this method holds the stack lock while it checks that the connection
        still exists and sets the option."""
        with self.stack_lock:
            return self._is_alive(handle) and BsdNet._set_no_delay(self, handle, value)

    def _is_alive(self, handle):
        """Return True if the connection still exists in lwIP."""
        for event in self._poller.ipoll(0):
            if event[0] is self._socks[handle]:
                return not event[1] & ~(IN | OUT)
        # A connection whose end was reported is no longer registered in the poller.
        return bool(self._watched[handle])
