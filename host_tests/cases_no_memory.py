"""A command that finds no memory, at whichever of its allocations: 802, nothing has changed, and
with memory it does what it always does.

MicroPython's heap is filled while the handler runs, but for so many bytes. CPython's is not: there
each command passes at once.
"""

import gc

from fake_radio import FakeRadio
from session import Session
from wipmodem import errors

_STEP = 48  # bytes: a block of the heap has 32
_MOST = 8192  # more than any command takes
_LARGEST = 1 << 16

# Loaded before memory is short: cases_lazy.py has what happens if they cannot be loaded then.
for _module in (
    "commands.calls",
    "commands.socket_extras",
    "commands.transfer",
    "online.udp",
    "sockets.server",
):
    __import__("wipmodem." + _module)


class Heap:
    """`fill` leaves so many bytes at a time free, `empty` gives all back."""

    def __init__(self):
        self._held: object = None

    def fill(self, free):
        kept = bytearray(free) if free else None
        size = _LARGEST
        while size:
            try:
                self._held = (self._held, bytearray(size))
            except MemoryError:
                size //= 8
        return kept

    def empty(self):
        self._held = None
        gc.collect()


class Poor:
    """A session whose handlers have `free` bytes of memory, -1: as many as they like. Its ports
    always have what they need."""

    def __init__(self, before, **options):
        self.free = -1
        self.session = session = Session(rx=256, tx=256, datagram=512, **options)
        session.online()
        session.ask(b"AT+CMEE=1")
        for line in before:
            session.ask(line)
        self._heap = Heap()
        commands = session.modem.context.command
        self._call, commands._call = commands._call, self._starved
        for name in ("open_udp", "connect", "listen", "open_echo", "send_echo"):
            setattr(session.net, name, self._fed(getattr(session.net, name)))
        setattr(session.store, "put", self._fed(session.store.put))  # noqa: B010
        self._close, session.net.close = session.net.close, self._fed_close

    def _starved(self, context):
        if self.free < 0 or not hasattr(gc, "mem_free"):
            return self._call(context)
        kept = self._heap.fill(self.free)
        del kept
        try:
            return self._call(context)
        finally:
            self._heap.empty()

    def _fed_close(self, handle):
        """Apart from the others: a call with *arguments allocates, and this must not fail."""
        if self.free >= 0:
            self._heap.empty()
        self._close(handle)

    def _fed(self, method):
        def call(*arguments):
            if self.free >= 0:
                self._heap.empty()
            return method(*arguments)

        return call

    def state(self):
        """All that a command may change."""
        modem, session = self.session.modem, self.session
        table, stack = modem.context.table, modem.context.session
        deferred, online = modem.context.deferred, modem.context.online
        handles = [i for i in range(len(session.net._sockets)) if session.net._sockets[i]]
        sockets = [(sock.key, sock.state, sock.handle) for sock in table.all]
        return (
            sockets,
            [sock.state for sock in table._pool],
            handles,
            [question.asker is not None for question in table.resolver._questions],
            (stack.started, stack._wanted, stack._state, session.bearer.state),
            (session.bearer.user, session.bearer.password),
            list(modem.context.settings),
            dict(session.store.values),
            _policies(table.server),
            [_is_active(each) for each in (stack.ping, deferred.trial)],
            (deferred.due, online.channel is None, online.call is not None and online.call.busy()),
        )


def _is_active(feature):
    """Return False also for what no host has used yet."""
    return feature is not None and feature.active


def _policies(server):
    """Of each server; before the module is loaded each connection is accepted."""
    if server is None:
        return [(0, 0, 0, 0, b"\0\0\0\0")] * 4
    return [
        (p.max_per_peer, p.idle_s, p.keepalive_s, p.hold, bytes(p.mask)) for p in server.policies
    ]


def _suffers(line, expected, *before, sockets=3, **options):
    """The command line, with ever more memory until it gets through; how often it did not."""
    poor = Poor(before, sockets=sockets, **options)
    session = poor.session
    refused = 0
    for free in range(0, _MOST, _STEP):
        state = poor.state()
        poor.free = free
        said = session.ask(line)
        poor.free = -1
        if said == b"\r\n+CME ERROR: %d\r\n" % errors.NO_MEMORY:
            refused += 1
            assert poor.state() == state, (line, free)
            continue
        assert said == expected, (line, free, said)
        return refused
    raise AssertionError("%r finds never enough" % line)


_OK = b"\r\nOK\r\n"
_CREATE = b'AT+WIPCREATE=2,1,"192.0.2.1",80'
_DOWN = (b"AT+WIPBR=5,6",)


def case_sockets():
    """A socket, its name, a server, and the fifth socket, for which the table grows."""
    _suffers(_CREATE, _OK)
    _suffers(b'AT+WIPCREATE=2,1,"Some.Host.example",80', _OK)
    _suffers(b'AT+WIPCREATE=1,1,9000,"a.b",80', _OK)
    _suffers(b"AT+WIPCREATE=1,1,9000", _OK + b"\r\n+WIPREADY: 1,1\r\n")
    _suffers(b"AT+WIPCREATE=3,1,7000,5,6", _OK)
    _suffers(b"AT+WIPCLOSE=2,1", _OK, _CREATE)


def case_many_sockets():
    """The table's own lists grow and shrink with them."""
    before = [b"AT+WIPCREATE=1,%d,%d" % (n, 9000 + n) for n in range(1, 5)]
    _suffers(_CREATE, _OK, *before, sockets=6)
    _suffers(b"AT+WIPCREATE=3,1,7000,5,6", _OK, *before, sockets=6)
    _suffers(b"AT+WIPCLOSE=1,1", _OK, *before, sockets=6)


def case_session():
    """Opened, also with its result as outcome, and closed."""
    up = b"\r\n+WIPBR: 6,1\r\n"
    _suffers(b"AT+WIPBR=4,6", _OK + up, *_DOWN)
    _suffers(b"AT+WIPBR=4,6,0", _OK, *_DOWN)
    _suffers(b"AT+WIPBR=5,6", _OK + b"\r\n+WIPBR: 6,0\r\n")
    _suffers(b'AT+WIPBR=2,6,0,"somebody"', _OK)
    _suffers(b"AT+WIPCFG=0", _OK + b"\r\n+WIPBR: 6,0\r\n", _CREATE)


def case_settings():
    """What is kept, and what is restored."""
    _suffers(b"AT&W", _OK, b"ATS7=9")
    _suffers(b"AT&F", _OK, b"ATS0=3")
    _suffers(b"ATZ", _OK, b"ATS7=9", kept={b"profile": b"0,1,0,1,1,2,0,5"})
    _suffers(b"AT+WIPCFG=4,1", _OK, b"AT+WIPCFG=2,0,9")
    _suffers(b"AT+WIPCFG=4,0", _OK, kept={b"stack": b"9,600"})
    _suffers(b'AT+WIPXDIALECT="wipsoft"', _OK)
    _suffers(b"AT+IPR=9600", _OK)


def case_own_commands():
    """A ping, counted bytes, a trial, a policy, a dial string."""
    _suffers(b'AT+WIPPING="a.b",1', _OK)
    _suffers(b"AT+WIPXSERVER=1,2,2", _OK)
    _suffers(b'AT+WIPXSERVER=1,1,"10.0.0.0","255.0.0.0"', _OK)
    _suffers(b"AT+WIPXURC=1,1,1", _OK)
    _suffers(b"AT+WIPXCLOSE=2,1,0", b"\r\n+WIPXCLOSE: 2,1,0,0\r\n" + _OK, _CREATE)
    radio = FakeRadio()
    radio.state = "idle"
    _suffers(b'AT+WIPXDIAL="ATD*99#"', _OK, radio=radio)


def case_a_name_that_finds_none():
    """Whatever the interpreter: the socket is closed again."""
    session = Session().online()
    session.ask(b"AT+CMEE=1")
    resolver = session.modem.context.table.resolver
    start = resolver.start

    def fails(asker, name):
        raise MemoryError

    resolver.start = fails
    line = b'AT+WIPCREATE=2,1,"a.b",80'
    assert session.ask(line) == b"\r\n+CME ERROR: 802\r\n"
    resolver.start = start
    assert session.ask(b"AT+WIPCREATE?;" + line[2:]) == _OK
