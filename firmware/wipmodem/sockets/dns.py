"""Names to IPv4 addresses over UDP, many at a time, without waiting.

The stack's own getaddrinfo blocks, and over PPP on esp32 it fails. `start` only notes the
question; `tick` asks, each attempt from a new random port with a new id, so that a forger has to
guess both. The result comes through `on_done(slot, addr)` from `tick` or `on_event`: four bytes,
or None. By then the question is over, and on_done may start or cancel what it likes. A slot is any
number that the asker knows its question by.
"""

from ..compat import const
from ..contract import ANY_PORT, CLOSED, RESET, UNREACHABLE
from ..ticks import add, diff
from .dns_message import DONE, IGNORE, encode, query, read_answer

LARGEST = const(512)  # of a DNS datagram without EDNS: RFC 1035, 2.3.4
_IDLE_MS = const(1000)
_NONE = const(-1)

# A server that ends a socket so is not waited for. Of other failures (no socket free, say) the
# cause is here and may pass: they wait like a question without answer.
_GIVE_UP = (RESET, UNREACHABLE, CLOSED)


class _Question:
    """What is known of one name. Free: not `busy`."""

    def __init__(self):
        self.slot = 0
        self.busy = False
        # The name as it is looked up in the hosts file, and in wire form; None if it is no name.
        self.name = b""
        self.wire: object = None
        # The attempt under way: its id, its socket (or _NONE), and when something has to be done.
        self.ident = 0
        self.handle = _NONE
        self.due_ms = 0
        # Attempts made so far; the servers take turns.
        self.attempts = 0

    def left_ms(self, now_ms):
        """The time until something is due; a free one has plenty."""
        return diff(self.due_ms, now_ms) if self.busy else _IDLE_MS


class Resolver:
    """Of `most` names at a time. `scratch` takes a datagram of 512 bytes at least."""

    def __init__(self, net, most, entropy, on_done, scratch, retry_ms=2000, tries=3):
        self._net = net
        self._entropy = entropy
        self._on_done = on_done
        self._retry_ms = retry_ms
        # Attempts at each server.
        self._tries = tries
        self._servers = []
        self._lookup = _no_hosts
        self._questions = [_Question() for _ in range(most)]
        # How many of them are busy.
        self._open = 0
        self._datagram = scratch
        # Datagrams that were no answer to the question, attempts without an answer in time, and
        # names that ended without an address.
        self.ignored = 0
        self.timeouts = 0
        self.failed = 0

    def use(self, servers, lookup):
        """For attempts to come: servers, (address, port) each; lookup(name), lower case, gives the
        address that the board itself knows, or None."""
        self._servers = servers
        self._lookup = lookup

    def start(self, slot, name, now_ms):
        wire = encode(name)  # first: these allocate, and nothing may have changed if they fail
        name = name.lower().rstrip(b".")
        self.cancel(slot)
        question = self._spare()
        question.slot = slot
        question.wire = wire
        question.name = name
        question.attempts = 0
        question.due_ms = now_ms
        question.busy = True
        self._open += 1

    def cancel(self, slot):
        """End a question without a result; nothing happens if there is none."""
        for question in self._questions:
            if question.busy and question.slot == slot:
                self._free(question)

    def on_event(self, handle, now_ms):
        """Whether the net handle was ours; what it had to say is then dealt with."""
        question = self._asker(handle) if self._open else None
        if question:
            self._receive(question, now_ms)
            return True
        return False

    def tick(self, now_ms):
        """Ask again, or give up; True if there was something to do."""
        if not self._open or self.wait_ms(now_ms):
            return False
        for question in self._questions:
            if question.left_ms(now_ms) <= 0:
                self._go_on(question, now_ms)
        return True

    def wait_ms(self, now_ms):
        """How long `tick` is not needed."""
        wait_ms = _IDLE_MS
        # Not `for`: its iterator would bring the frame to the heap.
        i = len(self._questions) if self._open else 0
        while i:
            i -= 1
            wait_ms = min(wait_ms, self._questions[i].left_ms(now_ms))
        return max(wait_ms, 0)

    # Inside

    def _spare(self):
        """There is always one: nobody has more names than questions."""
        i = 0
        while self._questions[i].busy:
            i += 1
        return self._questions[i]

    def _asker(self, handle):
        for question in self._questions:
            if question.handle == handle:
                return question
        return None

    def _go_on(self, question, now_ms):
        """What falls due: the address that the board knows, the next attempt, or the end. The
        board is asked before each attempt: its file may have been unreadable at the last one."""
        if question.handle != _NONE:
            self.timeouts += 1
            self._hang_up(question)
        known = self._lookup(question.name) if question.wire else None
        if known or not question.wire or question.attempts >= self._most():
            self._finish(question, known)
        elif self._ask(question, now_ms) in _GIVE_UP:
            self._ask_next(question, now_ms)

    def _most(self):
        """Attempts a name is worth."""
        return self._tries * len(self._servers)

    def _ask(self, question, now_ms):
        """One attempt at the server whose turn it is: the net's result."""
        addr, port = self._servers[question.attempts % len(self._servers)]
        # Twice as long each round: a radio that has to wake up takes seconds.
        question.due_ms = add(now_ms, self._retry_ms << question.attempts // len(self._servers))
        question.attempts += 1
        question.ident = self._entropy() & 0xFFFF
        handle = self._net.open_udp(ANY_PORT, addr, port)
        if handle < 0:
            return handle
        question.handle = handle
        datagram = query(question.ident, question.wire)
        return self._net.write(handle, datagram, 0, len(datagram))

    def _receive(self, question, now_ms):
        n = self._net.recvfrom(question.handle, self._datagram, LARGEST)
        if n >= 0 and not self._is_from_server(question.handle):
            self.ignored += 1
        elif n >= 0:
            self._weigh(question, self._datagram[:n], now_ms)
        elif n in _GIVE_UP:
            self._ask_next(question, now_ms)

    def _is_from_server(self, handle):
        """Until a socket had its peer, the stack took anybody's datagrams for it."""
        net = self._net
        return net.from_port == net.peer_port[handle] and net.from_addr == net.addr[handle]

    def _weigh(self, question, datagram, now_ms):
        verdict, addr = read_answer(datagram, question.ident, question.wire)
        if verdict == IGNORE:
            self.ignored += 1
        elif verdict == DONE:
            self._finish(question, addr)
        else:
            self._ask_next(question, now_ms)

    def _ask_next(self, question, now_ms):
        """Wait no longer for this attempt. The next is left to `tick`: one attempt a pass."""
        self._hang_up(question)
        question.due_ms = now_ms

    def _finish(self, question, addr):
        self._free(question)
        if addr is None:
            self.failed += 1
        self._on_done(question.slot, addr)

    def _free(self, question):
        self._hang_up(question)
        question.busy = False
        question.wire = None
        self._open -= 1

    def _hang_up(self, question):
        if question.handle != _NONE:
            self._net.close(question.handle)
            question.handle = _NONE


def _no_hosts(name):
    """Return None: before `use` no name is known."""
