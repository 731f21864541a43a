"""The net port of CPython, whose sockets have SO_ERROR, shutdown() and other names for reading and
writing.
"""

import socket

from net_linux import LinuxNet
from wipmodem.contract import AGAIN, CLOSED, NO_RESOURCE, RESET
from wipmodem.ports.net import FAILURES, class_of


class Net(LinuxNet):
    def shutdown_write(self, handle):
        """Close the sending half; return False if that fails. Once the peer has closed as well,
        poll reports HUP, and reads still return CLOSED."""
        try:
            self._socks[handle].shutdown(socket.SHUT_WR)
        except FAILURES:
            return False
        return True

    # These two override BsdNet's methods for speed: `try` is faster than a guard, and CPython need
    # not avoid allocation.

    def readinto(self, handle, buf, n):
        try:
            return self._socks[handle].recv_into(buf, n) or CLOSED
        except FAILURES as error:
            return _again_if_no_memory(class_of(error))

    def write(self, handle, buf, off, n):
        try:
            return self._socks[handle].send(memoryview(buf)[off : off + n])
        except FAILURES as error:
            return _again_if_no_memory(class_of(error))

    def _error(self, sock):
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return class_of(OSError(number)) if number else RESET


def _again_if_no_memory(failure):
    """Treat out-of-memory as would-block."""
    return AGAIN if failure == NO_RESOURCE else failure
