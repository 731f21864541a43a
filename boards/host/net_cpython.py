"""The net port of CPython: other names for reading and writing, SO_ERROR, and the half close."""

import socket

from net_linux import LinuxNet
from wipmodem.contract import AGAIN, CLOSED, NO_RESOURCE, RESET
from wipmodem.ports.net import FAILURES, class_of


class Net(LinuxNet):
    def finish(self, handle):
        """Once the peer has closed too, HUP is told, and a read still says CLOSED."""
        try:
            self._socks[handle].shutdown(socket.SHUT_WR)
        except FAILURES:
            return False
        return True

    def readinto(self, handle, buf, n):
        # What a frame holds is no matter here, and a guard takes its time.
        try:
            return self._socks[handle].recv_into(buf, n) or CLOSED
        except FAILURES as error:
            return _waits(class_of(error))

    def write(self, handle, buf, off, n):
        try:
            return self._socks[handle].send(memoryview(buf)[off : off + n])
        except FAILURES as error:
            return _waits(class_of(error))

    def _error(self, sock):
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return class_of(OSError(number)) if number else RESET


def _waits(failure):
    """For memory as for more."""
    return AGAIN if failure == NO_RESOURCE else failure
