"""The net port for esp32, whose IP stack has its own thread and its own lock.

The IP stack reports HUP only if HUP is in the event mask. After a datagram of 0 bytes, the IP
stack treats the UDP socket as closed. Therefore this net port then replaces the UDP socket by a
new socket. Both sockets have the same options, because MicroPython cannot set options of a UDP
socket.
"""

import socket

from ..contract import HUP
from .net import ANY_ADDR, FAILURES, BsdNet, class_of, close_socket


class Net(BsdNet):
    drops_unaccepted = True
    # TTL of all sockets: CONFIG_LWIP_IP_DEFAULT_TTL in MicroPython's builds of ESP-IDF.
    fixed_ttl = 64

    def _key(self, sock):
        return sock

    def set_events(self, handle, mask):
        BsdNet.set_events(self, handle, mask | HUP if mask else 0)

    def recvfrom(self, handle, buf, n):
        return BsdNet.recvfrom(self, handle, buf, n) or self._reopen(handle)

    def _reopen(self, handle):
        """Replace a UDP socket after a datagram of 0 bytes has made the socket unusable.

        Return 0, the size of the datagram, or a result class if no new socket can be opened. In
        the second case, the handle keeps the old, closed socket, poll() reports an event of the
        handle, and the next call of recvfrom() attempts to replace the old socket again."""
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
