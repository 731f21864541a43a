"""The net port of MicroPython on a PC.

An address is a raw sockaddr_in. Sockets have no shutdown(), so a CPython program that inherits the
descriptor calls it.
"""

import os
import struct

from net_linux import LinuxNet

_AF_INET = 2
# Shell command that calls shutdown() on a descriptor, in the CPython whose path the launcher has
# put into WIPMODEM_PYTHON.
_SHUTDOWN = """"${WIPMODEM_PYTHON:-python3}" -ISc 'import _socket
try:
    _socket.socket(fileno=%d).shutdown(_socket.SHUT_WR)
except OSError:
    raise SystemExit(1)'"""


class Net(LinuxNet):
    def shutdown_write(self, handle):
        """Close the sending half. Return False if that fails.

        Blocks for about 10 ms while a CPython program closes it. Later events: see net_cpython.py.
        """
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
        """Read once, with recv(), which allocates; a PC has enough memory for that.

        readinto() would read until the buffer is full, and lose the bytes already read if the peer
        resets the connection in the meantime.
        """
        return self._recv()
