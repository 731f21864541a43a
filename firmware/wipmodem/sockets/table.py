"""Index table: create, find, reserve and close sockets (W1-W4, R1-R20, X1-X7, Q5).

An index range is reserved while its server or any socket spawned by this server is open (R11).
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

_SERVER = const(("sockets.server", "Server"))  # module and name of the class Server, for lazy.py
_NO_LIMIT = const(65535)  # buffer limit in bytes that is larger than any buffer
_IDLE_MS = const(1000)


class Table:
    """Index table with the sockets, the buffers of the sockets, and the DNS resolver.

    owners: list of the objects that own the net handles, indexed by net handle. The main loop
    passes net port events to owners[handle].on_event(flags).
    """

    def __init__(self, board, clock, settings, urcs, counters, owners):
        sizes = board.sizes
        self._clock = clock
        self._settings = settings
        self._counters = counters
        self._urcs = urcs
        self.owners = owners
        self._max_sockets = sizes.sockets
        # Buffer that the sockets and the resolver share. Its bytes are valid only until the next
        # read from the net port. The buffer is longer than the longest datagram by at least one
        # byte, so that the modem can detect a datagram that is too long.
        self.scratch = bytearray(max(sizes.block, sizes.datagram + 1, MAX_DATAGRAM))
        self.io = SocketIO(board, clock, urcs, counters, owners, self.scratch)
        self.options = Options(board.net, settings)
        # The resolver needs a record of a DNS request for each socket, and one for +WIPPING.
        self.resolver = Resolver(
            board.net, clock, owners, sizes.sockets + 1, board.entropy, self.scratch
        )
        self.server = None  # the Server object; None before the first listener or +WIPXSERVER
        self.all = []  # open sockets, sorted by protocol and index
        # Highest number of open sockets since the last reset of the health values.
        self.peak = 0
        # Sums of the bytes that all closed sockets had sent and received.
        self._bytes_sent = self._bytes_received = 0
        self._pool = [Socket(self.io, *_pipes(sizes)) for _ in range(sizes.sockets)]

    # Find sockets

    def find(self, protocol, index):
        """Return the open socket with this protocol and index, or None."""
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
        """Return a listener or spawned socket whose reserved range and the range
        from_idx..to_idx of TCP indexes have an index in common (R9-R12), or None."""
        i = len(self.all)
        while i:
            i -= 1
            if self.all[i].overlaps(from_idx, to_idx):
                return self.all[i]
        return None

    def pending(self):
        """Return the number of sockets whose +WIPCREATE has no outcome yet."""
        return self.io.pending

    def has_room(self):
        """Return True if one more socket can be opened. Servers count as sockets (Q2)."""
        return len(self.all) < self._max_open()

    def _max_open(self):
        """Return the number of sockets that can be open: the smaller value of +WIPCFG option 6 and
        the limit of the board (W4)."""
        return min(self._settings[MAX_SOCKETS], self._max_sockets)

    # Count bytes and datagrams

    def bytes_sent(self):
        """Return the number of bytes that the IP stack accepted from all sockets since the start.
        The count wraps to 0 at 536870912 (2^29)."""
        total = self._bytes_sent
        for sock in self.all:
            total = total + sock.bytes_sent & WRAP_MASK
        return total

    def bytes_received(self):
        """Return the number of bytes that the IP stack delivered to all sockets since the start.
        The count wraps to 0 at 536870912 (2^29)."""
        total = self._bytes_received
        for sock in self.all:
            total = total + sock.bytes_received & WRAP_MASK
        return total

    def count_overflows(self):
        """Count the datagrams that the IP stack dropped because its receive buffers were full."""
        for sock in self.all:
            self.io.count_overflow(sock)

    # Create sockets. A failure after the result code of +WIPCREATE is reported by a URC (R1).

    def create(self, protocol, index, local_port, name, peer_port):
        """Create a UDP socket or a TCP client. Return 0 or an error number.

        name: name or address of the peer, bytes; None for a UDP socket without a peer.
        """
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
        """Create a listener. Return 0 or an error number.

        from_idx, to_idx: reserved range of TCP indexes for the spawned sockets.
        """
        key = SERVER << 4 | index
        error = self.refusal(key)
        if not error and (self.reserved(from_idx, to_idx) or self._is_used(from_idx, to_idx)):
            error = errors.INDEX_RESERVED  # an index of the range is reserved or in use (R10)
        if error:
            return error
        self.need_server()
        reserved = (index, from_idx, to_idx)
        # Table.open() is called before io.listen(), because Table.open() may raise MemoryError.
        sock = self.open(key)
        error = self.io.listen(sock, local_port)
        if error:
            self._free(sock)
            return error
        sock.range = reserved
        self.options.begin(sock)
        return 0

    def need_server(self):
        """Return the Server, and create it at the first call. A MemoryError changes nothing."""
        if self.server is None:
            self.server = lazy.need(_SERVER)(self, self.io, self._settings)
        return self.server

    def refusal(self, key):
        """Return the error number that +WIPCREATE for this key (protocol << 4 | index) would now
        report because of the other sockets in the table, or 0 if it would report none."""
        if self.find_key(key) is not None:
            return errors.ALREADY_ACTIVE  # the index is in use (R15)
        if not self.has_room():
            return errors.NO_SOCKET  # the highest number of sockets is open (R18)
        if key >> 4 == TCP and self.reserved(key & 15, key & 15):
            return errors.INDEX_RESERVED  # a server has reserved the index (R9)
        return 0

    def _is_used(self, from_idx, to_idx):
        return any(TCP << 4 | from_idx <= sock.key <= TCP << 4 | to_idx for sock in self.all)

    def open(self, key):
        """Add a free socket to the index table, and return this socket. A MemoryError changes
        nothing. key: protocol << 4 | index."""
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

    # Close sockets

    def close(self, sock):
        """Close a socket (X1-X5). Drop and count its unread and unsent bytes."""
        if sock.state == RESOLVING:
            self.resolver.cancel(sock)
        self._urcs.discard(sock.key)
        self._free(sock)

    def _replace_failed(self, key):
        """Close a failed socket that +WIPCREATE may replace in the dialect wipsoft (H15).

        Return 0, or an error number if a new socket cannot use the index of the failed socket.
        """
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
        """Delete the buffers after all sockets are closed and the modem has ended.

        MicroPython's garbage collector may mistake an old value on the stack for a reference to
        the modem. The modem object then stays in memory, but its socket buffers do not.
        """
        for sock in self._pool:
            del sock.rx, sock.tx

    def bearer_lost(self):
        """Disconnect all sockets from their peers after the loss of the session. The sockets stay
        in the table until +WIPCLOSE (Q5)."""
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

    # Periodic work

    def tick(self):
        """Call tick() of the DNS resolver, and end the attempts to connect that have timed out.
        Return True if the resolver had work or an attempt has timed out."""
        asked = self.resolver.pending > 0 and self.resolver.tick()
        if not self.io.pending or self._connect_ms():
            return asked
        for sock in self.all:
            if not sock.wait_ms():
                sock.move(UNREACHABLE)
        return True

    def wait_ms(self):
        """Return the time in ms until the next call of `tick` is needed."""
        if not self.io.pending:  # only +WIPPING can have a DNS request now
            return self.resolver.wait_ms() if self.resolver.pending else _IDLE_MS
        return min(self._connect_ms(), self.resolver.wait_ms())

    def _connect_ms(self):
        wait_ms = _IDLE_MS
        i = len(self.all)
        while i:
            i -= 1
            wait_ms = min(wait_ms, self.all[i].wait_ms())
        return wait_ms

    def every_second(self):
        """Let the Server, if there is one, close idle connections and check the backlogs for new
        connections."""
        if self.server is not None:
            self.server.every_second()


def _pipes(sizes):
    """Return two new Pipes, the rx buffer and the tx buffer of a socket."""
    return Pipe(sizes.block, max(sizes.rx, sizes.datagram)), Pipe(sizes.block, sizes.tx)
