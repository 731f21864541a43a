"""The net port of esp32, whose IP stack has its own thread and its own lock.

The stack reports HUP only if HUP is in the event mask. After a datagram of 0 bytes the stack
reports a UDP socket as closed, so this port replaces the socket by a new one. The new socket has
the options of the old socket, because MicroPython cannot set options of a UDP socket.
"""

import socket

from ..contract import HUP
from .net import ANY_ADDR, FAILURES, BsdNet, class_of, close_socket


class Net(BsdNet):
    drops_unaccepted = True
    fixed_ttl = 64  # value of CONFIG_LWIP_IP_DEFAULT_TTL in MicroPython's builds of ESP-IDF

    def _key(self, sock):
        return sock

    def set_events(self, handle, mask):
        BsdNet.set_events(self, handle, mask | HUP if mask else 0)

    def recvfrom(self, handle, buf, n):
        return BsdNet.recvfrom(self, handle, buf, n) or self._reopen(handle)

    def _reopen(self, handle):
        """Replace a UDP socket that a datagram of 0 bytes has made unusable.

        Return 0, the size of that datagram, or the class of the failure. After a failure the
        handle keeps the old, closed socket: poll() reports that socket, and the next recvfrom()
        attempts to replace it again."""
        mask = self._mask[handle]
        peer_port = self.peer_port[handle]
        old = sock = self._socks[handle]
        self.close(handle)
        result = 0
        try:
            sock = self._socket(socket.SOCK_DGRAM, False)
            sock.bind(self._join(ANY_ADDR, self.local_port[handle]))
            if peer_port:
                sock.connect(self._join(self.addr[handle], peer_port))
        except FAILURES as error:
            result = class_of(error)
            close_socket(sock)
            sock = old
        self._enter(handle, sock, mask)
        self.peer_port[handle] = peer_port
        return result
