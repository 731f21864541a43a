"""DNS resolver: translate names to IPv4 addresses over UDP, several at a time, without blocking.

The modem cannot use getaddrinfo() of the IP stack, because this function blocks, and because it
fails over PPP on ESP32. `Resolver.start` only registers a DNS request, and `Resolver.tick` sends
the queries for this request. Each query uses a new random local port and a new random id, so that
a forged response is accepted only if it has both numbers. When a DNS request ends, the resolver
first frees its record, and then calls `asker.on_resolved(addr)`. The value addr is four bytes, or
None if no address was found for the name. `on_resolved` may start or cancel DNS requests.
"""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..contract import ANY_PORT, CLOSED, RESET, UNREACHABLE
from .dns_message import DONE, IGNORE, encode, query, read_answer

MAX_DATAGRAM = const(512)  # largest DNS message without EDNS, in bytes (RFC 1035, 2.3.4)
_IDLE_MS = const(1000)
_NO_HANDLE = const(-1)

# Result classes of the net port which show that the DNS server will not respond to a query. The
# resolver then tries the next server at once. Other failures, such as a lack of free sockets, have
# a local cause that may end soon, so the resolver waits until the query times out.
_GIVE_UP = (RESET, UNREACHABLE, CLOSED)


class _Question:
    """Record of one DNS request. It owns the net handle that the present query uses."""

    def __init__(self, resolver):
        self._resolver = resolver
        # Object that receives the resolved address; None while this record of a request is free.
        self.asker = None
        self.name = b""  # the name in lower case, for the search in the hosts file
        self.wire: object = None  # the name in DNS wire form; None if it is not a valid host name
        self.ident = 0  # id of the DNS query that was sent last
        self.handle = _NO_HANDLE  # net handle that the present DNS query uses; -1 if none
        # Time in ms at which the present DNS query times out, or at which the next query is due.
        self.due_ms = 0
        # Number of DNS queries sent for this name. Each query goes to the next server in turn.
        self.attempts = 0

    def on_event(self, flags):
        """Handle a net port event: read the received datagram or the error of the DNS query."""
        self._resolver.receive(self)

    def wait_ms(self, now_ms):
        """Return the time in ms until `Resolver.tick` must process this DNS request. The time is
        negative if the processing is overdue."""
        return _IDLE_MS if self.asker is None else ticks_diff(self.due_ms, now_ms)


class Resolver:
    """DNS resolver for up to `max_questions` names at the same time.

    owners: list of the objects that own the net handles, indexed by net handle. entropy(): returns
    16 unpredictable bits. scratch: buffer of at least MAX_DATAGRAM bytes. retry_ms: time-out in ms
    of the first query for a name. tries: number of queries for a name to each DNS server.
    """

    def __init__(
        self, net, clock, owners, max_questions, entropy, scratch, retry_ms=2000, tries=3
    ):
        self._net = net
        self._clock = clock
        self._owners = owners
        self._entropy = entropy
        self._datagram = scratch
        self._retry_ms = retry_ms
        self._tries = tries
        self._servers = []
        self._lookup = _no_hosts
        self.pending = 0  # number of DNS requests in progress
        # Number of received datagrams that were not a response to a DNS query of this modem.
        self.ignored = 0
        self.timeouts = 0  # number of DNS queries that received no response in time
        self.failed = 0  # number of DNS requests that ended without an address
        self._questions = [_Question(self) for _ in range(max_questions)]

    def use(self, servers, lookup):
        """Set the DNS servers and the hosts file for all later DNS queries.

        servers: list of (address, port). lookup(name): returns the address (four bytes) that the
        board's hosts file contains for `name` (bytes in lower case), or None.
        """
        self._servers = servers
        self._lookup = lookup

    def start(self, asker, name):
        """Start to resolve a name (bytes). An earlier DNS request of `asker` is cancelled.

        asker: object whose on_resolved(addr) receives the address, or None. Allocates; a
        MemoryError changes nothing.
        """
        wire = encode(name)
        name = name.lower().rstrip(b".")
        self.cancel(asker)
        question = self._spare()
        question.asker = asker
        question.wire = wire
        question.name = name
        question.attempts = 0
        question.due_ms = self._clock.now_ms
        self.pending += 1

    def cancel(self, asker):
        """Cancel the DNS request of the object `asker`, if any. on_resolved() is not called."""
        for question in self._questions:
            if question.asker is asker:
                self._free(question)

    def tick(self):
        """Process the DNS requests that are due: send the next query, or end the request. Return
        True if any request was due."""
        if not self.pending or self.wait_ms():
            return False
        for question in self._questions:
            if question.wait_ms(self._clock.now_ms) <= 0:
                self._advance(question)
        return True

    def wait_ms(self):
        """Return the time in ms until the next call of `tick` is needed."""
        wait_ms = _IDLE_MS
        # This loop uses `while`, because the iterator of a `for` loop would make the frame of the
        # function so large that MicroPython would allocate this frame from the heap.
        i = len(self._questions) if self.pending else 0
        while i:
            i -= 1
            wait_ms = min(wait_ms, self._questions[i].wait_ms(self._clock.now_ms))
        return max(wait_ms, 0)

    def receive(self, question):
        """Read a datagram or an error for the DNS request `question` from the net port. Then end
        the request, try the next server, or wait for another datagram."""
        n = self._net.recvfrom(question.handle, self._datagram, MAX_DATAGRAM)
        if n >= 0 and not self._is_from_server(question.handle):
            self.ignored += 1
        elif n >= 0:
            self._judge(question, self._datagram[:n])
        elif n in _GIVE_UP:
            self._try_next(question)

    def _spare(self):
        """Return a free record for a DNS request. One record is always free, because there is one
        record for each object that can start a request."""
        i = 0
        while self._questions[i].asker is not None:
            i += 1
        return self._questions[i]

    def _advance(self, question):
        """End the DNS query that timed out, if any. Then end the request or send the next query.

        The hosts file is searched before each query, because the file may have been unreadable
        before the last query.
        """
        if question.handle != _NO_HANDLE:
            self.timeouts += 1
            self._close(question)
        known = self._lookup(question.name) if question.wire else None
        if known or not question.wire or question.attempts >= self._max_attempts():
            self._finish(question, known)
        elif self._send(question) in _GIVE_UP:
            self._try_next(question)

    def _max_attempts(self):
        return self._tries * len(self._servers)

    def _send(self, question):
        """Send one DNS query to the next server in turn. Return the result of the net port: a
        number of bytes, or a result class (negative)."""
        addr, port = self._servers[question.attempts % len(self._servers)]
        # The time-out doubles each time that all DNS servers have had a query, because a sleeping
        # radio needs seconds to wake up.
        timeout_ms = self._retry_ms << question.attempts // len(self._servers)
        question.due_ms = ticks_add(self._clock.now_ms, timeout_ms)
        question.attempts += 1
        question.ident = self._entropy() & 0xFFFF
        handle = self._net.open_udp(ANY_PORT, addr, port)
        if handle < 0:
            return handle
        question.handle = handle
        self._owners[handle] = question
        datagram = query(question.ident, question.wire)
        return self._net.write(handle, datagram, 0, len(datagram))

    def _is_from_server(self, handle):
        """Return True if the DNS server sent the datagram that was received last.

        This check is necessary, because the IP stack accepts datagrams from any sender until a new
        socket has been connected to the server.
        """
        net = self._net
        return net.from_port == net.peer_port[handle] and net.from_addr == net.addr[handle]

    def _judge(self, question, datagram):
        verdict, addr = read_answer(datagram, question.ident, question.wire)
        if verdict == IGNORE:
            self.ignored += 1
        elif verdict == DONE:
            self._finish(question, addr)
        else:
            self._try_next(question)

    def _try_next(self, question):
        """End the present DNS query. The next call of `tick` sends the next query, so that each
        DNS request sends at most one query in each pass of the main loop."""
        self._close(question)
        question.due_ms = self._clock.now_ms

    def _finish(self, question, addr):
        asker = question.asker
        self._free(question)
        if addr is None:
            self.failed += 1
        asker.on_resolved(addr)

    def _free(self, question):
        self._close(question)
        question.asker = None
        question.wire = None
        self.pending -= 1

    def _close(self, question):
        if question.handle != _NO_HANDLE:
            self._net.close(question.handle)
            self._owners[question.handle] = None
            question.handle = _NO_HANDLE


def _no_hosts(name):
    """Return None for every name. No hosts file is set before the first call of `Resolver.use`."""
