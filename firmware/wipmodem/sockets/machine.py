"""The state machine that every socket obeys: all that changes a state is `move` and this table.

              ASKED       SPAWNED   OPENED     NAMED       UP     GONE    DEAD    FIN
FREE          RESOLVING   READY     LISTENING  -           -      -       -       -
RESOLVING     -           -         -          CONNECTING  -      -       FAILED  -
CONNECTING    -           -         -          -           READY  FAILED  FAILED  -
READY         -           -         -          -           -      FAILED  FAILED  PEER_CLOSED
PEER_CLOSED   readable until WIPCLOSE (D23)
LISTENING     -           -         -          -           -      -       FAILED  -
FAILED        held until WIPCLOSE (Q19)

ASKED, NAMED, UP: a +WIPCREATE, its peer's address, its connection. SPAWNED, OPENED: by a server,
as a server. GONE: refused or reset by the peer. DEAD: no name, no route, no answer in time. IDLE,
in READY alone, leads to FAILED: nothing was carried for longer than the host allows.
Closing leads from everywhere back to FREE.
"""

from .. import errors, urc
from ..compat import const
from ..contract import CLOSED, RESET
from ..counters import RX_DROPPED, TX_DROPPED, UDP_RX_DROPPED, UDP_RX_OVERFLOW, UDP_TX_REFUSED
from .socket import (
    CONNECTING,
    FAILED,
    FREE,
    LISTENING,
    NO_HANDLE,
    PEER_CLOSED,
    READY,
    RESOLVING,
    SERVER,
    TCP,
    UDP,
)

ASKED = const(0)
SPAWNED = const(1)
OPENED = const(2)
NAMED = const(3)
UP = const(4)
GONE = const(5)
DEAD = const(6)
FIN = const(7)
IDLE = const(8)

_MOST_READS = const(512)  # of a socket that is closed

_NEXT = {
    FREE: {ASKED: RESOLVING, SPAWNED: READY, OPENED: LISTENING},
    RESOLVING: {NAMED: CONNECTING, DEAD: FAILED},
    CONNECTING: {UP: READY, GONE: FAILED, DEAD: FAILED},
    READY: {GONE: FAILED, DEAD: FAILED, IDLE: FAILED, FIN: PEER_CLOSED},
    PEER_CLOSED: {},
    LISTENING: {DEAD: FAILED},
    FAILED: {},
}

# What a move says to the host; a failure has its number, and what it is called, besides.
_SAYS = {UP: urc.READY, FIN: urc.PEER_CLOSE}

# Q20, Q34: the error numbers, and the events, that results of the net port stand for.
_ERROR_OF = {GONE: errors.PEER_RESET, DEAD: errors.UNREACHABLE, IDLE: errors.NOT_IN_TIME}
_EVENT_OF = {CLOSED: FIN, RESET: GONE}


def event_of(result):
    """What a result class of the net port, other than AGAIN, means for a socket."""
    return _EVENT_OF.get(result, DEAD)


def error_of(event):
    """The error number that a host is told of a failed socket."""
    return _ERROR_OF[event]


def _kind(event, pending):
    """What the host is told when a socket fails."""
    if event == IDLE:
        return urc.CLOSED
    return urc.FAILED if pending else urc.ERROR


class Machine:
    """Moves sockets, says what that means to the host, and knows who has which handle."""

    def __init__(self, net, urcs, counters, handles, scratch):
        self.pending = 0  # sockets whose +WIPCREATE has no outcome yet
        self._net = net
        self._urcs = urcs
        self._counters = counters
        self._scratch = scratch
        self._by_handle: list = [None] * handles

    def of_handle(self, handle):
        return self._by_handle[handle]

    def move(self, sock, event, error=0):
        """error: the number to tell, if it is not the event's own."""
        state = _NEXT[sock.state].get(event, sock.state)
        if state == sock.state:
            return
        pending = sock.pending()
        sock.state = state
        self.pending += sock.pending() - pending
        if state == FAILED:
            self._failed(sock, error or _ERROR_OF[event], _kind(event, pending))
        elif event in _SAYS:
            self._urcs.put(_SAYS[event], sock.who)

    def free(self, sock):
        """Back to FREE, without its buffers."""
        self.pending -= sock.pending()
        self.detach(sock)
        sock.reset()

    def attach(self, sock, handle):
        sock.handle = handle
        sock.local_port = self._net.local_port[handle]
        self._by_handle[handle] = sock

    def detach(self, sock):
        """Give the handle back. What waits on either side of it is lost, and counted."""
        if sock.handle >= 0:
            self._drop_unread(sock)
            self._net.close(sock.handle)
            sock.handle = NO_HANDLE
        self.discard(sock)

    def discard(self, sock):
        """Drop the bytes that wait for the peer, and count them."""
        lost = sock.pipes[1].clear()
        sock.lost += lost
        self._counters.add(TX_DROPPED, lost)

    def count_overflow(self, sock):
        """Count the datagrams that the stack had no room for, if it tells."""
        if sock.protocol == UDP and sock.handle >= 0:
            self._counters.add(UDP_RX_OVERFLOW, self._net.overflow(sock.handle))

    def _drop_unread(self, sock):
        """Count what the stack has received and nobody will read. A peer may send without end."""
        reads = _MOST_READS
        while reads and sock.protocol != SERVER and self._drop(sock):
            reads -= 1
        self.count_overflow(sock)

    def _drop(self, sock):
        """Read once. False if there was nothing."""
        if sock.protocol == TCP:
            n = self._net.readinto(sock.handle, self._scratch, len(self._scratch))
            self._counters.add(RX_DROPPED, max(n, 0))
            return n > 0
        n = self._net.recvfrom(sock.handle, self._scratch, 1)  # of each one byte: it allocates
        self._counters.add(UDP_RX_DROPPED, n >= 0)
        self._counters.add(UDP_TX_REFUSED, n == RESET)  # ICMP; datagrams may follow
        return n >= 0 or n == RESET

    def _failed(self, sock, error, kind):
        sock.error = error
        self.detach(sock)
        if sock.bound:  # a server or a listen socket has lost no peer (Q5)
            self._urcs.put(kind, sock.who, error)
