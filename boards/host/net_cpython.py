"""The net port of CPython.

CPython's sockets have SO_ERROR and shutdown(), which MicroPython's lack, and other names for
reading and writing.
"""

import socket

from net_linux import LinuxNet
from wipmodem.contract import AGAIN, CLOSED, NO_RESOURCE, RESET
from wipmodem.ports.net import FAILURES, class_of


class Net(LinuxNet):
    def shutdown_write(self, handle):
        """Close the sending half. Return False if that fails.

        After the peer has closed its side as well, poll reports HUP, and reads still return
        CLOSED.
        """
        try:
            self._socks[handle].shutdown(socket.SHUT_WR)
        except FAILURES:
            return False
        return True

    # The two methods below replace BsdNet's for speed: in CPython `try` is faster than a guard,
    # and code may allocate.

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
