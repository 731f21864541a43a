"""Unsolicited lines that the host is owed, in the order of their events (U1-U7, P1-P5, D10, F7).

A record is (kind, who, value, time); announce.py makes the text when the line is said. `who` is a
socket (sock.who), or tells apart lines of one kind that concern no socket. A record replaces an
earlier one of the same kind and `who`. Each source therefore has room of its own, and no line of
the guide can be lost. Only refused connections may be as many as strangers like: a bounded number
of them waits. The rest is dropped and counted, and `+WIPXLOST: n` stands at its place.
"""

from .clock import ticks_add, ticks_diff
from .compat import const

READY = const(0)  # the outcome of a +WIPCREATE ...
FAILED = const(1)  # ... or this, value = error
ERROR = const(2)  # struck after it was ready, value = error
ACCEPT = const(3)  # who = the spawned socket, value = server index
DATA = const(4)  # bytes or a datagram wait; counted when said
PEER_CLOSE = const(5)
BEARER = const(6)  # who = status
LOST = const(7)  # value = how many
RESULT = const(8)  # a result nobody waits for, who = its result code
REGISTERED = const(9)  # value = +CREG's status
PING = const(10)  # who = 0 answered, 1 not in time; value = which request << 20 | ms
REFUSED = const(11)  # a connection: who = server, value = which counter << 16 | peer's port
OVERRUN = const(12)  # of the DTE, value = how many
CLOSED = const(13)  # by the modem, for want of traffic
WIND = const(14)  # value = the radio's event

_ANY = const(255)
_OUTCOME_MS = const(3000)  # how long other lines let an outcome of +WIPCREATE go first

# Records of a socket that can wait together: its begin (READY, ACCEPT), DATA, and its end (FAILED,
# ERROR, PEER_CLOSE, CLOSED).
_OF_SOCKET = const(3)
# BEARER and RESULT (RING, NO CARRIER) twice each, REGISTERED, PING, LOST, OVERRUN, WIND.
_OTHERS = const(9)


class UrcQueue:
    """Room for all records of `sockets` sockets, and for `refusals` refused connections."""

    def __init__(self, sockets, refusals, clock):
        size = _OF_SOCKET * sockets + _OTHERS + refusals
        self._clock = clock
        self._refusals = refusals
        self._kind = bytearray(size)
        self._who = bytearray(size)
        self._value = [0] * size
        self._stamp_ms = [0] * size  # when it was put
        self._addr = bytearray(4 * size)  # of a refused peer
        self._shown = bytearray(4)
        self.count = 0
        self.most = 0  # that waited at once
        self.lost = 0  # since start
        self.closing = False  # a result is due: no more refused connections before it
        self.awaiting = False  # an outcome of +WIPCREATE goes before other lines (H5), until:
        self._outcome_ms = 0

    def put(self, kind, who=0, value=0):
        """Owe the host a line. It takes the place of one of the same kind and `who`."""
        self.forget(who, kind)
        self._append(kind, who, value)

    def await_outcome(self):
        """Let the outcome of a +WIPCREATE go before other lines, for a while (H5, H10)."""
        self.awaiting = True
        self._outcome_ms = ticks_add(self._clock.now_ms, _OUTCOME_MS)

    def tick(self):
        """Return True if other lines need wait no longer for an outcome."""
        if not self.awaiting or self.wait_ms():
            return False
        self.awaiting = False
        return True

    def wait_ms(self):
        """Return the time in ms until tick() is needed."""
        if not self.awaiting:
            return _OUTCOME_MS
        return max(ticks_diff(self._outcome_ms, self._clock.now_ms), 0)

    def result(self, which):
        self.put(RESULT, which)

    def ping(self, late, which, ms):
        """late: 1 if no answer came in time. The caller puts one when the last has been said."""
        self.put(PING, late, which << 20 | ms)

    def overrun(self, count):
        self.put(OVERRUN, 0, count)

    def registered(self, status):
        self.put(REGISTERED, 0, status)

    def wind(self, event):
        """The caller puts one when the last has been said."""
        self.put(WIND, 0, event)

    def refused(self, who, addr, port, reason):
        """Owe a refused connection, or drop and count its line. reason: its counter."""
        if not self.closing and self._count(REFUSED) < self._refusals:
            self._append(REFUSED, who, reason << 16 | port)
            self._copy(addr, 0, 4 * (self.count - 1))
            return
        self.lost += 1
        place = self.find(LOST)
        if place < 0:
            self._append(LOST, 0, 1)
        else:
            self._value[place] += 1

    def forget(self, who, kind=_ANY):
        """Drop what has become untrue: all of a closed socket, or one kind."""
        kept = i = 0
        while i < self.count:
            if not self._is(i, who, kind):
                self._move(i, kept)
                kept += 1
            i += 1
        self.count = kept

    def find(self, kind):
        """The place of the oldest record of this kind, or -1."""
        for i in range(self.count):
            if self._kind[i] == kind:
                return i
        return -1

    def outcome(self):
        """The place of the oldest outcome of a +WIPCREATE, or -1."""
        for i in range(self.count):
            if self._kind[i] <= FAILED:
                return i
        return -1

    def kind(self, i):
        return self._kind[i]

    def who(self, i):
        return self._who[i]

    def value(self, i):
        return self._value[i]

    def addr(self, i):
        """Good until the next is asked for."""
        for k in range(4):
            self._shown[k] = self._addr[4 * i + k]
        return self._shown

    def stamp_ms(self, i):
        return self._stamp_ms[i]

    def drop(self, place):
        """The record at `place` has been said."""
        self.count -= 1
        while place < self.count:
            self._move(place + 1, place)
            place += 1

    def _count(self, kind):
        count = 0
        for i in range(self.count):
            count += self._kind[i] == kind
        return count

    def _append(self, kind, who, value):
        i = self.count
        self._kind[i] = kind
        self._who[i] = who
        self._value[i] = value
        self._stamp_ms[i] = self._clock.now_ms
        self.count += 1
        self.most = max(self.most, self.count)

    def _move(self, here, there):
        self._kind[there] = self._kind[here]
        self._who[there] = self._who[here]
        self._value[there] = self._value[here]
        self._stamp_ms[there] = self._stamp_ms[here]
        if self._kind[here] == REFUSED:
            self._copy(self._addr, 4 * here, 4 * there)

    def _copy(self, addr, here, there):
        """Four bytes of addr from here on; a slice would be allocated."""
        for k in range(4):
            self._addr[there + k] = addr[here + k]

    def _is(self, i, who, kind):
        return self._who[i] == who and (kind == _ANY or kind == self._kind[i])
