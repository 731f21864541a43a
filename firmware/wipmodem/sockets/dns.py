"""Resolve names to IPv4 addresses over UDP, several at a time, without blocking.

The getaddrinfo of the IP stack blocks, and over PPP on esp32 it fails. `start` only notes a
question; `tick` sends the queries. Each attempt uses a new random local port and a new random id,
so that a forger must guess both. The result goes to `asker.on_resolved(addr)`: four bytes, or
None. The question is over by then, and `on_resolved` may start or cancel questions.
"""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..contract import ANY_PORT, CLOSED, RESET, UNREACHABLE
from .dns_message import DONE, IGNORE, encode, query, read_answer

MAX_DATAGRAM = const(512)  # bytes of a DNS datagram without EDNS (RFC 1035, 2.3.4)
_IDLE_MS = const(1000)
_NO_HANDLE = const(-1)

# Results after which no answer of the server can follow. The cause of any other failure (no free
# socket, for example) is local and may pass: such an attempt times out like an unanswered one.
_GIVE_UP = (RESET, UNREACHABLE, CLOSED)


class _Question:
    """One name to be resolved, and the owner of the handle of its present attempt."""

    def __init__(self, resolver):
        self._resolver = resolver
        self.asker = None  # None while the question is free
        self.name = b""  # in lower case, as the hosts file is searched for it
        self.wire: object = None  # the name in wire form; None if no host can have such a name
        self.ident = 0  # id of the present attempt
        self.handle = _NO_HANDLE
        self.due_ms = 0  # when the present attempt times out
        self.attempts = 0  # attempts made so far; the servers take turns

    def on_event(self, flags):
        """Read the datagram, or the error, that the net port has for the present attempt."""
        self._resolver.receive(self)

    def wait_ms(self, now_ms):
        """Return the ms until the question needs a tick, less than 0 if it is overdue."""
        return _IDLE_MS if self.asker is None else ticks_diff(self.due_ms, now_ms)


class Resolver:
    """Resolve up to `max_questions` names at the same time.

    owners: the list of owners by net handle. entropy(): 16 unpredictable bits.
    scratch: a buffer of MAX_DATAGRAM bytes or more. retry_ms: time-out of the first attempt.
    tries: attempts at each server.
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
        self.pending = 0  # questions that are not free
        self.ignored = 0  # datagrams that were not an answer to the question
        self.timeouts = 0  # attempts without an answer in time
        self.failed = 0  # names that ended without an address
        self._questions = [_Question(self) for _ in range(max_questions)]

    def use(self, servers, lookup):
        """Use these servers, a list of (address, port), from the next attempt on. lookup(name)
        returns the address that the board itself has for a name in lower case, or None."""
        self._servers = servers
        self._lookup = lookup

    def start(self, asker, name):
        """Ask for a name (bytes), in place of an earlier question of the same asker.
        Allocates; a MemoryError changes nothing."""
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
        """End the question of an asker, if it has one, without a result."""
        for question in self._questions:
            if question.asker is asker:
                self._free(question)

    def tick(self):
        """Send the attempts that are due, and end questions that are out of attempts.
        Return True if one was due."""
        if not self.pending or self.wait_ms():
            return False
        for question in self._questions:
            if question.wait_ms(self._clock.now_ms) <= 0:
                self._advance(question)
        return True

    def wait_ms(self):
        """Return the ms until `tick` is needed."""
        wait_ms = _IDLE_MS
        # The iterator of a `for` would put the frame on the heap.
        i = len(self._questions) if self.pending else 0
        while i:
            i -= 1
            wait_ms = min(wait_ms, self._questions[i].wait_ms(self._clock.now_ms))
        return max(wait_ms, 0)

    def receive(self, question):
        """Read what the net port has for a question, and act on an answer or a failure."""
        n = self._net.recvfrom(question.handle, self._datagram, MAX_DATAGRAM)
        if n >= 0 and not self._is_from_server(question.handle):
            self.ignored += 1
        elif n >= 0:
            self._judge(question, self._datagram[:n])
        elif n in _GIVE_UP:
            self._try_next(question)

    def _spare(self):
        """Return a free question. There is one for each possible asker."""
        i = 0
        while self._questions[i].asker is not None:
            i += 1
        return self._questions[i]

    def _advance(self, question):
        """End the attempt that timed out, then finish the question or send the next attempt. The
        board is asked before each attempt: its hosts file may have been unreadable before."""
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
        """Send one query to the server whose turn it is. Return the result of the net port."""
        addr, port = self._servers[question.attempts % len(self._servers)]
        # The time-out doubles with each round: a radio that has to wake up takes seconds.
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
        """Return True if the server sent the datagram. Before the socket was connected to the
        server, the stack accepted datagrams from any sender."""
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
        """End the attempt. `tick` sends the next one: at most one attempt in each pass."""
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
    """Return None: no name is known before `use`."""
