"""The net port of esp32: HUP is told only where it was asked for, and a datagram of no bytes makes
the stack take a UDP socket for closed: a fresh one then takes its place."""

import socket

from ..contract import AGAIN, HUP, NO_RESOURCE
from .net import ANY_ADDR, BsdNet, guard


class Net(BsdNet):
    def _key(self, sock):
        return sock

    def want(self, handle, mask):
        BsdNet.want(self, handle, mask | HUP if mask else 0)

    def write(self, handle, buf, off, n):
        sent = BsdNet.write(self, handle, buf, off, n)
        return AGAIN if sent == NO_RESOURCE else sent  # no memory for it yet

    def recvfrom(self, handle, buf, n):
        got = BsdNet.recvfrom(self, handle, buf, n)
        if got == 0:
            got = guard(lambda: self._open_again(handle))
        return got

    def _open_again(self, handle):
        """0, the size of the datagram that made it necessary."""
        mask = self._mask[handle]
        peer_port = self.peer_port[handle]
        self.close(handle)
        self._enter(handle, self._socket(socket.SOCK_DGRAM, False), mask)
        sock = self._socks[handle]
        sock.bind(self._join(ANY_ADDR, self.local_port[handle]))
        self.peer_port[handle] = peer_port
        if peer_port:
            sock.connect(self._join(self.addr[handle], peer_port))
        return 0
