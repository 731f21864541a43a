"""What the DNS cases are made of: datagrams put together by hand, and a scripted net port.

Runs on both interpreters, and shares no code with the firmware but the contract's numbers.
"""

from wipmodem.clock import Clock
from wipmodem.contract import AGAIN, IN
from wipmodem.sockets.dns import Resolver

A = 1
CNAME = 5
SOA = 6
QUESTION_NAME = b"\xc0\x0c"  # a pointer to where the name in the question stands
SERVERS = [(b"\x0a\0\0\1", 53), (b"\x0a\0\0\2", 5353)]


def u16(number):
    return bytes((number >> 8, number & 0xFF))


def wire(name):
    """A name as labels; nothing is checked."""
    return b"".join(bytes((len(label),)) + label for label in name.split(b".") if label) + b"\0"


def record(owner, kind, data, klass=1, ttl=60):
    return owner + u16(kind) + u16(klass) + b"\0\0" + u16(ttl) + u16(len(data)) + data


def address(data, owner=QUESTION_NAME):
    return record(owner, A, data)


def alias(owner, target):
    return record(owner, CNAME, target)


def reply(query, *records, flags=0x8180, question=None, authority=b""):
    """An answer to a query's datagram, with its id and question unless told otherwise."""
    counts = u16(1) + u16(len(records)) + u16(1 if authority else 0) + u16(0)
    question = query[12:] if question is None else question
    return query[:2] + u16(flags) + counts + question + b"".join(records) + authority


class ScriptedNet:
    """Keeps what is sent, by handle; the case says what comes back."""

    def __init__(self):
        # handle -> (address, port) of the sockets open now
        self.open = {}
        # (handle, address, port, datagram) in the order of sending
        self.sent = []
        # handle -> what recvfrom gives next: datagrams or result classes
        self.inbox = {}
        # Results to give in place of the good ones, first come first served.
        self.open_results = []
        self.write_results = []
        # Who sends what comes next, if it is not who was asked; and who that was, by handle.
        self.sender: tuple = ()
        self.from_addr = b""
        self.from_port = 0
        self.addr = {}
        self.peer_port = {}

    def open_udp(self, port, addr, peer_port):
        assert port == 0
        if self.open_results:
            return self.open_results.pop(0)
        handle = 0
        while handle in self.open:
            handle += 1
        self.open[handle] = (addr, peer_port)
        self.addr[handle], self.peer_port[handle] = addr, peer_port
        self.inbox[handle] = []
        return handle

    def write(self, handle, buf, off, n):
        addr, port = self.open[handle]
        if self.write_results:
            return self.write_results.pop(0)
        self.sent.append((handle, addr, port, bytes(buf[off : off + n])))
        return n

    def recvfrom(self, handle, buf, n):
        assert handle in self.open
        if not self.inbox[handle]:
            return AGAIN
        item = self.inbox[handle].pop(0)
        if isinstance(item, int):
            return item
        self.from_addr, self.from_port = self.sender or self.open[handle]
        n = min(n, len(item))
        buf[:n] = item[:n]
        return n

    def close(self, handle):
        del self.open[handle]
        del self.inbox[handle]


class Asker:
    """An owner of questions, which the cases name by its slot, a number."""

    def __init__(self, bench, slot):
        self._bench = bench
        self._slot = slot

    def on_resolved(self, addr):
        self._bench.done(self._slot, addr)


class Bench:
    """A resolver on a scripted net, a clock that is moved by hand, and the results."""

    def __init__(self, servers=SERVERS, hosts=None, slots=3, now_ms=0, **settings):
        self.net = ScriptedNet()
        self.clock = Clock()
        self.clock.tick(now_ms)
        self.results = []
        # What on_done does besides keeping the result.
        self.then = lambda slot: None
        self._random = 0x1234
        self._owners: list = [None] * (slots + 1)
        self._askers = [Asker(self, slot) for slot in range(slots)]
        self.resolver = Resolver(
            self.net, self.clock, self._owners, slots, self._entropy, bytearray(512), **settings
        )
        self.resolver.use(servers, (hosts or {}).get)

    def _entropy(self):
        self._random = (self._random * 25173 + 13849) & 0xFFFF
        return self._random

    def done(self, slot, addr):
        self.results.append((slot, addr))
        self.then(slot)

    @property
    def now_ms(self):
        return self.clock.now_ms

    def start(self, slot, name):
        self.resolver.start(self._askers[slot], name)

    def cancel(self, slot):
        self.resolver.cancel(self._askers[slot])

    def tick(self, now_ms):
        """Tick at this time. Return True if something was due."""
        self.clock.tick(now_ms)
        return self.resolver.tick()

    def wait_ms(self, now_ms):
        self.clock.tick(now_ms)
        return self.resolver.wait_ms()

    def on_event(self, handle):
        """Let the owner of a handle handle an event. Return False if the handle has no owner."""
        owner = self._owners[handle]
        if owner is not None:
            owner.on_event(IN)
        return owner is not None

    def ask(self, name, slot=0):
        """Start, and let the first attempt out: its datagram, empty if there was none."""
        sent = len(self.net.sent)
        known = len(self.results)
        self.start(slot, name)
        assert len(self.results) == known, "a result from within start"
        self.resolver.tick()
        return self.net.sent[-1][3] if len(self.net.sent) > sent else b""

    def after(self, ms):
        self.tick((self.now_ms + ms) & 0x3FFFFFFF)

    def comes(self, item, handle=None):
        """A datagram or result class on a socket (that of the last datagram sent)."""
        handle = self.net.sent[-1][0] if handle is None else handle
        self.net.inbox[handle].append(item)
        return self.on_event(handle)

    def asked(self):
        """The servers asked so far, each by its last byte."""
        return [addr[3] for _, addr, _, _ in self.net.sent]

    def ended(self, *results):
        """Whether just these results came, and nothing is left open."""
        return self.results == list(results) and not self.net.open and self.idle()

    def idle(self):
        return self.resolver.wait_ms() == 1000 and self.resolver.pending == 0
