"""The index table: creating, spawning, reserving, closing (W1-W4, R1-R20, X1-X7, Q5).

A server's reservation is read off the table: it holds while the server, or any socket that it
spawned, is not FREE (R11).
"""

from .. import errors, lazy
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..contract import NO_RESOURCE, PORT_IN_USE, UNREACHABLE
from ..counters import RX_DROPPED, UDP_RX_DROPPED
from ..pipe import Pipe
from ..settings import SOCKETS
from .address import is_peer, parse
from .dns import LARGEST, Resolver
from .flow import COUNTED
from .io import Traffic
from .machine import ASKED, DEAD, GONE, NAMED, OPENED, UP, Machine, event_of
from .options import Options
from .socket import CONNECTING, READY, RESOLVING, SERVER, TCP, UDP, Sock

# The error numbers of what only the stack knows, when a socket is asked for.
_REFUSAL_OF = {NO_RESOURCE: errors.NO_SOCKET, PORT_IN_USE: errors.BAD_PORT_STATE}

_BACKLOG = const(4)
_DOOR = const(("sockets.server", "Door"))  # for lazy.py
_ALL = const(65535)  # bytes: whatever a buffer holds
_IDLE_MS = const(1000)


class Table:
    """The sockets, their handles at the net port and their buffers."""

    def __init__(self, board, clock, settings, urcs, counters):
        self._board = board
        self._clock = clock
        self._settings = settings
        net, sizes = board.net, board.sizes
        self.options = Options(net, settings, sizes)
        self.options.use()
        self._net = net
        self._urcs = urcs
        self._counters = counters
        self._sizes = sizes
        self.all = []  # open sockets, in the order of protocol and index
        # Sockets that are not open; None in the place of each that is: a list that grew could find
        # no memory to take a closed one back.
        self._spare: list = [Sock(_pipes(sizes)) for _ in range(sizes.sockets)]
        self._blank = Sock(())  # stands for any index that is free
        # Where the net puts what is used up at once; one byte more shows a datagram too long.
        self.scratch = bytearray(max(sizes.block, sizes.datagram + 1, LARGEST))
        self.pinged = _nobody  # called with the address of one name more, or None
        self.resolver = Resolver(net, sizes.sockets + 1, board.entropy, self._named, self.scratch)
        self._machine = Machine(net, urcs, counters, sizes.handles, self.scratch)
        self.door = None  # made for the first server
        self.traffic = Traffic(self._machine, net, urcs, counters, self.scratch, sizes)
        self.most = 0  # that were open at once
        self._sent = self._received = 0  # bytes, of sockets that are closed
        self._wait_ms = 0

    # Looking

    def at(self, protocol, index):
        """The socket at an index. One that is FREE is good until the next is asked for."""
        return self.of(protocol << 4 | index)

    def of(self, who):
        i = len(self.all)
        while i:
            i -= 1
            if self.all[i].who == who:
                return self.all[i]
        self._blank.name(who >> 4, who & 15)
        return self._blank

    def reserved(self, first, last):
        """The server, or spawned socket, whose range meets it (R9-R12), or None."""
        i = len(self.all)
        while i:
            i -= 1
            if self.all[i].holds(first, last):
                return self.all[i]
        return None

    def sent(self):
        """Bytes that the stack has taken, of all sockets since the start, modulo COUNTED + 1."""
        total = self._sent
        for sock in self.all:
            total = total + sock.sent & COUNTED
        return total

    def received(self):
        """... and has given."""
        total = self._received
        for sock in self.all:
            total = total + sock.received & COUNTED
        return total

    def count_overflows(self):
        for sock in self.all:
            self._machine.count_overflow(sock)

    def pending(self):
        """How many sockets have no outcome of their +WIPCREATE yet."""
        return self._machine.pending

    # Creating: 0 or the error number of a refusal. R1: all else is told later.

    def create(self, sock, local_port, name, peer_port):
        """UDP or TCP client; `name` is the peer as written, None on a UDP listen socket."""
        refusal = self.refusal(sock)
        if refusal:
            return refusal
        sock = self.open(sock)
        try:
            refusal = self._start(sock, local_port, name, peer_port)
        except MemoryError:
            refusal = errors.NO_MEMORY
        if refusal:
            self._free(sock)
        return refusal

    def _start(self, sock, local_port, name, peer_port):
        self._begin(sock, local_port, name, peer_port)
        addr = None if name is None else parse(name)
        if addr:
            sock.addr[:] = addr
        if addr or name is None:
            return self._link(sock)
        self.resolver.start(sock.who, name, self._clock.now_ms)
        return 0

    def create_server(self, sock, local_port, first, last):
        refusal = self.refusal(sock)
        if not refusal and (self.reserved(first, last) or self._taken(first, last)):
            refusal = errors.INDEX_RESERVED  # R10
        if refusal:
            return refusal
        self.need_door()
        sock = self.open(sock)  # before the listener: it allocates
        handle = self._net.listen(local_port, _BACKLOG)
        if handle < 0:
            self._free(sock)
            return _REFUSAL_OF.get(handle, errors.BAD_PORT_STATE)
        self._machine.attach(sock, handle)
        self._machine.move(sock, OPENED)
        sock.reserve(sock.index, first, last)
        self.options.begin(sock)
        return 0

    def need_door(self):
        """Return the door, which is made at the first call. MemoryError changes nothing."""
        if self.door is None:
            self.door = lazy.need(_DOOR)(
                self,
                self._machine,
                self._net,
                self._clock,
                self._urcs,
                self._counters,
                self._settings,
            )
        return self.door

    def refusal(self, sock):
        """Why +WIPCREATE would be refused for it, as things stand, or 0."""
        if sock.state:
            return errors.ALREADY_ACTIVE  # R15
        if not self.room():
            return errors.NO_SOCKET  # R18
        if sock.protocol == TCP and self.reserved(sock.index, sock.index):
            return errors.INDEX_RESERVED  # R9
        return 0

    def room(self):
        """For one more."""
        return len(self.all) < self._most()

    def _most(self):
        """Option 6 of +WIPCFG, and what the board has (W4); servers count (Q2)."""
        return min(self._settings[SOCKETS], self._sizes.sockets)

    def _taken(self, first, last):
        return any(s.protocol == TCP and first <= s.index <= last for s in self.all)

    def open(self, free):
        """A socket with buffers in the place of one that is FREE. MemoryError changes nothing."""
        sock = self._next_spare()
        sock.name(free.protocol, free.index)
        sock.born_s = self._clock.seconds
        i = 0
        while i < len(self.all) and self.all[i].who < sock.who:
            i += 1
        self.all.insert(i, sock)
        self._spare[self._spare.index(sock)] = None
        self.most = max(self.most, len(self.all))
        return sock

    def _next_spare(self):
        i = 0
        while self._spare[i] is None:
            i += 1
        return self._spare[i]

    def _begin(self, sock, local_port, name, peer_port):
        self._machine.move(sock, ASKED)
        sock.bound = name is not None
        sock.local_port = local_port
        sock.peer_port = peer_port
        self.options.begin(sock)

    def _link(self, sock):
        """The peer's address is known, or there is none: 0 or the error number of a refusal."""
        self._machine.move(sock, NAMED)
        if sock.bound and not is_peer(sock.addr, sock.peer_port, sock.protocol == TCP):
            handle = UNREACHABLE  # H26
        elif sock.protocol == TCP:
            handle = self._net.connect(sock.addr, sock.peer_port)
        elif sock.bound:
            handle = self._net.open_udp(sock.local_port, sock.addr, sock.peer_port)
        else:
            handle = self._net.open_udp(sock.local_port)
        if handle >= 0:
            sock.deadline_ms = ticks_add(self._clock.now_ms, self._sizes.connect_ms)
            self._machine.attach(sock, handle)
            if sock.protocol == UDP:
                self._machine.move(sock, UP)
        elif handle in _REFUSAL_OF:
            return _REFUSAL_OF[handle]
        else:
            self._machine.move(sock, event_of(handle))
        return 0

    def _named(self, slot, addr):
        """The resolver's answer: four bytes, or None."""
        if not slot:
            self.pinged(addr)
            return
        sock = self.of(slot)
        if addr is None:
            self._machine.move(sock, DEAD)  # Q34
            return
        sock.addr[:] = addr
        refusal = self._link(sock)
        if refusal:
            self._machine.move(sock, DEAD, refusal)

    # Closing

    def close(self, sock):
        """X1-X5. What was not read or sent is dropped, and counted."""
        if sock.state == RESOLVING:
            self.resolver.cancel(sock.who)
        self._urcs.forget(sock.who)
        self._free(sock)

    def give_way(self, sock):
        """H15: a failed one goes if another may have its index: 0 or an error number."""
        if len(self.all) > self._most():
            return errors.NO_SOCKET
        if sock.first and any(s.first == sock.first and s is not sock for s in self.all):
            return errors.INDEX_RESERVED  # R11: it is not the last that holds the range
        self.close(sock)
        return 0

    def close_all(self):
        while self.all:
            self.close(self.all[-1])

    def release(self):
        """Let go of the buffers, all sockets being closed: the modem has ended. MicroPython's
        collector may take a stale word on the stack for a reference to it."""
        for sock in self._spare:
            sock.pipes = ()  # type: ignore (it is used no more)

    def bearer_lost(self):
        """Q5: peers are lost, the sockets still need WIPCLOSE."""
        for sock in self.all:
            if sock.state == RESOLVING:
                self.resolver.cancel(sock.who)
            self._machine.detach(sock)
            self._machine.move(sock, GONE if sock.state == READY else DEAD)

    def _free(self, sock):
        self._count_unread(sock)
        self._sent = self._sent + sock.sent & COUNTED
        self._received = self._received + sock.received & COUNTED
        self._machine.free(sock)
        for pipe in sock.pipes:
            pipe.bound(_ALL)
        self.all.remove(sock)
        self._spare[self._spare.index(None)] = sock
        if self.door is not None:
            self.door.reopen()

    def _count_unread(self, sock):
        unread = sock.pipes[0].clear()
        if sock.protocol == TCP:
            self._counters.add(RX_DROPPED, unread)
        else:
            self._counters.add(UDP_RX_DROPPED, sock.datagram >= 0)

    # Events

    def on_event(self, handle):
        sock = self._machine.of_handle(handle)
        if sock.protocol == SERVER:
            self.door.open(sock)
        else:
            self.traffic.on_event(sock)

    def tick(self):
        """Peers that did not answer in time; True if there was one."""
        asked = self.resolver.tick(self._clock.now_ms)
        if not self._machine.pending or self._pending_ms():
            return asked
        for sock in self.all:
            if sock.state == CONNECTING and ticks_diff(self._clock.now_ms, sock.deadline_ms) >= 0:
                self._machine.move(sock, DEAD)
        return True

    def every_second(self):
        """Count a second."""
        if self.door is not None:
            self.door.second()

    def wait_ms(self):
        """Until `tick` is needed."""
        return min(self._pending_ms(), self.resolver.wait_ms(self._clock.now_ms))

    def _pending_ms(self):
        self._wait_ms = _IDLE_MS
        if self._machine.pending:
            for sock in self.all:
                self._shorten(sock)
        return self._wait_ms

    def _shorten(self, sock):
        if sock.state == CONNECTING:
            self._wait_ms = max(
                min(self._wait_ms, ticks_diff(sock.deadline_ms, self._clock.now_ms)), 0
            )


def _nobody(addr):
    """Nobody has asked."""


def _pipes(sizes):
    return Pipe(sizes.block, max(sizes.rx, sizes.datagram)), Pipe(sizes.block, sizes.tx)
