"""The `socket` and `errno` of a chip, driven by a script: esp32's stack, and MicroPython's lwIP.

They are as ports/esp32/modsocket.c and extmod/modlwip.c have them: which events, which errors, how
many sockets. A call that would wait, or that a chip does not know, is an AssertionError.
"""

from chip_modules import IN, OUT

ERR = 8
HUP = 16
NVAL = 32

_STREAM = 1
_DATAGRAM = 2
_RAW = 3
_ENFILE = 23  # has no name in MicroPython

# A socket's states. DEAD: refused, reset or timed out.
_NEW, _BOUND, _LISTENING, _CONNECTING, _UP, _FIN, _DEAD, _CLOSED = range(8)


class Errno:
    """The names that MicroPython has of what concerns sockets."""

    EIO, EBADF, EAGAIN, ENOMEM, EINVAL, ECONNRESET, ENOBUFS = 5, 9, 11, 12, 22, 104, 105

    def __init__(self, **numbers):
        for name, number in numbers.items():
            setattr(self, name, number)


NEWLIB = Errno(
    ECONNREFUSED=111,
    EADDRINUSE=112,
    ECONNABORTED=113,
    ETIMEDOUT=116,
    EHOSTUNREACH=118,
    EINPROGRESS=119,
    EALREADY=120,
    ENOTCONN=128,
)
LINUX = Errno(
    EADDRINUSE=98,
    ECONNABORTED=103,
    ENOTCONN=107,
    ETIMEDOUT=110,
    ECONNREFUSED=111,
    EHOSTUNREACH=113,
    EALREADY=114,
    EINPROGRESS=115,
)


# What MicroPython does with lwIP and no lock.
_UNGUARDED = ("socket", "bind", "listen", "callback", "setsockopt")


class Stack:
    """The module `socket`. `sockets`: the open ones, the newest last; `taken`: local ports that
    others have; `failures`: the numbers that calls raise, by name, until taken out; `swift`: peers
    answer while connect() still waits its moment."""

    AF_INET = 2
    SOCK_STREAM = _STREAM
    SOCK_DGRAM = _DATAGRAM
    SOCK_RAW = _RAW
    SOL_SOCKET = 4095
    SO_REUSEADDR = 4

    def __init__(self, make, errno):
        self.make = make
        self.TCP_NODELAY = make.NO_DELAY
        self.errno = errno
        self.begin()

    def begin(self, interrupts=None):
        """`interrupts()`: which may come, asked at each call that lwIP does not guard."""
        self.interrupts = interrupts or (lambda: None)
        self.unguarded = []
        self.sockets = []
        self.taken = set()
        self.failures = {}
        self.swift = False

    def socket(self, family, kind, protocol=0):
        assert family == self.AF_INET and protocol == (1 if kind == _RAW else 0)
        self.may_fail("socket")
        sock = self.make(self, kind)
        sock.refuse_too_many()
        self.sockets.append(sock)
        return sock

    def callback(self):
        """Has lwIP look at its timers."""
        self.may_fail("callback")

    def may_fail(self, name):
        if name in _UNGUARDED:
            self.unguarded.append((name, self.interrupts()))
        if name in self.failures:
            raise OSError(self.failures[name])


class Socket:
    """What both stacks share. `queue` holds what has come: pieces of a stream, datagrams with
    their sender, or peers; `window` is how much of a stream the peer still takes."""

    NO_DELAY = 0  # the stack's number for it

    def __init__(self, stack, kind):
        self.stack = stack
        self.kind = kind
        self.state = _NEW
        self.blocking = True
        self.reuse = False
        self.no_delay = 0
        self.local_port = 0
        self.peer = None
        self.backlog = 0
        self.queue = []
        self.window = 1 << 20
        self.sent = bytearray()
        self.to = None  # whom the last sendto was for
        self.datagrams = []
        self.death = 0  # the error that it died of

    # The script's

    def answer(self):
        self.state = _UP

    def fin(self):
        self.state = _FIN

    def die(self, error):
        self.state = _DEAD
        self.death = error

    def up(self):
        return self.state in (_UP, _FIN)

    def closed(self):
        return self.state == _CLOSED

    # The adapter's

    def setsockopt(self, level, option, value):
        """MicroPython warns of any other, and is silent about the level."""
        if option == self.NO_DELAY:
            self.stack.may_fail("setsockopt")
            self.set_no_delay(value)
        else:
            assert (level, option) == (Stack.SOL_SOCKET, Stack.SO_REUSEADDR)
            assert self.state == _NEW
            self.reuse = bool(value)

    def set_no_delay(self, value):
        self.no_delay = value

    def setblocking(self, on):
        self.blocking = on

    def bind(self, address):
        host, port = address
        assert host == "0.0.0.0" and 0 < port < 65536
        self.stack.may_fail("bind")
        if port in self.stack.taken or any(self._meets(s, port) for s in self.stack.sockets):
            raise OSError(self.stack.errno.EADDRINUSE)
        self.state = _BOUND
        self.local_port = port

    def listen(self, backlog):
        """Two may bind to a port for reuse, but only one of them can listen."""
        assert self.state == _BOUND
        self.stack.may_fail("listen")
        for other in self.stack.sockets:
            if other.state == _LISTENING and other.local_port == self.local_port:
                raise OSError(self.stack.errno.EADDRINUSE)
        self.state = _LISTENING
        self.backlog = backlog

    def connect(self, address):
        assert not self.blocking and self.state == _BOUND
        assert len([int(part) for part in address[0].split(".")]) == 4 and address[1] > 0
        self.stack.may_fail("connect")
        self.peer = address
        if self.kind == _DATAGRAM:
            return
        self.state = _UP if self.stack.swift else _CONNECTING
        if self.state == _CONNECTING:
            raise OSError(self.stack.errno.EINPROGRESS)

    def accept(self):
        assert not self.blocking and self.state == _LISTENING
        if not self.queue:
            raise OSError(self.stack.errno.EAGAIN)
        peer = self.queue.pop(0)
        sock = self.stack.socket(Stack.AF_INET, _STREAM)
        sock.state = _UP
        sock.peer = peer
        return sock, peer

    def recv(self, n):
        return self._take(n)

    def readinto(self, buf, n):
        """py/stream.c: until n have come, or there are no more now, or it has ended."""
        done = 0
        while done < n:
            try:
                data = self._take(n - done)
            except OSError as error:
                if error.args[0] != self.stack.errno.EAGAIN:
                    raise  # what was read before is lost
                return done or None
            if not data:
                break
            buf[done : done + len(data)] = data
            done += len(data)
        return done

    def recvfrom(self, n):
        assert self.kind != _STREAM and not self.blocking
        if not self.queue:
            raise OSError(self.stack.errno.EAGAIN)
        data, sender = self.queue.pop(0)
        return data[:n], sender

    def sendto(self, data, address):
        assert not self.blocking and (self.kind == _DATAGRAM or address[1] == 0)
        self.stack.may_fail("write")
        self.to = address
        self.datagrams.append(bytes(data))
        return len(data)

    def write(self, buf, off, n):
        assert not self.blocking and n
        self.stack.may_fail("write")
        if self.state in (_DEAD, _CLOSED):
            numbers = self.stack.errno
            raise OSError(numbers.EBADF if self.state == _CLOSED else numbers.ENOTCONN)
        data = bytes(memoryview(buf)[off : off + n])
        if self.kind == _DATAGRAM:
            assert self.peer
            self.datagrams.append(data)
            return n
        n = min(n, self.window if self.state in (_UP, _FIN) else 0)
        self.window -= n
        self.sent += data[:n]
        return n or None

    def close(self):
        if self in self.stack.sockets:
            self.stack.sockets.remove(self)
        self.state = _CLOSED

    # Inside

    def _meets(self, other, port):
        same = other.kind == self.kind and other.local_port == port
        return same and not (self.reuse and other.reuse)

    def _take(self, n):
        """One read of the stack's: bytes, none of them at the end."""
        assert self.kind == _STREAM and not self.blocking
        if self.queue:
            data = self.queue.pop(0)
            if data[n:]:
                self.queue.insert(0, data[n:])
            return data[:n]
        if self.state == _FIN:
            return b""
        raise OSError(self.death if self.state == _DEAD else self.stack.errno.EAGAIN)

    def _ready(self):
        """IN and OUT, whether asked for or not."""
        bits = IN if self.queue or self.state in (_FIN, _DEAD) else 0
        if self.kind != _STREAM or self.state == _DEAD:
            return bits | OUT
        return bits | (OUT if self.state in (_UP, _FIN) and self.window else 0)


class Esp32Socket(Socket):
    """HUP is told only where it was asked for, ERR never. A datagram of no bytes, once read, ends
    all reading: no bytes, from nobody, even when the socket is closed."""

    NO_DELAY = 1

    def __init__(self, stack, kind):
        super().__init__(stack, kind)
        self._deaf = False

    def refuse_too_many(self):
        if len(self.stack.sockets) == 10:
            raise OSError(_ENFILE)

    def set_no_delay(self, value):
        """Only a connection has it, as long as there is one."""
        if self.kind != _STREAM or self.state in (_LISTENING, _DEAD, _CLOSED):
            raise OSError(self.stack.errno.EINVAL)
        super().set_no_delay(value)

    def recvfrom(self, n):
        if self._deaf:
            return b"", ("170.170.170.170", 43690)
        got = super().recvfrom(n)
        self._deaf = not got[0]
        return got

    def events(self, mask):
        if self.state == _CLOSED:
            return NVAL
        if self.state == _NEW and self.kind == _STREAM:
            return mask & OUT | HUP
        return mask & (self._ready() | (HUP if self.state == _DEAD else 0))


class LwipSocket(Socket):
    """ERR and HUP are always told. What killed it is said once, then it reads as ended. A raw one
    never leaves the state it began in."""

    NO_DELAY = 0x40

    def refuse_too_many(self):
        """The pools of a stock board. A listener has left that of the connections."""
        rivals = [s for s in self.stack.sockets if s.kind == self.kind and s.state != _LISTENING]
        if len(rivals) == (5 if self.kind == _STREAM else 4):
            raise OSError(self.stack.errno.ENOMEM)

    def set_no_delay(self, value):
        """It is written wherever the pointer goes: into a connection, if there is one."""
        assert self.kind == _STREAM and self.state not in (_LISTENING, _DEAD, _CLOSED)
        super().set_no_delay(value)

    def accept(self):
        sock, peer = super().accept()
        sock.blocking = self.blocking
        return sock, peer

    def events(self, mask):
        if self.state == _CLOSED:
            return NVAL
        if self.state == _NEW:
            return HUP | mask & self._ready()
        if self.death == self.stack.errno.ECONNABORTED:
            return ERR
        return mask & self._ready() | (ERR | HUP if self.state == _DEAD else 0)

    def _take(self, n):
        if self.state == _DEAD and not self.queue and not self.death:
            return b""
        try:
            return super()._take(n)
        except OSError:
            self.death = 0
            raise
