"""The net port of CPython: other names for reading and writing, and SO_ERROR."""

import socket

from ..contract import RESET
from .net import BsdNet, class_of


class Net(BsdNet):
    def _read_stream(self):
        return self._sock.recv_into(self._buf, self._n)

    _take_once = _read_stream

    def _write_stream(self):
        return self._sock.send(memoryview(self._buf)[self._off : self._off + self._n])

    def _error(self, sock):
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return class_of(OSError(number)) if number else RESET
