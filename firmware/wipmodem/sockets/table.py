"""The index table: create, find, reserve and close sockets (W1-W4, R1-R20, X1-X7, Q5).

A range is reserved while its server, or any socket that the server spawned, is open (R11).
"""

from .. import errors, lazy
from ..compat import const
from ..counters import RX_DROPPED, UDP_RX_DROPPED, WRAP_MASK
from ..pipe import Pipe
from ..settings import DIALECT, MAX_SOCKETS, WIPSOFT
from .dns import MAX_DATAGRAM, Resolver
from .dns_message import parse_address
from .io import SocketIO
from .options import Options
from .socket import CREATE, FAILED, FREE, READY, RESET, RESOLVING, SERVER, TCP, UNREACHABLE, Socket

_SERVER = const(("sockets.server", "Server"))  # for lazy.py
_NO_LIMIT = const(65535)  # bytes: more than any buffer holds
_IDLE_MS = const(1000)


class Table:
    """The sockets, their buffers, and the resolver.

    owners: a list with a place for each handle of the net port; owners[handle].on_event(flags)
    handles an event.
    """

    def __init__(self, board, clock, settings, urcs, counters, owners):
        sizes = board.sizes
        self._clock = clock
        self._settings = settings
        self._counters = counters
        self._urcs = urcs
        self.owners = owners
        self._max_sockets = sizes.sockets
        # For bytes that are used before the next call of a port. A read of one byte more than a
        # datagram may have shows that a datagram is too long.
        self.scratch = bytearray(max(sizes.block, sizes.datagram + 1, MAX_DATAGRAM))
        self.io = SocketIO(board, clock, urcs, counters, owners, self.scratch)
        self.options = Options(board.net, settings)
        # One question for each socket, and one for +WIPPING.
        self.resolver = Resolver(
            board.net, clock, owners, sizes.sockets + 1, board.entropy, self.scratch
        )
        self.server = None  # the Server, after the first use
        self.all = []  # open sockets, in the order of protocol and index
        self.peak = 0  # most sockets open at the same time
        self._bytes_sent = self._bytes_received = 0  # of sockets that are closed
        self._pool = [Socket(self.io, *_pipes(sizes)) for _ in range(sizes.sockets)]

    # Finding

    def find(self, protocol, index):
        """Return the open socket at an index, or None."""
        return self.find_key(protocol << 4 | index)

    def find_key(self, key):
        """Return the open socket with this key (protocol << 4 | index), or None."""
        i = len(self.all)
        while i:
            i -= 1
            if self.all[i].key == key:
                return self.all[i]
        return None

    def reserved(self, from_idx, to_idx):
        """Return the listener or spawned socket whose range has one of these TCP indexes
        (R9-R12), or None."""
        i = len(self.all)
        while i:
            i -= 1
            if self.all[i].overlaps(from_idx, to_idx):
                return self.all[i]
        return None

    def pending(self):
        """Return how many sockets have no outcome of their +WIPCREATE yet."""
        return self.io.pending

    def has_room(self):
        """Return True if one more socket may be open. Servers count (Q2)."""
        return len(self.all) < self._max_open()

    def _max_open(self):
        """Return the lower of option 6 of +WIPCFG and the number of sockets of the board (W4)."""
        return min(self._settings[MAX_SOCKETS], self._max_sockets)

    # Counting

    def bytes_sent(self):
        """Return the bytes that the stack accepted from all sockets since the start. The count
        wraps to 0 at 536870912 (2^29)."""
        total = self._bytes_sent
        for sock in self.all:
            total = total + sock.bytes_sent & WRAP_MASK
        return total

    def bytes_received(self):
        """Return the bytes that the stack delivered to all sockets, as bytes_sent does."""
        total = self._bytes_received
        for sock in self.all:
            total = total + sock.bytes_received & WRAP_MASK
        return total

    def count_overflows(self):
        """Count the datagrams for which the stack had no room."""
        for sock in self.all:
            self.io.count_overflow(sock)

    # Creating. A failure that shows after the result code of +WIPCREATE becomes a URC (R1).

    def create(self, protocol, index, local_port, name, peer_port):
        """Create a UDP or TCP client. name: of the peer, bytes; None on a UDP socket that has no
        peer. Return 0 or an error number."""
        key = protocol << 4 | index
        error = self._replace_failed(key) or self.refusal(key)
        if error:
            return error
        sock = self.open(key)
        try:
            error = self._start(sock, local_port, name, peer_port)
        except MemoryError:
            error = errors.NO_MEMORY
        if error:
            self._free(sock)
        return error

    def _start(self, sock, local_port, name, peer_port):
        sock.move(CREATE)
        sock.has_peer = name is not None
        sock.local_port = local_port
        sock.peer_port = peer_port
        self.options.begin(sock)
        addr = None if name is None else parse_address(name)
        if addr:
            sock.addr[:] = addr
        if addr or name is None:
            return self.io.open(sock)
        self.resolver.start(sock, name)
        return 0

    def create_server(self, index, local_port, from_idx, to_idx):
        """Create a listener that spawns sockets in a range of TCP indexes. Return 0 or an error
        number."""
        key = SERVER << 4 | index
        error = self.refusal(key)
        if not error and (self.reserved(from_idx, to_idx) or self._is_used(from_idx, to_idx)):
            error = errors.INDEX_RESERVED  # R10
        if error:
            return error
        self.need_server()
        reserved = (index, from_idx, to_idx)
        sock = self.open(key)  # before the listener is opened, because this allocates
        error = self.io.listen(sock, local_port)
        if error:
            self._free(sock)
            return error
        sock.range = reserved
        self.options.begin(sock)
        return 0

    def need_server(self):
        """Return the Server, which is made at the first call. A MemoryError changes nothing."""
        if self.server is None:
            self.server = lazy.need(_SERVER)(self, self.io, self._settings)
        return self.server

    def refusal(self, key):
        """Return the error number with which +WIPCREATE would be refused now, or 0."""
        if self.find_key(key) is not None:
            return errors.ALREADY_ACTIVE  # R15
        if not self.has_room():
            return errors.NO_SOCKET  # R18
        if key >> 4 == TCP and self.reserved(key & 15, key & 15):
            return errors.INDEX_RESERVED  # R9
        return 0

    def _is_used(self, from_idx, to_idx):
        return any(TCP << 4 | from_idx <= sock.key <= TCP << 4 | to_idx for sock in self.all)

    def open(self, key):
        """Put a closed socket of the pool into the table. A MemoryError changes nothing."""
        sock = self._spare()
        i = 0
        while i < len(self.all) and self.all[i].key < key:
            i += 1
        self.all.insert(i, sock)
        sock.key = key
        sock.protocol = key >> 4
        sock.created_s = self._clock.seconds
        self.peak = max(self.peak, len(self.all))
        return sock

    def _spare(self):
        i = 0
        while self._pool[i].state != FREE:
            i += 1
        return self._pool[i]

    # Closing

    def close(self, sock):
        """Close a socket (X1-X5). Bytes that were not read or sent are dropped and counted."""
        if sock.state == RESOLVING:
            self.resolver.cancel(sock)
        self._urcs.discard(sock.key)
        self._free(sock)

    def _replace_failed(self, key):
        """In the dialect wipsoft +WIPCREATE replaces a failed socket (H15). Close the socket if a
        new one may have its index. Return 0 or an error number."""
        sock = self.find_key(key)
        if sock is None or sock.state != FAILED or self._settings[DIALECT] != WIPSOFT:
            return 0
        if len(self.all) > self._max_open():
            return errors.NO_SOCKET
        if sock.range[0] and any(s.range is sock.range and s is not sock for s in self.all):
            return errors.INDEX_RESERVED  # R11: another socket keeps the range reserved
        self.close(sock)
        return 0

    def close_all(self):
        while self.all:
            self.close(self.all[-1])

    def release(self):
        """Drop the buffers, after all sockets are closed and the modem has ended. MicroPython's
        collector may take a stale word on the stack for a reference to the modem, and keep it."""
        for sock in self._pool:
            del sock.rx, sock.tx

    def bearer_lost(self):
        """The session was lost: connected sockets lose their peers, and each socket stays in the
        table until +WIPCLOSE (Q5)."""
        for sock in self.all:
            if sock.state == RESOLVING:
                self.resolver.cancel(sock)
            self.io.detach(sock)
            sock.move(RESET if sock.state == READY else UNREACHABLE)

    def _free(self, sock):
        unread = sock.rx.clear()
        if sock.protocol == TCP:
            self._counters.add(RX_DROPPED, unread)
        else:
            self._counters.add(UDP_RX_DROPPED, sock.datagram >= 0)
        self._bytes_sent = self._bytes_sent + sock.bytes_sent & WRAP_MASK
        self._bytes_received = self._bytes_received + sock.bytes_received & WRAP_MASK
        sock.free()
        sock.rx.limit(_NO_LIMIT)
        sock.tx.limit(_NO_LIMIT)
        self.all.remove(sock)
        if self.server is not None:
            self.server.watch_listeners()

    # Time

    def tick(self):
        """End attempts to connect that had no answer in time, and serve the resolver. Return True
        if something was due."""
        asked = self.resolver.pending > 0 and self.resolver.tick()
        if not self.io.pending or self._connect_ms():
            return asked
        for sock in self.all:
            if not sock.wait_ms():
                sock.move(UNREACHABLE)
        return True

    def wait_ms(self):
        """Return the ms until `tick` is needed."""
        if not self.io.pending:  # a name that is being resolved has a pending socket, or a ping
            return self.resolver.wait_ms() if self.resolver.pending else _IDLE_MS
        return min(self._connect_ms(), self.resolver.wait_ms())

    def _connect_ms(self):
        wait_ms = _IDLE_MS
        i = len(self.all) if self.io.pending else 0
        while i:
            i -= 1
            wait_ms = min(wait_ms, self.all[i].wait_ms())
        return wait_ms

    def every_second(self):
        """Let the Server check idle connections and waiting ones."""
        if self.server is not None:
            self.server.every_second()


def _pipes(sizes):
    """Return the rx and the tx buffer of a socket."""
    return Pipe(sizes.block, max(sizes.rx, sizes.datagram)), Pipe(sizes.block, sizes.tx)
