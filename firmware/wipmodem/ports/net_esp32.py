"""The net port of esp32, whose stack has a thread and a lock of its own.

It reports HUP only if asked for. After a datagram of 0 bytes it reports a UDP socket as closed, so
this port opens another socket in its place. No option of a UDP socket is lost by that, because
MicroPython cannot set any.
"""

import socket

from ..contract import HUP
from .net import ANY_ADDR, FAILURES, BsdNet, class_of, close_socket


class Net(BsdNet):
    drops_unaccepted = True
    fixed_ttl = 64  # CONFIG_LWIP_IP_DEFAULT_TTL, as MicroPython builds ESP-IDF

    def _key(self, sock):
        return sock

    def set_events(self, handle, mask):
        BsdNet.set_events(self, handle, mask | HUP if mask else 0)

    def recvfrom(self, handle, buf, n):
        return BsdNet.recvfrom(self, handle, buf, n) or self._reopen(handle)

    def _reopen(self, handle):
        """Replace a UDP socket that a datagram of 0 bytes has made unusable.

        Return 0, the size of that datagram, or the class of the failure. After a failure the
        handle keeps the old socket, closed: poll reports it, and the next read tries again."""
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
