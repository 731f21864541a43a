"""The net port of MicroPython's own lwIP (rp2, mimxrt): no descriptors, and sends that may wait.

A send that finds lwIP's heap empty waits inside it, up to 10 s: `modem.Sizes.block` keeps each
one small, and our own images have a heap that all sockets together cannot empty.
"""

import socket

from machine import disable_irq, enable_irq  # type: ignore (a PC has none)

from .net import BsdNet

_timers = getattr(socket, "callback")  # noqa: B009 (the stub does not know it)


class Net(BsdNet):
    def _key(self, sock):
        return sock

    def tick(self):
        """rp2 runs lwIP's timers only while a link is up: without this PPP would say nothing twice
        before it is. Interrupts wait, as the port's own timer would call the same."""
        was = disable_irq()
        try:
            _timers()
        finally:
            enable_irq(was)
