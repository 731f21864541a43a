"""Socket options: initial values, and changes by +WIPOPT (O1-O7, Q29, Q30).

+WIPOPT options 4 and 5 limit the tx and rx buffers of a socket. A limit above the buffer size of
the board is reduced to this size, and the host reads the reduced value. The options NO_DELAY, TTL
and TOS are set in the IP stack if the stack supports these options.
"""

from ..compat import const
from ..contract import NO_DELAY, TOS, TTL
from ..settings import DEFAULT_TTL, MSS, WINDOW

_TX_SIZE = const(4)  # number of the +WIPOPT option that limits the tx buffer, in bytes
_RX_SIZE = const(5)  # number of the +WIPOPT option that limits the rx buffer, in bytes


class Options:
    """Functions that set the +WIPOPT options of the sockets of one net port.

    settings: the settings of the modem, which include the +WIPCFG options.
    """

    def __init__(self, net, settings):
        self._net = net
        self._settings = settings

    def use(self):
        """Apply the +WIPCFG options 0, 3 and 4 (TTL, MSS and window) to all sockets that are
        opened later."""
        settings = self._settings
        self._net.set_defaults(settings[DEFAULT_TTL], settings[MSS], settings[WINDOW])

    def begin(self, sock):
        """Set the +WIPOPT options of a socket that +WIPCREATE opens to their initial values."""
        sock.options[NO_DELAY] = sock.options[TOS] = 0
        sock.options[TTL] = self._net.fixed_ttl or self._settings[DEFAULT_TTL]

    def inherit(self, sock, listener):
        """Set the +WIPOPT options of a spawned socket to the values of its listener (Q29, O6)."""
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
        """Set an option of a socket. Return False if the IP stack does not support the option.

        number: +WIPOPT number of the option. value: new value, within the range of the option.
        """
        if number == _TX_SIZE:
            sock.tx.limit(value)
        elif number == _RX_SIZE:
            sock.rx.limit(value)
        elif self._net.setsockopt(sock.handle, number, value) or number == NO_DELAY:
            # NO_DELAY is accepted even if the IP stack does not support this option and coalesces
            # bytes, because the modem itself obeys the option.
            sock.options[number] = value
        else:
            return False
        return True
