"""One entry of the index table: its record, its states, and the events that change its state.

             CREATE     RESOLVED    CONNECTED  ACCEPTED  LISTEN     FIN          RESET,UNREACHABLE
FREE         RESOLVING  -           -          READY     LISTENING  -            -
RESOLVING    -          CONNECTING  -          -         -          -            FAILED
CONNECTING   -          -           READY      -         -          -            FAILED
READY        -          -           -          -         -          PEER_CLOSED  FAILED
LISTENING    -          -           -          -         -          -            FAILED
No event changes PEER_CLOSED and FAILED: the host reads the rest, then sends +WIPCLOSE (D23, Q19).

RESOLVING and LISTENING ignore RESET. IDLE_TIMEOUT leads from READY to FAILED. +WIPCLOSE leads from
each state to FREE (X1-X6). `Socket.move` and `Socket.free` alone change a state.
"""

from .. import contract, errors, urc
from ..clock import ticks_diff
from ..compat import const

# Protocols: the numbers of +WIPCREATE.
UDP = const(1)
TCP = const(2)
SERVER = const(3)
INDEXES = (8, 8, 4)  # highest index of each protocol (W3)

# States.
FREE = const(0)
RESOLVING = const(1)
CONNECTING = const(2)
READY = const(3)
PEER_CLOSED = const(4)
FAILED = const(5)
LISTENING = const(6)

# Events.
CREATE = const(0)  # +WIPCREATE of a client
RESOLVED = const(1)  # the address of the peer is known
CONNECTED = const(2)
ACCEPTED = const(3)  # a spawned socket begins with its connection
LISTEN = const(4)  # +WIPCREATE of a server
FIN = const(5)  # the peer closed its sending half
RESET = const(6)  # the peer refused or reset the connection
UNREACHABLE = const(7)  # no address for the name, no route, or no answer in time
IDLE_TIMEOUT = const(8)  # no byte was transferred for as long as +WIPXSERVER allows

NO_HANDLE = const(-1)
NO_DATAGRAM = const(-1)
NO_RANGE = (0, 0, 0)

# Sending half of a TCP connection (`Socket.write_state`, H12).
WRITE_OPEN = const(0)
WRITE_ENDING = const(1)  # ends after the bytes in the tx buffer; takes no more bytes
WRITE_ENDED = const(2)

_MULTICAST = const(224)  # first byte of the lowest multicast address; reserved ones are higher
_IDLE_MS = const(1000)


def _key(state, event):
    return state << 4 | event


_NEXT = {
    _key(FREE, CREATE): RESOLVING,
    _key(FREE, ACCEPTED): READY,
    _key(FREE, LISTEN): LISTENING,
    _key(RESOLVING, RESOLVED): CONNECTING,
    _key(RESOLVING, UNREACHABLE): FAILED,
    _key(CONNECTING, CONNECTED): READY,
    _key(CONNECTING, RESET): FAILED,
    _key(CONNECTING, UNREACHABLE): FAILED,
    _key(READY, RESET): FAILED,
    _key(READY, UNREACHABLE): FAILED,
    _key(READY, IDLE_TIMEOUT): FAILED,
    _key(READY, FIN): PEER_CLOSED,
    _key(LISTENING, UNREACHABLE): FAILED,
}

# Error numbers of the events that end a connection (Q20, Q34).
_ERROR_OF = {
    RESET: errors.PEER_RESET,
    UNREACHABLE: errors.UNREACHABLE,
    IDLE_TIMEOUT: errors.NOT_IN_TIME,
}
# Events that result classes of the net port stand for; any other class is UNREACHABLE.
_EVENT_OF = {contract.CLOSED: FIN, contract.RESET: RESET}


def error_of(result):
    """Return the error number for a result class of the net port, other than AGAIN and CLOSED."""
    return _ERROR_OF[_EVENT_OF.get(result, UNREACHABLE)]


def is_peer(addr, port, stream):
    """Return True if a peer can have this address (four bytes) and port (H26). No host has
    0.0.0.0/8 or port 0, and a TCP connection (`stream`) needs a unicast address."""
    return 0 < addr[0] and 0 < port and not (stream and addr[0] >= _MULTICAST)


class Socket:
    """A socket of the index table, and the owner of its net handle.

    io: the SocketIO that all sockets of the table share. rx: Pipe of bytes for the host.
    tx: Pipe of bytes for the peer. A closed socket keeps its Pipes for the next +WIPCREATE.
    """

    def __init__(self, io, rx, tx):
        self._io = io
        self.rx = rx
        self.tx = tx
        self.addr = bytearray(4)  # of the peer
        self.from_addr = bytearray(4)  # UDP: sender of the datagram in `rx`
        self.reply_addr = bytearray(4)  # UDP: sender of the datagram that the host read last
        # Option values, by their +WIPOPT numbers: NO_DELAY, TTL, TOS.
        self.options = bytearray(contract.TOS + 1)
        self.handle = NO_HANDLE  # at the net port
        self.reset()

    def reset(self):
        """Make this the record of a free index."""
        self.state = FREE
        self.key = 0  # protocol << 4 | index: names the socket in one byte
        self.protocol = 0
        self.error = 0  # why the socket FAILED, or will fail after the host has read all bytes
        self.has_peer = False  # False for servers and for UDP sockets without a peer (R5)
        self.local_port = self.peer_port = self.from_port = self.reply_port = 0
        self.addr[:] = b"\0\0\0\0"
        # (server index, from_idx, to_idx): a listener shares this tuple with the sockets that it
        # spawns, so that the range stays reserved while one of them is open (R11).
        self.range = NO_RANGE
        self.created_s = 0  # time of the clock
        self.deadline_ms = 0  # when a connection that is not established yet fails
        self.bytes_sent = self.bytes_received = 0  # accepted and delivered by the IP stack
        self.bytes_checked = -1  # the sum of both at the last idle check
        self.idle_since_s = 0  # time of the first idle check that found this sum
        self.bytes_lost = 0  # bytes for the peer that were dropped when the peer was gone
        self.write_state = WRITE_OPEN
        self.data_announced = False  # +WIPDATA is queued or sent, no byte read since (Q22)
        self.datagram = NO_DATAGRAM  # UDP: bytes of the datagram in `rx` that are unread
        self.truncated = 0  # 1: the datagram in `rx` was longer than the buffer

    @property
    def index(self):
        return self.key & 15

    def is_pending(self):
        """Return True while the outcome of +WIPCREATE is outstanding."""
        return RESOLVING <= self.state <= CONNECTING

    def is_active(self):
        """Return True if the socket has options (O1, O7, Q30)."""
        return self.state in (READY, PEER_CLOSED, LISTENING)

    def has_data(self):
        """Return True if the host can read bytes, or an empty datagram."""
        return self.datagram >= 0 or self.rx.count() > 0

    def readable(self):
        """Return how many bytes the host can read now; on UDP, of one datagram."""
        return self.rx.count()

    def unsent(self):
        """Return how many bytes wait for a peer that may still accept them."""
        return self.tx.count() if self.handle >= 0 else 0

    def overlaps(self, from_idx, to_idx):
        """Return True if the reserved range of the socket has an index of this range."""
        return self.range[1] <= to_idx and self.range[2] >= from_idx

    def wait_ms(self):
        """Return the ms until the attempt to connect fails, 0 if it fails now."""
        if self.state != CONNECTING:
            return _IDLE_MS
        return max(ticks_diff(self.deadline_ms, self._io.clock.now_ms), 0)

    def on_event(self, flags):
        """Handle the events `flags` of the net handle, by the state of the socket."""
        self._io.on_event[self.state](self, flags)

    def on_resolved(self, addr):
        """Connect to the address that the resolver found, None if it found none (Q34)."""
        if addr is None:
            self.move(UNREACHABLE)
            return
        self.addr[:] = addr
        error = self._io.open(self)
        if error:
            self.move(UNREACHABLE, error)

    def move(self, event, error=0):
        """Change the state by an event, and queue the URC of the change. An event without an
        entry in the table changes nothing. error: for the URC, if not the event's own number."""
        state = _NEXT.get(self.state << 4 | event, self.state)
        if state == self.state:
            return
        was_pending = self.is_pending()
        self.state = state
        self._io.pending += self.is_pending() - was_pending
        if state == FAILED:
            self._fail(event, error or _ERROR_OF[event], was_pending)
        elif event == CONNECTED:
            self._io.urcs.put(urc.READY, self.key)
        elif event == FIN:
            self._io.urcs.put(urc.PEER_CLOSE, self.key)

    def end(self, result):
        """Change the state by a result class of the net port other than AGAIN. If a write has
        failed before, that error counts."""
        self.move(RESET if self.error else _EVENT_OF.get(result, UNREACHABLE), self.error)

    def free(self):
        """Close the handle, and reset the record."""
        self._io.pending -= self.is_pending()
        self._io.detach(self)
        self.reset()

    def _fail(self, event, error, was_pending):
        self.error = error
        self._io.detach(self)
        if not self.has_peer:
            return  # the socket has lost no peer (Q5)
        kind = urc.FAILED if was_pending else urc.ERROR
        self._io.urcs.put(urc.CLOSED if event == IDLE_TIMEOUT else kind, self.key, error)
