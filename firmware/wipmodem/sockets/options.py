"""The options of sockets: what a new one begins with, what it can be asked and told (+WIPOPT).

Numbers are the guide's. Buffers are bounds within the board's own (options 4 and 5), so what is
read back is what there is; the rest is the stack's, where it can (contract.py).
"""

from ..compat import const
from ..contract import NO_DELAY, TOS, TTL
from ..settings import DEFAULT_TTL, MSS, WINDOW

_TX = const(4)
_RX = const(5)


class Options:
    """`sizes`: as in sizes.Sizes; a socket's buffers are no larger."""

    def __init__(self, net, settings, sizes):
        self._net = net
        self._settings = settings
        self._tx_most = sizes.tx_most()
        self._rx_most = sizes.rx_most()

    def use(self):
        """Options 0, 3 and 4 of +WIPCFG, for sockets to come."""
        settings = self._settings
        self._net.defaults(settings[DEFAULT_TTL], settings[MSS], settings[WINDOW])

    def begin(self, sock):
        """What a socket has when it is created."""
        sock.ttl = self._net.fixed_ttl or self._settings[DEFAULT_TTL]
        sock.tx_size = self._tx_most
        sock.rx_size = self._rx_most

    def inherit(self, sock, server):
        """Q29, O6: a spawned socket begins as its server is."""
        sock.ttl = server.ttl
        sock.tos = server.tos
        sock.no_delay = server.no_delay
        sock.tx_size = server.tx_size
        sock.rx_size = server.rx_size
        self._bound(sock)
        if sock.ttl != self._settings[DEFAULT_TTL] and not self._net.fixed_ttl:
            self._net.tune(sock.handle, TTL, sock.ttl)
        if sock.tos:
            self._net.tune(sock.handle, TOS, sock.tos)
        if sock.no_delay:
            self._net.tune(sock.handle, NO_DELAY, 1)

    def set(self, sock, number, value):
        """False where the stack cannot."""
        if number == _TX:
            sock.tx_size = min(value, self._tx_most)
        elif number == _RX:
            sock.rx_size = min(value, self._rx_most)
        elif number == NO_DELAY:  # where the stack gathers all the same, we at least do not
            sock.no_delay = bool(value)
            self._net.tune(sock.handle, NO_DELAY, value)
        elif not self._net.tune(sock.handle, number, value):
            return False
        elif number == TTL:
            sock.ttl = value
        else:
            sock.tos = value
        self._bound(sock)
        return True

    def _bound(self, sock):
        sock.pipes[0].bound(sock.rx_size)
        sock.pipes[1].bound(sock.tx_size)
