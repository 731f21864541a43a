"""The net port of MicroPython on a PC. An address is a raw sockaddr_in, and sockets have no
shutdown(): a Python program that inherits the descriptor does that.
"""

import os
import struct

from net_linux import LinuxNet

_AF_INET = 2
# A shell command. The launcher puts the path of a CPython into WIPMODEM_PYTHON.
_SHUTDOWN = """"${WIPMODEM_PYTHON:-python3}" -ISc 'import _socket
try:
    _socket.socket(fileno=%d).shutdown(_socket.SHUT_WR)
except OSError:
    raise SystemExit(1)'"""


class Net(LinuxNet):
    def shutdown_write(self, handle):
        """Close the sending half; return False if that fails. Blocks some 10 ms for the program.

        Later events are as net_cpython.py describes them."""
        return os.system(_SHUTDOWN % self._socks[handle].fileno()) == 0

    def _join(self, addr, port):  # pyright: ignore[reportIncompatibleMethodOverride]
        raw = bytearray(16)
        struct.pack_into("H", raw, 0, _AF_INET)
        struct.pack_into(">H", raw, 2, port)
        raw[4:8] = addr
        return raw

    def _split(self, raw, addr):
        addr[:] = raw[4:8]
        return raw[2] << 8 | raw[3]

    def _read(self):
        """Read by recv(), which reads once. readinto() reads until the buffer is full, and loses
        what it has read if the connection is reset meanwhile. recv() allocates, which a PC can
        afford."""
        return self._recv()
