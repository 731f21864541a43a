"""The net port of chips, and the one option that MicroPython lets be set of their sockets.

That is TCP_NODELAY, of connections alone: any other is answered with a warning on the console, and
of a listener or a UDP socket MicroPython's lwIP would write it over something else.
"""

import socket

from ..contract import NO_DELAY, const
from .net import FAILURES
from .net_echo import EchoNet

_NO_DELAY = getattr(socket, "TCP_NODELAY")  # noqa: B009 (the stub is unix', which has none)
_TCP = const(6)

# What a handle is; 0 is whatever has no TCP.
_CONNECTION = const(1)
_LISTENER = const(2)
_PROMPT = const(3)  # a listener whose connections begin with NO_DELAY


class ChipNet(EchoNet):
    def __init__(self, poller, entropy, count):
        EchoNet.__init__(self, poller, entropy, count)
        self._kind = bytearray(count)

    def tune(self, handle, option, value):
        kind = self._kind[handle]
        if option != NO_DELAY or not kind:
            return False
        if kind == _CONNECTION:
            return self._set_no_delay(handle, value)
        self._kind[handle] = _PROMPT if value else _LISTENER
        return True

    def defaults(self, ttl, mss, window):
        """MicroPython leaves them as the stack was built."""

    def overflow(self, handle):
        """Chips do not count the datagrams that found no room."""
        return 0

    def accept(self, listener):
        handle = EchoNet.accept(self, listener)
        if handle >= 0:
            self._kind[handle] = _CONNECTION
            if self._kind[listener] == _PROMPT:
                self._set_no_delay(handle, 1)
        return handle

    def close(self, handle):
        self._kind[handle] = 0
        EchoNet.close(self, handle)

    def _open(self, kind, port, mask, reuse=False):
        handle = EchoNet._open(self, kind, port, mask, reuse)  # reuse: it will listen
        if handle >= 0 and kind == socket.SOCK_STREAM:
            self._kind[handle] = _LISTENER if reuse else _CONNECTION
        return handle

    def _set_no_delay(self, handle, value):
        try:
            self._socks[handle].setsockopt(_TCP, _NO_DELAY, value)
        except FAILURES:
            return False
        return True
