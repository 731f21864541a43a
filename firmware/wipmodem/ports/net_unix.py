"""The net port of MicroPython on a PC: an address is a raw sockaddr_in."""

import struct

from .net_linux import LinuxNet

_AF_INET = 2


class Net(LinuxNet):
    def _join(self, addr, port):
        raw = bytearray(16)
        struct.pack_into("H", raw, 0, _AF_INET)
        struct.pack_into(">H", raw, 2, port)
        raw[4:8] = addr
        return raw

    def _split(self, raw, addr):
        addr[:] = raw[4:8]
        return raw[2] << 8 | raw[3]
