"""The net port of MicroPython on a PC: an address is a raw sockaddr_in, there is no shutdown().

A program that inherits a socket's descriptor can do that: a Python, which the launcher names.
"""

import os
import struct

from net_linux import LinuxNet

_AF_INET = 2
_FINISH = """"${WIPMODEM_PYTHON:-python3}" -ISc 'import _socket
try:
    _socket.socket(fileno=%d).shutdown(_socket.SHUT_WR)
except OSError:
    raise SystemExit(1)'"""


class Net(LinuxNet):
    def finish(self, handle):
        """As net_cpython's. It waits some 10 ms for the program."""
        return os.system(_FINISH % self._socks[handle].fileno()) == 0

    def _join(self, addr, port):
        raw = bytearray(16)
        struct.pack_into("H", raw, 0, _AF_INET)
        struct.pack_into(">H", raw, 2, port)
        raw[4:8] = addr
        return raw

    def _split(self, raw, addr):
        addr[:] = raw[4:8]
        return raw[2] << 8 | raw[3]

    def _read(self):
        """Read with recv(), which reads once. readinto() reads until the buffer is full, and a
        reset amid that loses what it has read. recv() allocates, which a PC can afford."""
        return self._take()
