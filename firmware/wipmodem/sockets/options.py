"""Socket options: initial values, and changes by +WIPOPT (O1-O7, Q29, Q30).

Options 4 and 5 limit the buffers of a socket within the sizes of the board; the limit that is read
back is the one in force. NO_DELAY, TTL and TOS go to the IP stack, where the stack has them.
"""

from ..compat import const
from ..contract import NO_DELAY, TOS, TTL
from ..settings import DEFAULT_TTL, MSS, WINDOW

_TX_SIZE = const(4)
_RX_SIZE = const(5)


class Options:
    """Options of all sockets at one net port. settings: the values of +WIPCFG."""

    def __init__(self, net, settings):
        self._net = net
        self._settings = settings

    def use(self):
        """Apply options 0, 3 and 4 of +WIPCFG to sockets that are opened from now on."""
        settings = self._settings
        self._net.set_defaults(settings[DEFAULT_TTL], settings[MSS], settings[WINDOW])

    def begin(self, sock):
        """Set the initial values of a socket that +WIPCREATE opens."""
        sock.options[NO_DELAY] = sock.options[TOS] = 0
        sock.options[TTL] = self._net.fixed_ttl or self._settings[DEFAULT_TTL]

    def inherit(self, sock, listener):
        """Give a spawned socket the values of its listener (Q29, O6)."""
        options = sock.options
        options[:] = listener.options
        sock.rx.capacity = listener.rx.capacity
        sock.tx.capacity = listener.tx.capacity
        if options[TTL] != self._settings[DEFAULT_TTL] and not self._net.fixed_ttl:
            self._net.setsockopt(sock.handle, TTL, options[TTL])
        if options[TOS]:
            self._net.setsockopt(sock.handle, TOS, options[TOS])
        if options[NO_DELAY]:
            self._net.setsockopt(sock.handle, NO_DELAY, 1)

    def set(self, sock, number, value):
        """Set an option to a value of its range. Return False if the IP stack cannot do it."""
        if number == _TX_SIZE:
            sock.tx.limit(value)
        elif number == _RX_SIZE:
            sock.rx.limit(value)
        elif self._net.setsockopt(sock.handle, number, value) or number == NO_DELAY:
            # Without NO_DELAY the stack may still coalesce bytes, but the modem does not.
            sock.options[number] = value
        else:
            return False
        return True
