"""Socket of the index table: attributes, states, and the events that change the state.

This table gives the next state for each state (row) and event (column):

             CREATE     RESOLVED    CONNECTED  ACCEPTED  LISTEN     FIN          RESET,UNREACHABLE
FREE         RESOLVING  -           -          READY     LISTENING  -            -
RESOLVING    -          CONNECTING  -          -         -          -            FAILED
CONNECTING   -          -           READY      -         -          -            FAILED
READY        -          -           -          -         -          PEER_CLOSED  FAILED
LISTENING    -          -           -          -         -          -            FAILED
An event marked with a dash does not change the state. No event changes the states PEER_CLOSED and
FAILED, so that the host can read the remaining bytes before the host sends +WIPCLOSE (D23, Q19).

RESOLVING and LISTENING ignore RESET. IDLE_TIMEOUT changes READY to FAILED. +WIPCLOSE changes every
state to FREE (X1-X6). Only `Socket.move` and `Socket.free` change the state of a socket.
"""

from .. import contract, errors, urc
from ..clock import ticks_diff
from ..compat import const

# Protocols, with the numbers that +WIPCREATE uses.
UDP = const(1)
TCP = const(2)
SERVER = const(3)
INDEXES = (8, 8, 4)  # highest index for UDP, TCP and servers (W3)

# States of a socket.
FREE = const(0)
RESOLVING = const(1)
CONNECTING = const(2)
READY = const(3)
PEER_CLOSED = const(4)
FAILED = const(5)
LISTENING = const(6)

# Events that change the state of a socket.
CREATE = const(0)  # +WIPCREATE creates a UDP socket or a TCP client
RESOLVED = const(1)  # the address of the peer has become known
CONNECTED = const(2)  # the connection is established, or the UDP socket is open
ACCEPTED = const(3)  # a server has accepted a connection and spawned the socket
LISTEN = const(4)  # +WIPCREATE opens a listener
FIN = const(5)  # the peer has closed its sending half of the connection
RESET = const(6)  # the peer has refused or reset the connection
UNREACHABLE = const(7)  # the peer's name has no address, or there was no route or no response
IDLE_TIMEOUT = const(8)  # no byte was transferred during the idle timeout of +WIPXSERVER

NO_HANDLE = const(-1)
NO_DATAGRAM = const(-1)
NO_RANGE = (0, 0, 0)

# States of the sending half of a TCP connection (`Socket.write_state`, H12).
WRITE_OPEN = const(0)
WRITE_ENDING = const(1)  # accepts no more bytes, and closes as soon as the tx buffer is sent
WRITE_ENDED = const(2)

# First byte of the lowest IPv4 multicast address. All higher addresses are not unicast either.
_MULTICAST = const(224)
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

# Error number that a URC reports for each event that ends a connection (Q20, Q34).
_ERROR_OF = {
    RESET: errors.PEER_RESET,
    UNREACHABLE: errors.UNREACHABLE,
    IDLE_TIMEOUT: errors.NOT_IN_TIME,
}
# Map from result classes of the net port to socket events. A result class without an entry, except
# AGAIN, stands for the event UNREACHABLE.
_EVENT_OF = {contract.CLOSED: FIN, contract.RESET: RESET}


def error_of(result):
    """Return the error number for a result class of the net port (not for AGAIN and CLOSED)."""
    return _ERROR_OF[_EVENT_OF.get(result, UNREACHABLE)]


def is_peer(addr, port, stream):
    """Return True if a peer can have this IPv4 address (four bytes) and port (H26).

    No peer has an address in 0.0.0.0/8 or port 0. stream: True for a TCP connection, which needs
    a unicast address.
    """
    return 0 < addr[0] and 0 < port and not (stream and addr[0] >= _MULTICAST)


class Socket:
    """Socket of the index table. A socket owns one net handle while this handle is open.

    io: the SocketIO that all sockets of the table share. rx: Pipe that buffers bytes for the host.
    tx: Pipe that buffers bytes for the peer. A closed socket keeps both Pipes for its next use.
    """

    def __init__(self, io, rx, tx):
        self._io = io
        self.rx = rx
        self.tx = tx
        self.addr = bytearray(4)  # IPv4 address of the peer
        self.from_addr = bytearray(4)  # UDP: address of the sender of the datagram in `rx`
        # UDP: address of the sender of the datagram that the host read last.
        self.reply_addr = bytearray(4)
        # Values of the options NO_DELAY, TTL and TOS, indexed by +WIPOPT number.
        self.options = bytearray(contract.TOS + 1)
        self.handle = NO_HANDLE  # net handle of the socket; -1 while none is open
        self.reset()

    def reset(self):
        """Set the attributes to their values in the state FREE. The buffers, the options and the
        net handle are not changed."""
        self.state = FREE
        self.key = 0  # protocol << 4 | index: identifies the socket in one byte
        self.protocol = 0  # UDP, TCP or SERVER; 0 in the state FREE
        self.error = 0  # error number of the socket's failure, even before a URC reports it; or 0
        self.has_peer = False  # False for a server and for a UDP socket without a peer (R5)
        self.local_port = self.peer_port = self.from_port = self.reply_port = 0
        self.addr[:] = b"\0\0\0\0"
        # Reserved index range: (server index, from_idx, to_idx). A listener and its spawned
        # sockets share this tuple, so the range stays reserved while any of these sockets is open
        # (R11).
        self.range = NO_RANGE
        self.created_s = 0  # value of clock.seconds when the socket was opened
        self.deadline_ms = 0  # time in ms at which the attempt to connect to the peer times out
        # Bytes that the modem has sent to the IP stack, and bytes received from the IP stack.
        self.bytes_sent = self.bytes_received = 0
        # Value of bytes_sent + bytes_received at the last check of the idle timeout.
        self.bytes_checked = -1
        self.idle_since_s = 0  # value of clock.seconds when the connection became idle
        self.bytes_lost = 0  # number of bytes for the peer that were dropped from the tx buffer
        self.write_state = WRITE_OPEN  # state of the sending half of a TCP connection
        # True from the queuing of +WIPDATA until the host reads data of this socket (Q22).
        self.data_announced = False
        # UDP: number of unread bytes of the datagram in `rx`; -1 if `rx` contains no datagram.
        self.datagram = NO_DATAGRAM
        self.truncated = 0  # 1 if the datagram in `rx` was truncated to the buffer size, else 0

    @property
    def index(self):
        return self.key & 15

    def is_pending(self):
        """Return True while the outcome of the +WIPCREATE for this socket is outstanding."""
        return RESOLVING <= self.state <= CONNECTING

    def is_active(self):
        """Return True if +WIPOPT can read and set the options of this socket (O1, O7, Q30)."""
        return self.state in (READY, PEER_CLOSED, LISTENING)

    def has_data(self):
        """Return True if the host can read bytes or a datagram, which may be empty."""
        return self.datagram >= 0 or self.rx.count() > 0

    def readable(self):
        """Return the number of bytes that the host can read now. On UDP these bytes belong to one
        datagram."""
        return self.rx.count()

    def unsent(self):
        """Return the number of bytes in the tx buffer that can still be sent to the peer. If the
        net handle is closed, this number is 0."""
        return self.tx.count() if self.handle >= 0 else 0

    def overlaps(self, from_idx, to_idx):
        """Return True if the reserved index range of the socket and the range from_idx..to_idx
        have an index in common."""
        return self.range[1] <= to_idx and self.range[2] >= from_idx

    def wait_ms(self):
        """Return the time in ms until the attempt to connect to the peer times out, or 0 if it has
        timed out."""
        if self.state != CONNECTING:
            return _IDLE_MS
        return max(ticks_diff(self.deadline_ms, self._io.clock.now_ms), 0)

    def on_event(self, flags):
        """Pass net port events to the handler for the socket's state. flags: set of event bits."""
        self._io.on_event[self.state](self, flags)

    def on_resolved(self, addr):
        """Handle the result of the resolver: connect to the address `addr` (four bytes). If `addr`
        is None, the name has no known address, and the socket fails (Q34)."""
        if addr is None:
            self.move(UNREACHABLE)
            return
        self.addr[:] = addr
        error = self._io.open(self)
        if error:
            self.move(UNREACHABLE, error)

    def move(self, event, error=0):
        """Apply an event: change the state of the socket, and queue the URC that reports this.

        An event that has no entry in the table for the present state changes nothing.
        error: error number for the URC; 0 selects the number that belongs to the event.
        """
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
        """Apply the event that a result class of the net port (not AGAIN) stands for. If an
        earlier write has failed, report the error of this write instead."""
        self.move(RESET if self.error else _EVENT_OF.get(result, UNREACHABLE), self.error)

    def free(self):
        """Close the net handle, and set the socket to the state FREE."""
        self._io.pending -= self.is_pending()
        self._io.detach(self)
        self.reset()

    def _fail(self, event, error, was_pending):
        self.error = error
        self._io.detach(self)
        if not self.has_peer:
            return  # a socket without a peer reports no failure (Q5)
        kind = urc.FAILED if was_pending else urc.ERROR
        self._io.urcs.put(urc.CLOSED if event == IDLE_TIMEOUT else kind, self.key, error)
