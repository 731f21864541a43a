"""The net port over MicroPython's own lwIP (rp2, mimxrt): sockets without descriptors.

lwIP runs its timers in an interrupt. MicroPython disables that interrupt while a socket is read or
written, but not in PPP and not where a socket is made: a timer that runs in the middle of that can
corrupt lwIP's lists. This port and PPP use the board's stack lock there (lock_rp2.py,
lock_mimxrt.py).

A write that finds no memory in lwIP waits for it inside the stack, up to 10 s. The board's block
size keeps each write small, and our own images give lwIP enough memory for all sockets.
"""

import io
import socket

from ..contract import IN, OUT
from .net import BsdNet

_run_timers = getattr(socket, "callback")  # noqa: B009 (the type stubs lack it)


class PppStream(io.IOBase):
    """The radio's UART as network.PPP reads and writes it.

    A read returns at most the bytes that the last any() counted. The UART's own read() waits up to
    2 ms for another byte, so a network that sends without a pause would keep PPP in one poll until
    the watchdog resets the board.
    """

    def __init__(self, uart):
        self._any = uart.any
        self._readinto = uart.readinto
        self._remaining = 0  # bytes counted by the last any() and not read since
        # PPP also writes in lwIP's timer interrupt, where no Python code may run: these are the
        # UART's own methods.
        self.write = uart.write
        self.irq, self.IRQ_RXIDLE = uart.irq, uart.IRQ_RXIDLE

    def any(self):
        """Return how many bytes can be read now."""
        self._remaining = self._any()
        return self._remaining

    def readinto(self, buf):
        """Read into buf and return the count, or None if any() has counted no more bytes."""
        n = min(self._remaining, len(buf))
        if not n:
            return None
        self._remaining -= n
        return self._readinto(buf, n)


class Net(BsdNet):
    fixed_ttl = 255  # lwIP's IP_DEFAULT_TTL

    def run_timers(self):
        """Run lwIP's timers. rp2 runs them by itself only while a network interface is up, and PPP
        repeats its packets by a timer before that."""
        with self.stack_lock:
            _run_timers()

    def ppp_stream(self, uart):
        return PppStream(uart)

    def _key(self, sock):
        return sock

    def _set_no_delay(self, handle, value):
        """MicroPython writes the option into lwIP's connection without checking that the
        connection still exists, so the check and the write are one step under the lock."""
        with self.stack_lock:
            return self._is_alive(handle) and BsdNet._set_no_delay(self, handle, value)

    def _is_alive(self, handle):
        """Return True if the connection has not ended, as of now."""
        for event in self._poller.ipoll(0):
            if event[0] is self._socks[handle]:
                return not event[1] & ~(IN | OUT)
        # A dead connection is no longer watched once its end has been reported.
        return bool(self._watched[handle])
