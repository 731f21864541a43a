"""Unsolicited lines: one bounded queue of records, told by one table (U1-U7, P1-P5, D10, F7).

A record is (kind, who, value), `who` being the socket (sock.who); the text is made when it is
said. When the queue is full the newcomer is lost, counted, and `+WIPXLOST: n` marks the place.
"""

from .compat import const

READY = const(0)  # the outcome of a +WIPCREATE ...
FAILED = const(1)  # ... or this, value = error
ERROR = const(2)  # struck after it was ready, value = error
ACCEPT = const(3)  # who = the spawned socket, value = server index
DATA = const(4)  # bytes or a datagram wait; counted when said
PEER_CLOSE = const(5)
BEARER = const(6)  # value = status
LOST = const(7)  # value = how many
RESULT = const(8)  # a result nobody waits for, value = which of text.py
REGISTERED = const(9)  # value = +CREG's status
PING = const(10)  # value = which request << 20 | ms
NO_PING = const(11)  # value = which request << 20
REFUSED = const(12)  # a connection: who = server, value = which counter << 16 | peer's port
OVERRUN = const(13)  # of the DTE, value = how many
CLOSED = const(14)  # by the modem, for want of traffic
WIND = const(15)  # value = the radio's event

_ANY = const(255)


class UrcQueue:
    def __init__(self, size, clock):
        self._clock = clock
        self._size = size
        self._kind = bytearray(size)
        self._who = bytearray(size)
        self._value = [0] * size
        self._stamp_ms = [0] * size  # when it was put
        self._addr = bytearray(4 * size)  # of a refused peer
        self._shown = bytearray(4)
        self.count = 0
        self.most = 0  # that waited at once
        self.lost = 0  # since start
        self._unsaid = 0

    def put(self, kind, who=0, value=0):
        """Owe a line to the host; False if there is no place for it."""
        if self.count < self._size:
            self._append(kind, who, value)
            return True
        self.lost += 1
        self._unsaid += 1
        return False

    def result(self, which):
        self.put(RESULT, 0, which)

    def ping(self, kind, which, ms):
        self.put(kind, 0, which << 20 | ms)

    def refused(self, who, addr, port, reason):
        """reason: the counter that has counted it."""
        if self.put(REFUSED, who, reason << 16 | port):
            self._copy(addr, 0, 4 * (self.count - 1))

    def overrun(self, count):
        """Of those that wait the last one will do."""
        self.forget(0, OVERRUN)
        self.put(OVERRUN, 0, count)

    def registered(self, status):
        self.put(REGISTERED, 0, status)

    def wind(self, event):
        self.put(WIND, 0, event)

    def forget(self, who, kind=_ANY):
        """Drop what has become untrue: all of a closed socket, or one kind."""
        kept = i = 0
        while i < self.count:
            if not self._is(i, who, kind):
                self._move(i, kept)
                kept += 1
            i += 1
        self.count = kept
        self._mark_loss()

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
        self._mark_loss()

    def _mark_loss(self):
        """As soon as there is room, and so at the place where lines were lost."""
        if self._unsaid and self.count < self._size:
            self._append(LOST, 0, self._unsaid)
            self._unsaid = 0

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
