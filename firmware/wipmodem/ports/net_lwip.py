"""The net port of MicroPython's own lwIP: no descriptors, and sends that may wait.

A send that finds lwIP's heap empty waits inside it, up to 10 s: `modem.Sizes.block` keeps each
one small, and our own images have a heap that all sockets together cannot empty.

lwIP's timers run in an interrupt. MicroPython holds that back while a socket is read or written,
but neither for PPP nor where a socket is made: a timer amid the bookkeeping of a received segment
leaves lists that never end. How it is held back differs: net_rp2.py, net_mimxrt.py.
"""

import socket

from .net import BsdNet

_timers = getattr(socket, "callback")  # noqa: B009 (the stub does not know it)


class LwipNet(BsdNet):
    def tick(self):
        """rp2 runs lwIP's timers only while a link is up: without this PPP would say nothing twice
        before it is."""
        with self.still:
            _timers()

    def _key(self, sock):
        return sock
