"""The real net ports of chips in the scenario, over their stacks' stand-ins: each call into the
stack ends once in each class of error, or finds no memory."""

from chip_kit import ESP32, LWIP
from chip_sockets import Socket, Stack
from torture.rack import Rack
from transcript_events import Mismatch
from wipmodem import contract as c

_BUSY_PASSES = 8
_BUSY_MS = 50
_EAGAIN, _ENOMEM, _ECONNRESET = 11, 12, 104


def _ends_in(error, *arguments):
    def call(port, call, given):
        raise error(*arguments)

    return call


def _though_done(outcome):
    def call(port, call, given):
        call(*given)
        return outcome(port, call, given)

    return call


def _forgets(port, call, given):
    """It is done, and then there is no memory to tell of it; the collection closes a socket."""
    result = call(*given)
    if isinstance(result[0], Socket):
        result[0].close()
    raise MemoryError


def _one_of_n(port, call, given):
    return call(*(given[:-1] + (1,)))


def _outcomes(errno):
    """What calls into a stack with these numbers may end in."""
    no_memory = {"no_memory": _ends_in(MemoryError), "enomem": _ends_in(OSError, _ENOMEM)}
    error = dict(
        no_memory,
        eagain=_ends_in(OSError, _EAGAIN),
        reset=_ends_in(OSError, _ECONNRESET),
        refused=_ends_in(OSError, errno.ECONNREFUSED),
        in_use=_ends_in(OSError, errno.EADDRINUSE),
        no_route=_ends_in(OSError, errno.EHOSTUNREACH),
        nameless=_ends_in(OSError),  # an OSError for whose number there was no memory
    )
    some = dict(error, one=_one_of_n, none=lambda port, call, given: None)
    late = dict(error, forgets=_forgets)
    return {
        "stack": {"socket": error},
        "socket": {
            "setsockopt": error,
            "setblocking": error,
            "bind": error,
            "listen": error,
            "connect": {name: error[name] for name in error if name != "eagain"},  # it has begun
            "accept": late,
            "recv": error,
            "readinto": some,
            "recvfrom": late,
            "sendto": error,
            "write": some,
            "close": {name: _though_done(outcome) for name, outcome in error.items()},
        },
        "poller": {"register": no_memory},
    }


class Inbox:
    """What a script puts here comes from the network, in the stack's own form."""

    def __init__(self, sock):
        self._sock = sock

    def append(self, item):
        if isinstance(item, bytes):
            _only_if(self._sock.up())
            self._sock.queue.append(item)
        elif len(item) == 2:
            self._sock.queue.append(_dotted(*item))
        else:
            self._sock.queue.append((item[0], _dotted(*item[1:])))


class Peer:
    """A socket of the stack's, as the events of transcripts drive one (fakes.FakeSocket)."""

    def __init__(self, sock):
        self._sock = sock
        self.kind = "echo" if sock.kind == Stack.SOCK_RAW else ""
        self.inbox = Inbox(sock)

    def _get_sent(self):
        return self._sock.sent

    def _set_sent(self, value):
        self._sock.sent = value

    def _get_datagrams(self):
        return self._sock.datagrams

    def _set_datagrams(self, value):
        self._sock.datagrams = value

    def _end(self, value):
        _only_if(self._sock.up())
        self._sock.fin()

    def _die(self, value):
        self._sock.die(_ECONNRESET)

    def _connect(self, outcome):
        if outcome > 0:
            self._sock.answer()
        else:
            numbers = self._sock.stack.errno
            refused = outcome == c.RESET
            self._sock.die(numbers.ECONNREFUSED if refused else numbers.EHOSTUNREACH)

    sent = property(_get_sent, _set_sent)
    datagrams = property(_get_datagrams, _set_datagrams)
    eof = property(None, _end)
    dead = property(None, _die)
    outcome = property(None, _connect)


def _only_if(up):
    if not up:
        raise Mismatch("no peer has accepted this connection")


def _dotted(addr, port):
    return ".".join([str(byte) for byte in addr]), port


class Chips(Rack):
    """A modem whose net port is a chip's, and the faults of the stack below."""

    def __init__(self, chip):
        self._chip = chip
        self.outcomes = _outcomes(chip.errno)
        super().__init__()

    def make_net(self):
        chip = self._chip
        net = chip.net(self.sizes.handles)
        chip.stack.make = self._maker(chip.stack.make)
        self.faults.wrap("stack", chip.stack, self.outcomes["stack"])
        self.faults.wrap("poller", chip.poller, self.outcomes["poller"])
        net.open_handles = lambda: [h for h, sock in enumerate(net._socks) if sock]
        net.socket = lambda handle: net._socks[handle].seen
        return net

    def _maker(self, make):
        def made(stack, kind):
            sock = make(stack, kind)
            sock.seen = Peer(sock)
            self.faults.wrap("socket", sock, self.outcomes["socket"])
            return sock

        return made

    def heal(self):
        super().heal()
        del self._chip.stack.unguarded[:]

    def settle(self):
        """While an ICMP socket is open lwIP tells HUP of it, and the loop does not sleep."""
        for number in range(3000):
            self.net.poll(0)
            wait_ms = self.modem.service(self.now_ms)
            if any(sock.kind == Stack.SOCK_RAW for sock in self._chip.stack.sockets):
                if number > _BUSY_PASSES:
                    return _BUSY_MS
            elif wait_ms and not self.net.poll(0):
                return wait_ms
        raise AssertionError("the loop does not come to rest")

    def closed(self):
        return self._chip.empty()


def esp32():
    return Chips(ESP32)


def lwip():
    return Chips(LWIP)
