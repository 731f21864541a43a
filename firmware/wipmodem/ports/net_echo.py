"""The net port, and ICMP messages: an echo request goes out, whatever is ICMP comes in.

Linux gives a process that is not root a socket that writes an identifier of its own into each
request: an answer is known by its sequence number and its bytes, never by its identifier. Other
sockets are given all that comes, errors, what others have asked for, and on 127.0.0.1 the request.
"""

import socket

from ..contract import IN, NO_RESOURCE, const
from .net import FAILURES, BsdNet, class_of, shut

_ICMP = const(1)
_MOST_OF_IP = const(60)  # bytes of the largest IP header


class EchoNet(BsdNet):
    _echo_kinds = (socket.SOCK_RAW,)  # of socket: the first that the system lets us have

    def open_echo(self):
        """A socket for ICMP, close() ends it: handle, or NO_RESOURCE. Of its events only IN means
        something: MicroPython's lwIP tells HUP as well, always, and the loop does not sleep; nor
        is anybody else's request answered there until it is closed."""
        for kind in self._echo_kinds:
            try:
                with self.still:
                    sock = socket.socket(socket.AF_INET, kind, _ICMP)
            except FAILURES:
                continue  # not for us, or there is none left
            try:
                sock.setblocking(False)
                self._begin(sock, kind)
            except FAILURES:
                shut(sock)
                break
            return self._adopt(sock, IN)
        return NO_RESOURCE

    def send_echo(self, handle, buf, n, addr):
        """Send the ICMP message buf[:n], its checksum included, to four address bytes: n or
        class."""
        try:
            return self._socks[handle].sendto(memoryview(buf)[0:n], self._join(addr, 0))
        except FAILURES as error:
            return class_of(error)

    def receive_echo(self, handle, buf, n):
        """One ICMP message, cut at n, into the start of buf: its size or class. Sets from_addr."""
        try:
            data, raw = self._socks[handle].recvfrom(n + _MOST_OF_IP)
            self.from_port = self._split(raw, self.from_addr)
            # Most sockets give the IP header as well, which begins with a 4, as no ICMP message
            # does.
            start = (data[0] & 0x0F) << 2 if data and data[0] >> 4 == 4 else 0
            n = max(0, min(n, len(data) - start))
            buf[0:n] = data[start : start + n]
        except FAILURES as error:
            return class_of(error)
        return n
