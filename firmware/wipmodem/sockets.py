"""The index table: creating, spawning, reserving, closing (W1-W4, R1-R20, X1-X7, Q5).

A server's reservation is read off the table: it holds while the server, or any socket that it
spawned, is not FREE (R11). sock.py has the states and what leads from one to the next.
"""

from . import contract as net_
from . import counters as count_
from . import errors, ticks, urc
from .address import parse
from .compat import const
from .dns import Resolver
from .flow import Flow
from .pipe import Pipe
from .sock import (
    CONNECTING,
    DEAD,
    ERROR_OF,
    EVENT_OF,
    FAILED,
    GONE,
    INDEXES,
    LISTENING,
    NAMED,
    NEXT,
    NO_HANDLE,
    PEER_CLOSED,
    READY,
    REFUSAL_OF,
    RESOLVING,
    SERVER,
    TCP,
    UDP,
    UP,
    Sock,
)

_BACKLOG = const(4)
_IDLE_MS = const(1000)


class Table:
    """The sockets, their handles at the net port and their buffers.

    sizes: as in modem.Sizes. entropy(): 16 bits that nobody can predict.
    """

    def __init__(self, net, entropy, urcs, counters, sizes):
        self.now_ms = 0  # the time of this pass, set by the loop
        self._net = net
        self._urcs = urcs
        self._counters = counters
        self._sizes = sizes
        self._flow = Flow(net, counters, sizes)
        self._rows = [self._row(protocol) for protocol in (UDP, TCP, SERVER)]
        self.all = [sock for row in self._rows for sock in row]
        self.resolver = Resolver(net, len(self.all), entropy, self._named)
        self._by_handle: list = [None] * sizes.handles
        self._pool = [_pipes(sizes) for _ in range(sizes.sockets)]
        self._wait_ms = 0
        self.pending = 0  # sockets whose +WIPCREATE has no outcome yet
        self._mapped = None  # the socket in data mode
        self._on = {
            CONNECTING: self._on_connecting,
            READY: self._on_ready,
            PEER_CLOSED: self._on_peer_closed,
            LISTENING: self._on_listening,
        }

    def _row(self, protocol):
        base = sum(INDEXES[: protocol - 1])
        return [Sock(protocol, i + 1, base + i) for i in range(INDEXES[protocol - 1])]

    # Looking

    def at(self, protocol, index):
        return self._rows[protocol - 1][index - 1]

    def of(self, who):
        return self.at(who >> 4, who & 15)

    def total(self):
        """Sockets that exist, servers included (Q2)."""
        return sum(1 for sock in self.all if sock.state)

    def reserved(self, first, last):
        """Does the range of a server, or one held by a spawned socket, meet it (R9-R12)?"""
        return any(s.state and s.first and s.first <= last and s.last >= first for s in self.all)

    # Creating: 0 or the error number of a refusal. R1: all else is told later.

    def create(self, sock, local_port, name, peer_port):
        """UDP or TCP client; `name` is the peer as written, None on a UDP listen socket."""
        refusal = self._refusal(sock)
        if not refusal and sock.protocol == TCP and self.reserved(sock.index, sock.index):
            refusal = errors.INDEX_RESERVED  # R9
        if refusal:
            return refusal
        self._begin(sock, local_port, name, peer_port)
        addr = None if name is None else parse(name)
        if addr:
            sock.addr[:] = addr
        if addr or name is None:
            refusal = self._link(sock)
        else:
            self.resolver.start(sock.slot, name, self.now_ms)
        if refusal:
            self._free(sock)
        return refusal

    def create_server(self, sock, local_port, first, last):
        refusal = self._refusal(sock)
        if not refusal and (self.reserved(first, last) or self._taken(first, last)):
            refusal = errors.INDEX_RESERVED  # R10
        if refusal:
            return refusal
        handle = self._net.listen(local_port, _BACKLOG)
        if handle < 0:
            return REFUSAL_OF.get(handle, errors.BAD_PORT_STATE)
        self._attach(sock, handle)
        sock.state = LISTENING
        sock.first = first
        sock.last = last
        return 0

    def _refusal(self, sock):
        if sock.state:
            return errors.ALREADY_ACTIVE  # R15
        return errors.NO_SOCKET if self.total() >= self._sizes.sockets else 0  # R18

    def _taken(self, first, last):
        return any(self.at(TCP, i).state for i in range(first, last + 1))

    def _begin(self, sock, local_port, name, peer_port):
        sock.state = RESOLVING
        sock.bound = name is not None
        sock.local_port = local_port
        sock.peer_port = peer_port
        sock.pipes = self._pool.pop()
        self.pending += 1

    def _link(self, sock):
        """The peer's address is known, or there is none: 0 or the error number of a refusal."""
        self._move(sock, NAMED)
        if sock.protocol == TCP:
            handle = self._net.connect(sock.addr, sock.peer_port)
        elif sock.bound:
            handle = self._net.open_udp(sock.local_port, sock.addr, sock.peer_port)
        else:
            handle = self._net.open_udp(sock.local_port)
        if handle >= 0:
            sock.deadline_ms = ticks.add(self.now_ms, self._sizes.connect_ms)
            self._attach(sock, handle)
            if sock.protocol == UDP:
                self._move(sock, UP)
        elif handle in REFUSAL_OF:
            return REFUSAL_OF[handle]
        else:
            self._move(sock, EVENT_OF[handle])
        return 0

    def _named(self, slot, addr):
        """The resolver's answer: four bytes, or None."""
        sock = self.all[slot]
        if addr is None:
            self._move(sock, DEAD)  # Q34
            return
        sock.addr[:] = addr
        refusal = self._link(sock)
        if refusal:
            self._move(sock, DEAD, refusal)

    # Closing

    def close(self, sock):
        """X1-X5. What was not read or sent is dropped, and counted."""
        if sock.state == RESOLVING:
            self.resolver.cancel(sock.slot)
        self._urcs.forget(sock.who)
        self._free(sock)

    def close_all(self):
        for sock in self.all:
            if sock.state:
                self.close(sock)

    def bearer_lost(self):
        """Q5: peers are lost, the sockets still need WIPCLOSE."""
        for sock in self.all:
            if sock.state == RESOLVING:
                self.resolver.cancel(sock.slot)
            if sock.state:
                self._detach(sock)
                self._move(sock, GONE if sock.state == READY else DEAD)

    def _free(self, sock):
        self.pending -= sock.pending()
        self._detach(sock)
        if sock.pipes:
            self._count_unread(sock)
            self._pool.append(sock.pipes)
            sock.pipes = ()
        sock.reset()

    def _count_unread(self, sock):
        unread = sock.pipes[0].clear()
        if sock.protocol == TCP:
            self._counters.add(count_.RX_DROPPED, unread)
        else:
            self._counters.add(count_.UDP_RX_DROPPED, sock.datagram >= 0)

    # Events

    def on_event(self, handle):
        sock = self._by_handle[handle]
        if sock is not None and sock.state in self._on:
            self._on[sock.state](sock)

    def tick(self):
        """Peers that did not answer in time."""
        if not self.pending:
            return
        for sock in self.all:
            if sock.state == CONNECTING and ticks.diff(self.now_ms, sock.deadline_ms) >= 0:
                self._move(sock, DEAD)

    def wait_ms(self):
        """Until `tick` is needed."""
        self._wait_ms = _IDLE_MS
        if self.pending:
            for sock in self.all:
                self._shorten(sock)
        return self._wait_ms

    def _shorten(self, sock):
        if sock.state == CONNECTING:
            self._wait_ms = max(min(self._wait_ms, ticks.diff(sock.deadline_ms, self.now_ms)), 0)

    def _on_connecting(self, sock):
        outcome = self._net.connected(sock.handle)
        if outcome > 0:
            self._move(sock, UP)
            self._flow.watch(sock, True)
        elif outcome != net_.AGAIN:
            self._move(sock, EVENT_OF.get(outcome, DEAD))

    def _on_ready(self, sock):
        if sock.protocol == UDP:
            self._receive(sock)
            return
        flags = self._net.flags[sock.handle]
        if flags & net_.OUT:
            self._dealt(sock, self._flow.drain(sock))
        if sock.state == READY and flags & ~net_.OUT:
            self._fill(sock)

    def _on_peer_closed(self, sock):
        if self._net.flags[sock.handle] & (net_.ERR | net_.HUP):
            self._detach(sock)
        else:
            self._dealt(sock, self._flow.drain(sock))

    def _on_listening(self, server):
        handle = self._net.accept(server.handle)
        if handle == net_.NO_RESOURCE:
            self._counters.add(count_.ACCEPT_NO_SOCKET)
        if handle < 0:
            return
        sock = self._spawn(server)
        if sock is None:
            self._net.close(handle)  # Q15
            return
        self._attach(sock, handle)
        sock.addr[:] = self._net.addr[handle]
        sock.peer_port = self._net.peer_port[handle]
        self._urcs.put(urc.ACCEPT, sock.who, server.index)  # U3

    def _spawn(self, server):
        """A spawned socket at the lowest free index (Q14), or None, counted."""
        if self.total() >= self._sizes.sockets:
            self._counters.add(count_.ACCEPT_NO_SOCKET)
            return None
        for index in range(server.first, server.last + 1):
            sock = self.at(TCP, index)
            if not sock.state:
                sock.state = READY
                sock.bound = True
                sock.owner = server.index
                sock.first = server.first
                sock.last = server.last
                sock.pipes = self._pool.pop()
                return sock
        self._counters.add(count_.ACCEPT_RANGE_FULL)
        return None

    # Bytes

    def map(self, sock):
        """Data mode begins: what it reads is read now (Q22)."""
        self._mapped = sock
        self._urcs.forget(sock.who, urc.DATA)

    def unmap(self):
        """Data mode has ended; what was left unread is owed a +WIPDATA."""
        sock = self._mapped
        self._mapped = None
        sock.told = False
        self._announce(sock)

    def send(self, sock, span):
        """TCP bytes from the host, as many as can be taken; a dead peer takes all, counted."""
        if sock.handle >= 0:
            self._dealt(sock, self._flow.send(sock, span))
        if sock.handle < 0:
            self._counters.add(count_.TX_DROPPED, span.left())
            span.take(span.left())

    def send_datagram(self, sock, buf, n):
        """True once it is dealt with: sent, or counted since the socket cannot (R5, Q27)."""
        if sock.bound and sock.handle >= 0:
            return self._flow.send_datagram(sock, buf, n)
        self._counters.add(count_.UDP_TX_DROPPED, n)
        return True

    def lose_datagram(self):
        """Data mode ended before the stack would take the last one."""
        self._counters.add(count_.UDP_TX_LOST)

    def was_read(self, sock):
        """The host took bytes, or a whole datagram: there is room for more."""
        if sock.handle >= 0:
            self._flow.watch(sock, sock.state == READY and sock.datagram < 0)

    def _fill(self, sock):
        got = self._flow.fill(sock)
        if got > 0:
            self._announce(sock)
        self._dealt(sock, got)

    def _receive(self, sock):
        if sock.datagram < 0 and self._flow.receive(sock) >= 0:
            self._announce(sock)
        self.was_read(sock)

    def _announce(self, sock):
        if sock.told or sock is self._mapped or not sock.has_data():
            return
        sock.told = True
        self._urcs.put(urc.DATA, sock.who)

    def _dealt(self, sock, result):
        """Draw the consequence of a flow's result, and hand it on."""
        if result < net_.AGAIN:
            self._move(sock, EVENT_OF.get(result, DEAD))
            if result != net_.CLOSED:
                self._detach(sock)
        if sock.handle >= 0:
            self._flow.watch(sock, sock.state == READY)
        return result

    # The machine

    def _move(self, sock, event, error=0):
        state = NEXT[sock.state].get(event, sock.state)
        if state == sock.state:
            return
        pending = sock.pending()
        sock.state = state
        self.pending -= pending - sock.pending()
        if state == READY:
            self._urcs.put(urc.READY, sock.who)
        elif state == PEER_CLOSED:
            self._urcs.put(urc.PEER_CLOSE, sock.who)
        elif state == FAILED:
            self._failed(sock, error or ERROR_OF[event], urc.FAILED if pending else urc.ERROR)

    def _failed(self, sock, error, kind):
        sock.error = error
        self._detach(sock)
        if sock.bound:  # a server or a listen socket has lost no peer (Q5)
            self._urcs.put(kind, sock.who, error)

    def _attach(self, sock, handle):
        sock.handle = handle
        sock.local_port = self._net.local_port[handle]
        self._by_handle[handle] = sock

    def _detach(self, sock):
        """Give the handle back. Bytes that wait for the peer are lost, and counted."""
        if sock.handle >= 0:
            self._net.close(sock.handle)
            self._by_handle[sock.handle] = None
            sock.handle = NO_HANDLE
        if sock.pipes:
            self._counters.add(count_.TX_DROPPED, sock.pipes[1].clear())


def _pipes(sizes):
    return Pipe(sizes.block, max(sizes.rx, sizes.datagram)), Pipe(sizes.block, sizes.tx)
