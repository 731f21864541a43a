"""Queue of unsolicited result codes, URCs, in the order of their events (U1-U7, P1-P5, D10, F7).

A record has a kind, a key, a value and a time. commands/unsolicited.py writes its line once a URC
may be sent. The key is that of a socket (protocol << 4 | index), or tells records of one kind
apart. A record replaces the one with the same kind and key, so that each source has room of its
own and no URC of the guide is lost. Only rejected connections can be more than the queue holds:
the newest are then dropped and counted, and `+WIPXLOST: n` takes their place.
"""

from .clock import ticks_add, ticks_diff
from .compat import const

# Kinds. Those of a socket have its key.
READY = const(0)  # +WIPCREATE has succeeded
FAILED = const(1)  # +WIPCREATE has failed; value: error number
ERROR = const(2)  # a socket has failed after it was ready; value: error number
ACCEPT = const(3)  # a server has spawned this socket; value: index of the server
DATA = const(4)  # a socket has data; the line gives the amount at the time of writing
PEER_CLOSE = const(5)  # the peer has closed the connection
BEARER = const(6)  # key: 1 if the session is up, else 0
LOST = const(7)  # value: number of dropped records
RESULT = const(8)  # RING or NO CARRIER; key: result code
REGISTERED = const(9)  # value: status of +CREG
PING = const(10)  # key: 0 reply, 1 timeout; value: number of the request << 20 | ms
REJECTED = const(11)  # key: of the server; value: counter of the reason << 16 | port of the peer
OVERRUN = const(12)  # value: number of overruns on the host's UART
CLOSED = const(13)  # the modem has closed an idle connection
WIND = const(14)  # value: event number of the radio

_ANY = const(255)
_OUTCOME_MS = const(3000)  # how long other URCs wait for the outcome of a +WIPCREATE
_ADDR_SIZE = const(4)

# Records that one socket can have at the same time: its begin (READY, ACCEPT), DATA, and its end
# (FAILED, ERROR, PEER_CLOSE, CLOSED).
_PER_SOCKET = const(3)
# Two each of BEARER and RESULT; one each of REGISTERED, PING, LOST, OVERRUN and WIND.
_OTHERS = const(9)


class UrcQueue:
    """Record i is (kinds[i], keys[i], values[i], stamps_ms[i]); record 0 is the oldest of `count`.

    sockets: number of sockets that need room. rejections: number of rejected connections to keep.
    After the start nothing is allocated.
    """

    def __init__(self, sockets, rejections, clock):
        size = _PER_SOCKET * sockets + _OTHERS + rejections
        self.kinds = bytearray(size)
        self.keys = bytearray(size)
        self.values = [0] * size
        self.stamps_ms = [0] * size  # when the event happened
        self.count = 0
        self.peak = 0  # highest count since the last reset
        self.lost = 0  # rejected connections dropped since the start
        self.result_pending = False  # a final result code is next: queue no rejection before it
        # The outcome of a +WIPCREATE goes before other URCs, until _outcome_ms (H5).
        self.awaiting_outcome = False
        self._outcome_ms = 0
        self._clock = clock
        self._max_rejections = rejections
        self._addrs = bytearray(_ADDR_SIZE * size)  # of peers in records of kind REJECTED
        self._addr = bytearray(_ADDR_SIZE)  # returned by addr()

    # Putting

    def put(self, kind, key=0, value=0):
        """Queue a record in place of the one with the same kind and key."""
        self.discard(key, kind)
        self._append(kind, key, value)

    def put_rejected(self, key, addr, port, reason):
        """Queue a rejected connection, or drop and count it if too many are queued.

        key: of the server. addr: four bytes. reason: a counter of counters.py.
        """
        if self.result_pending or self._rejections() >= self._max_rejections:
            self._count_lost()
            return
        self._append(REJECTED, key, reason << 16 | port)
        self._copy_addr(addr, 0, self.count - 1)

    def discard(self, key, kind=_ANY):
        """Remove the records with this key, of one kind or of all."""
        i = 0
        while i < self.count:
            if self.keys[i] == key and (kind == _ANY or kind == self.kinds[i]):
                self.remove(i)
            else:
                i += 1

    # The outcome of a +WIPCREATE

    def await_outcome(self):
        """Let the outcome of a +WIPCREATE go before other URCs for a limited time (H5, H10)."""
        self.awaiting_outcome = True
        self._outcome_ms = ticks_add(self._clock.now_ms, _OUTCOME_MS)

    def tick(self):
        """Return True if the time for the outcome has just ended."""
        if not self.awaiting_outcome or self.wait_ms():
            return False
        self.awaiting_outcome = False
        return True

    def wait_ms(self):
        """Return the time in ms until tick() is needed."""
        if not self.awaiting_outcome:
            return _OUTCOME_MS
        return max(ticks_diff(self._outcome_ms, self._clock.now_ms), 0)

    # Taking

    def find(self, kind):
        """Return the position of the oldest record of this kind, or -1."""
        for i in range(self.count):
            if self.kinds[i] == kind:
                return i
        return -1

    def find_outcome(self):
        """Return the position of the oldest READY or FAILED, or -1."""
        for i in range(self.count):
            if self.kinds[i] <= FAILED:
                return i
        return -1

    def addr(self, i):
        """Return the address of the peer in a REJECTED record, valid until the next call."""
        for k in range(_ADDR_SIZE):
            self._addr[k] = self._addrs[_ADDR_SIZE * i + k]
        return self._addr

    def remove(self, i):
        """Remove record i."""
        self.count -= 1
        while i < self.count:
            self._move(i + 1, i)
            i += 1

    # Inside

    def _rejections(self):
        n = 0
        for i in range(self.count):
            n += self.kinds[i] == REJECTED
        return n

    def _count_lost(self):
        self.lost += 1
        i = self.find(LOST)
        if i < 0:
            self._append(LOST, 0, 1)
        else:
            self.values[i] += 1

    def _append(self, kind, key, value):
        i = self.count
        self.kinds[i] = kind
        self.keys[i] = key
        self.values[i] = value
        self.stamps_ms[i] = self._clock.now_ms
        self.count += 1
        self.peak = max(self.peak, self.count)

    def _move(self, i, to):
        self.kinds[to] = self.kinds[i]
        self.keys[to] = self.keys[i]
        self.values[to] = self.values[i]
        self.stamps_ms[to] = self.stamps_ms[i]
        if self.kinds[i] == REJECTED:
            self._copy_addr(self._addrs, _ADDR_SIZE * i, to)

    def _copy_addr(self, source, start, to):
        # Byte by byte: a slice would be allocated.
        for k in range(_ADDR_SIZE):
            self._addrs[_ADDR_SIZE * to + k] = source[start + k]
