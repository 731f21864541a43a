"""DNS resolver: translate names to IPv4 addresses over UDP, several at a time, without blocking.

The getaddrinfo() of the IP stack is no alternative: it blocks, and over PPP on ESP32 it fails.
`start` only registers a request; `tick` sends the queries. Each query uses a new random local port
and a new random id, so that a forger of responses must guess both numbers. The resolver ends a
request and then calls `asker.on_resolved(addr)`, where addr is four bytes, or None if the name has
no known address. `on_resolved` may start or cancel requests.
"""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..contract import ANY_PORT, CLOSED, RESET, UNREACHABLE
from .dns_message import DONE, IGNORE, encode, query, read_answer

MAX_DATAGRAM = const(512)  # largest DNS message without EDNS, in bytes (RFC 1035, 2.3.4)
_IDLE_MS = const(1000)
_NO_HANDLE = const(-1)

# Result classes after which the server cannot send a response any more. Other failures, such as a
# lack of free sockets, have a local cause that may end soon. After such a failure the resolver
# waits until the attempt times out.
_GIVE_UP = (RESET, UNREACHABLE, CLOSED)


class _Question:
    """Request to resolve one name. The request owns the net handle of its present attempt."""

    def __init__(self, resolver):
        self._resolver = resolver
        self.asker = None  # object that receives the result; None while this record is free
        self.name = b""  # the name in lower case, for the search in the hosts file
        self.wire: object = None  # the name in wire form; None if no host can have such a name
        self.ident = 0  # id of the query that was sent last
        self.handle = _NO_HANDLE  # net handle of the present attempt
        self.due_ms = 0  # time at which the present attempt times out
        self.attempts = 0  # number of queries sent; consecutive queries go to different servers

    def on_event(self, flags):
        """Read a received datagram or an error of the present attempt from the net port."""
        self._resolver.receive(self)

    def wait_ms(self, now_ms):
        """Return the time in ms until this request needs a call of `tick`. The time is negative if
        the call is overdue."""
        return _IDLE_MS if self.asker is None else ticks_diff(self.due_ms, now_ms)


class Resolver:
    """DNS resolver for up to `max_questions` names at the same time.

    owners: list of the owners of the net handles, indexed by handle. entropy(): returns 16
    unpredictable bits. scratch: buffer of at least MAX_DATAGRAM bytes. retry_ms: time-out of the
    first attempt in ms. tries: number of attempts at each server.
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
        self.pending = 0  # number of requests in progress
        self.ignored = 0  # number of datagrams that were not a response to a query of this modem
        self.timeouts = 0  # number of attempts without a response in time
        self.failed = 0  # number of requests that ended without an address
        self._questions = [_Question(self) for _ in range(max_questions)]

    def use(self, servers, lookup):
        """Set the DNS servers and the hosts file for all further attempts.

        servers: list of (address, port). lookup(name): returns the address that the board's hosts
        file has for a name in lower case, or None.
        """
        self._servers = servers
        self._lookup = lookup

    def start(self, asker, name):
        """Start to resolve a name (bytes). An earlier request of `asker` is cancelled.

        asker: object whose on_resolved(addr) receives the result. Allocates; a MemoryError
        changes nothing.
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
        """Cancel the request of the object `asker`, if any. The object receives no result."""
        for question in self._questions:
            if question.asker is asker:
                self._free(question)

    def tick(self):
        """Send the queries that are due, and end the requests that have used up their attempts.
        Return True if any request was due."""
        if not self.pending or self.wait_ms():
            return False
        for question in self._questions:
            if question.wait_ms(self._clock.now_ms) <= 0:
                self._advance(question)
        return True

    def wait_ms(self):
        """Return the time in ms until the next call of `tick` is needed."""
        wait_ms = _IDLE_MS
        # A `for` loop would keep its iterator in the frame, which MicroPython would then allocate.
        i = len(self._questions) if self.pending else 0
        while i:
            i -= 1
            wait_ms = min(wait_ms, self._questions[i].wait_ms(self._clock.now_ms))
        return max(wait_ms, 0)

    def receive(self, question):
        """Read a datagram or an error for a request from the net port, and act on the result."""
        n = self._net.recvfrom(question.handle, self._datagram, MAX_DATAGRAM)
        if n >= 0 and not self._is_from_server(question.handle):
            self.ignored += 1
        elif n >= 0:
            self._judge(question, self._datagram[:n])
        elif n in _GIVE_UP:
            self._try_next(question)

    def _spare(self):
        """Return a free request record. There are as many records as possible askers."""
        i = 0
        while self._questions[i].asker is not None:
            i += 1
        return self._questions[i]

    def _advance(self, question):
        """End the attempt that timed out, if any. Then finish the request or send the next query.

        The hosts file is searched before each attempt, because the file may have been unreadable
        at the last attempt.
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
        """Send one query to the next server in turn. Return the result of the net port."""
        addr, port = self._servers[question.attempts % len(self._servers)]
        # The time-out doubles after each round of the servers, because a sleeping radio needs
        # seconds to wake up.
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
        """Return True if the server sent the datagram that was received last.

        The stack accepts datagrams from any sender between opening a socket and connecting the
        socket to the server.
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
        """End the attempt. The next `tick` sends the next query, so each request sends at most one
        query in each pass of the main loop."""
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
    """Return None for every name. Used in place of a hosts file before the first call of `use`."""
