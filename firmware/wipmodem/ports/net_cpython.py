"""The net port of CPython: other method names, (address, port) tuples, and SO_ERROR."""

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

    def _join(self, addr, port):
        return socket.inet_ntoa(bytes(addr)), port

    def _split(self, raw, addr):
        addr[:] = socket.inet_aton(raw[0])
        return raw[1]
