"""The net port of CPython: other names for reading and writing, SO_ERROR, and the half close."""

import socket

from ..contract import RESET
from .net import FAILURES, class_of
from .net_linux import LinuxNet


class Net(LinuxNet):
    def finish(self, handle):
        """Once the peer has closed too, HUP is told, and a read still says CLOSED."""
        try:
            self._socks[handle].shutdown(socket.SHUT_WR)
        except FAILURES:
            return False
        return True

    def _read_stream(self):
        return self._sock.recv_into(self._buf, self._n)

    _take_once = _read_stream

    def _write_stream(self):
        return self._sock.send(memoryview(self._buf)[self._off : self._off + self._n])

    def _error(self, sock):
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return class_of(OSError(number)) if number else RESET
