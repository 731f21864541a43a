"""The net port of MicroPython's own lwIP (rp2, mimxrt): no descriptors, and sends that may wait.

A send that finds lwIP's heap empty waits inside it, up to 10 s: `modem.Sizes.block` keeps each
one small, and our own images have a heap that all sockets together cannot empty.
"""

from ..contract import AGAIN, NO_RESOURCE
from .net import BsdNet


class Net(BsdNet):
    def _key(self, sock):
        return sock

    def write(self, handle, buf, off, n):
        sent = BsdNet.write(self, handle, buf, off, n)
        return AGAIN if sent == NO_RESOURCE else sent  # no memory for it yet
