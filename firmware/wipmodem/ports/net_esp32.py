"""The net port of esp32: HUP is told only where it was asked for, and a datagram of no bytes makes
the stack take a UDP socket for closed: a fresh one then takes its place. No option that could be
lost with the old one can be set of a UDP socket here."""

import socket

from ..contract import HUP
from .net import ANY_ADDR, FAILURES, class_of, shut
from .net_chip import ChipNet


class Net(ChipNet):
    drops_refused = True
    fixed_ttl = 64  # CONFIG_LWIP_IP_DEFAULT_TTL, which MicroPython leaves as it is

    def _key(self, sock):
        return sock

    def want(self, handle, mask):
        ChipNet.want(self, handle, mask | HUP if mask else 0)

    def recvfrom(self, handle, buf, n):
        return ChipNet.recvfrom(self, handle, buf, n) or self._open_again(handle)

    def _open_again(self, handle):
        """0, the size of the datagram that made it necessary, or why there is no fresh socket: the
        old one, closed, then stays, and is ready with no bytes until there is one."""
        mask = self._mask[handle]
        peer_port = self.peer_port[handle]
        old = sock = self._socks[handle]
        self.close(handle)
        got = 0
        try:
            sock = self._socket(socket.SOCK_DGRAM, False)
            sock.bind(self._join(ANY_ADDR, self.local_port[handle]))  # type: ignore (a tuple)
            if peer_port:
                sock.connect(self._join(self.addr[handle], peer_port))  # type: ignore (the same)
        except FAILURES as error:
            got = class_of(error)
            shut(sock)
            sock = old
        self._enter(handle, sock, mask)
        self.peer_port[handle] = peer_port
        return got
