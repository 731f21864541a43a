"""Queue of unsolicited result codes (URCs), in the order of their events (U1-U7, P1-P5, D10, F7).

Each record stands for one URC, and has a kind, a key, a value and a timestamp. As soon as the
modem may send a URC, commands/unsolicited.py writes the line of a record. In a record about a
socket, the key is that of the socket (protocol << 4 | index). In other records, the key
distinguishes records of the same kind. A new record replaces the record with the same kind and
key. So each source of URCs needs a fixed number of records, and no URC of the guide is lost. Only
reports of rejected connections (+WIPXREFUSED) can exceed the size of the queue. The modem then
drops and counts the newest of these reports, and sends `+WIPXLOST: n` in their place.
"""

from .clock import ticks_add, ticks_diff
from .compat import const

# Kinds of URC records. A record about a socket has the key of this socket.
READY = const(0)  # +WIPCREATE has succeeded
FAILED = const(1)  # +WIPCREATE has failed; value: error number
ERROR = const(2)  # a socket that was ready has failed; value: error number
ACCEPT = const(3)  # a server has spawned the socket; value: index of the server
DATA = const(4)  # a socket has unread data; the number of bytes is read when the URC is written
PEER_CLOSE = const(5)  # the peer has closed the connection
BEARER = const(6)  # the session has begun (key 1) or ended (key 0)
LOST = const(7)  # URC records were dropped; value: number of dropped records
RESULT = const(8)  # RING or NO CARRIER; key: number of this result code
REGISTERED = const(9)  # the network registration has changed; value: <stat> of +CREG
# An ICMP echo request has ended. Key: 0 for a reply, 1 for a timeout.
# Value: (number of the request) << 20 | (round-trip time in ms).
PING = const(10)
# A connection was rejected. Key: key of the server.
# Value: (number of the counter for the reason) << 16 | (port of the peer).
REJECTED = const(11)
OVERRUN = const(12)  # the host's UART has overrun; value: number of overruns since the start
CLOSED = const(13)  # the modem has closed an idle connection
WIND = const(14)  # the radio has sent +WIND; value: number of the radio event

_ANY = const(255)
_OUTCOME_MS = const(3000)  # longest time that other URCs wait for the outcome of a +WIPCREATE
_ADDR_SIZE = const(4)

# Highest number of URC records of one socket in the queue: one record for its start (READY,
# ACCEPT), one for unread data (DATA), and one for its end (FAILED, ERROR, PEER_CLOSE, CLOSED).
_PER_SOCKET = const(3)
# Highest number of URC records that are neither about a socket nor of the kind REJECTED: two each
# of BEARER and RESULT; one each of REGISTERED, PING, LOST, OVERRUN and WIND.
_OTHERS = const(9)


class UrcQueue:
    """Bounded queue of the URC records that the modem has still to send to the host.

    Record i consists of kinds[i], keys[i], values[i] and stamps_ms[i]. Record 0 is the oldest
    record, and record `count` - 1 is the newest.
    sockets: number of sockets whose records must have room. rejections: highest number of records
    of the kind REJECTED in the queue. Only the constructor allocates.
    """

    def __init__(self, sockets, rejections, clock):
        size = _PER_SOCKET * sockets + _OTHERS + rejections
        self.kinds = bytearray(size)
        self.keys = bytearray(size)
        self.values = [0] * size
        self.stamps_ms = [0] * size  # time in ms of each record's event, from the modem's clock
        self.count = 0
        self.peak = 0  # highest value of `count` since the last reset of the health values
        self.lost = 0  # number of +WIPXREFUSED reports that were dropped since the start
        # True while a final result code waits for the queue to become empty. Reports of rejected
        # connections are dropped during this time, so that they cannot delay the result code.
        self.result_pending = False
        # True while the outcome of a +WIPCREATE is sent before other URCs (H5).
        self.awaiting_outcome = False
        self._outcome_ms = 0  # time in ms at which the priority of a +WIPCREATE outcome ends
        self._clock = clock
        self._max_rejections = rejections
        self._addrs = bytearray(_ADDR_SIZE * size)  # addresses of the peers in REJECTED records
        self._addr = bytearray(_ADDR_SIZE)  # buffer for the result of addr()

    # Add and remove records

    def put(self, kind, key=0, value=0):
        """Queue a URC record. A queued record with the same kind and key is replaced."""
        self.discard(key, kind)
        self._append(kind, key, value)

    def put_rejected(self, key, addr, port, reason):
        """Queue the report of a rejected connection. Drop and count the report if too many
        reports are queued, or if a final result code waits for the queue to become empty.

        key: key of the server. addr, port: address (four bytes) and port of the peer.
        reason: number of the counter in counters.py for this rejection.
        """
        if self.result_pending or self._rejections() >= self._max_rejections:
            self._count_lost()
            return
        self._append(REJECTED, key, reason << 16 | port)
        self._copy_addr(addr, 0, self.count - 1)

    def discard(self, key, kind=_ANY):
        """Remove the URC record with this key and kind. Without a kind, remove all records with
        this key."""
        i = 0
        while i < self.count:
            if self.keys[i] == key and (kind == _ANY or kind == self.kinds[i]):
                self.remove(i)
            else:
                i += 1

    # Priority for the outcome of a +WIPCREATE

    def await_outcome(self):
        """Send the outcome of a +WIPCREATE before other URCs, for 3 s at most (H5, H10)."""
        self.awaiting_outcome = True
        self._outcome_ms = ticks_add(self._clock.now_ms, _OUTCOME_MS)

    def tick(self):
        """Return True if the time limit for the outcome of a +WIPCREATE has just been reached."""
        if not self.awaiting_outcome or self.wait_ms():
            return False
        self.awaiting_outcome = False
        return True

    def wait_ms(self):
        """Return the time in ms until the next call of tick() is needed."""
        if not self.awaiting_outcome:
            return _OUTCOME_MS
        return max(ticks_diff(self._outcome_ms, self._clock.now_ms), 0)

    # Read and remove records

    def find(self, kind):
        """Return the index of the oldest URC record of this kind, or -1 if there is none."""
        for i in range(self.count):
            if self.kinds[i] == kind:
                return i
        return -1

    def find_outcome(self):
        """Return the index of the oldest record with the outcome of a +WIPCREATE (READY or
        FAILED), or -1 if there is none."""
        for i in range(self.count):
            if self.kinds[i] <= FAILED:
                return i
        return -1

    def addr(self, i):
        """Return the peer's address (four bytes) in record i, which has the kind REJECTED.

        The next call overwrites the returned buffer.
        """
        for k in range(_ADDR_SIZE):
            self._addr[k] = self._addrs[_ADDR_SIZE * i + k]
        return self._addr

    def remove(self, i):
        """Remove URC record i from the queue."""
        self.count -= 1
        while i < self.count:
            self._move(i + 1, i)
            i += 1

    # Private helpers

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
        # The loop copies one byte after the other, because a slice would need newly allocated
        # memory.
        for k in range(_ADDR_SIZE):
            self._addrs[_ADDR_SIZE * to + k] = source[start + k]
