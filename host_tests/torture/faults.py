"""Every call of every port, numbered; one of them ends otherwise than the port would end it.

Runs on both interpreters. `Faults.wrap(kind, port, names)` puts a counter before each of these
methods; what a port calls of its own is not counted.
"""

from wipmodem import contract as c

CLASSES = {
    "again": c.AGAIN,
    "closed": c.CLOSED,
    "reset": c.RESET,
    "no_resource": c.NO_RESOURCE,
    "unreachable": c.UNREACHABLE,
    "port_in_use": c.PORT_IN_USE,
}


def _result(value):
    return lambda port, call, arguments: value


def _one_of_n(port, call, arguments):
    """One byte of the n that the last argument is."""
    return call(*(arguments[:-1] + (1,)))


def _one_byte(port, call, arguments):
    """One byte of what a buffer would take."""
    first = bytearray(1)
    n = call(first)
    arguments[0][:n] = first[:n]
    return n


def _bearer(state, cause):
    def lost(port, call, arguments):
        result = call(*arguments)
        port.state = state
        port.cause = cause
        return result

    return lost


_NO = {"no": _result(False)}
_NONE = {"none": _result(0)}
_CLASSED = {name: _result(value) for name, value in CLASSES.items()}
_WRITES = dict(_CLASSED, one=_one_of_n)

# How a call of each method may end, as the contract has it.
OUTCOMES = {
    "serial": {
        "readinto": dict(_NONE, one=_one_byte),
        "write": dict(_NONE, one=_one_of_n),
        "dtr": _NO,
        "supports": _NO,
        "tx_done": _NO,
    },
    "net": {
        "poll": _NONE,
        "open_udp": _CLASSED,
        "connect": _CLASSED,
        "listen": _CLASSED,
        "accept": _CLASSED,
        "connected": _CLASSED,
        "readinto": _WRITES,
        "write": _WRITES,
        "recvfrom": _CLASSED,
        "send_to": _CLASSED,
        "unacked": {"unknown": lambda port, call, given: -1},
        "setsockopt": _NO,
        "shutdown_write": _NO,
        "open_echo": _CLASSED,
        "send_echo": _CLASSED,
        "receive_echo": _CLASSED,
    },
    "radio": {
        "ask": _NO,
        "call": _NO,
        "online": _NO,
        "carrier": _NO,
        "readinto": dict(_NONE, one=_one_byte),
        "write": dict(_NONE, one=_one_of_n),
    },
    "bearer": {
        "start": {"down": _bearer(c.DOWN, c.NO_RADIO)},
        "poll": _NO,
        "tick": {
            "down": _bearer(c.DOWN, c.NO_CARRIER),
            "paused": _bearer(c.RETRYING, c.PEER_ENDED),
        },
        "servers": {"nobody": _result([])},
    },
    "store": {"put": _NO},
}


class Faults:
    def __init__(self):
        self.calls = {}  # how often each has been called since `begin`
        self._place = None
        self._at = -1
        self._outcome = None
        self._inside = False
        self.met = False  # the armed one has been called

    def begin(self, place=None, at=-1, outcome=None):
        """Count anew; call number `at` of `place`, "net.write", ends in `outcome`."""
        for name in self.calls:
            self.calls[name] = 0
        self._place = place
        self._at = at
        self._outcome = outcome
        self.met = False

    def wrap(self, kind, port, names):
        for name in names:
            place = kind + "." + name
            self.calls.setdefault(place, 0)
            setattr(port, name, self._counted(place, port, getattr(port, name)))

    def _counted(self, place, port, call):
        def counted(*arguments):
            if self._inside:
                return call(*arguments)
            self._inside = True
            try:
                return self._next(place, port, call, arguments)
            finally:
                self._inside = False

        return counted

    def _next(self, place, port, call, arguments):
        number = self.calls[place]
        self.calls[place] = number + 1
        if place != self._place or number != self._at:
            return call(*arguments)
        self.met = True
        return self._outcome(port, call, arguments)
