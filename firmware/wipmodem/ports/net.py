"""The net port over BSD-like sockets: everything that the interpreters and stacks have in common.

A subclass says how one kind of socket is made, addressed, read and written (`_socket` ...
`_error`). Handles are small integers. MicroPython takes the frame of a function with more than 11
words of state from the heap; `except ... as` alone passes that, `with` does not: hence `_guard`,
and operands in `self`.
"""

# Not errno.X, which MicroPython on a PC compiles in: tests put a chip's numbers here.
import errno as numbers
import socket

from ..contract import (
    AGAIN,
    ANY_PORT,
    CLOSED,
    ERR,
    HUP,
    IN,
    NO_RESOURCE,
    OUT,
    PORT_IN_USE,
    RESET,
    UNREACHABLE,
    const,
)

_FIRST_PORT = const(49152)  # the dynamic range of RFC 6335: 2**14 ports
_PORT_MASK = const(0x3FFF)
_PORT_TRIES = const(64)
ANY_ADDR = b"\0\0\0\0"

# What is not listed is UNREACHABLE: no route, timed out, address not valid.
_CLASS_OF = {
    numbers.EAGAIN: AGAIN,
    numbers.EINPROGRESS: AGAIN,
    numbers.ECONNRESET: RESET,
    numbers.ECONNREFUSED: RESET,
    numbers.ECONNABORTED: RESET,
    numbers.ENOTCONN: RESET,
    numbers.ENOMEM: NO_RESOURCE,
    numbers.ENOBUFS: NO_RESOURCE,
    numbers.EADDRINUSE: PORT_IN_USE,
    32: RESET,  # EPIPE, ENFILE, EMFILE have no name in MicroPython's errno
    23: NO_RESOURCE,
    24: NO_RESOURCE,
}

# What a call into a stack may end in.
FAILURES = (OSError, MemoryError)


def class_of(error):
    """The result class of one of FAILURES. Where an OSError has no number there was no memory for
    it, either."""
    if isinstance(error, MemoryError) or not error.args:
        return NO_RESOURCE
    return _CLASS_OF.get(error.args[0], UNREACHABLE)


class _Guard:
    """Turns one of FAILURES in its block into a result class."""

    failure = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:  # as nearly always
            return False
        if isinstance(error, FAILURES):
            self.failure = class_of(error)
            return True
        return False


_guard = _Guard()


class _Still:
    """While it lasts the stack does nothing of its own accord. Most see to that themselves."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return False


def shut(sock):
    """Close it. One that says it failed is closed all the same."""
    with _guard:
        sock.close()


class BsdNet:
    """`poller` is select.poll or like it; `entropy()` gives 16 bits; `count` is of handles."""

    keepalive = False
    drops_refused = False  # a peer whose accept() fails for want of a socket is gone (esp32)
    local_addr = ANY_ADDR  # what the next socket is bound to
    still = _Still()  # `with net.still:` around what enters the stack by another door

    def __init__(self, poller, entropy, count):
        self._poller = poller
        self._entropy = entropy
        self._socks: list = [None] * count
        self._mask = bytearray(count)
        self._watched = bytearray(count)
        self._handle_of = {}
        # Events of the last poll: ready[0 .. count-1] are handles, flags[handle] their bits.
        self.count = 0
        self.ready = bytearray(count)
        self.flags = bytearray(count)
        self.local_port = [0] * count
        self.addr = [bytearray(4) for _ in range(count)]
        self.peer_port = [0] * count
        self.from_addr = bytearray(4)
        self.from_port = 0
        self._bound = 0
        # Operands of the call under way.
        self._sock = None
        self._buf = bytearray(0)
        self._off = self._n = 0

    def ppp_stream(self, uart):
        """The UART as PPP reads and writes it; `any()` goes before each poll."""
        return uart

    # Events

    def tick(self):
        """What the stack has to be reminded of while a link comes or goes: nothing, of most."""

    def poll(self, timeout_ms):
        """Sleep until a watched thing is ready; returns how many handles are."""
        self.count = 0
        for event in self._poller.ipoll(timeout_ms):
            self._note(event)
        return self.count

    def _note(self, event):
        handle = self._handle_of.get(event[0], -1)
        if handle >= 0:
            self.flags[handle] = event[1] & (IN | OUT | ERR | HUP)
            self.ready[self.count] = handle
            self.count += 1

    def want(self, handle, mask):
        """Choose the events to be told of. A dead socket is always told of unless mask is 0.
        Where the poller has no memory for it, the next `want` tries again."""
        # poll(2) reports these unasked: left in, they would keep the loop from sleeping.
        watched = mask != 0 or not self.flags[handle] & (ERR | HUP)
        if mask == self._mask[handle] and watched == self._watched[handle]:
            return
        key = self._key(self._socks[handle])
        if not watched:
            self._poller.unregister(key)
        elif self._watched[handle]:
            self._poller.modify(key, mask)
        else:
            watched = self._registered(key, mask)
        self._mask[handle] = mask
        self._watched[handle] = watched

    def _registered(self, key, mask):
        """Whether the poller has it now: this allocates."""
        with _guard:
            self._poller.register(key, mask)
            return True
        return False

    def open_udp(self, port, addr=None, peer_port=0):
        """A UDP socket on a local port, bound to a peer if `addr` is given: handle or class."""
        handle = self._open(socket.SOCK_DGRAM, port, IN)
        if handle >= 0 and addr is not None:
            return self._connect(handle, addr, peer_port)
        return handle

    def connect(self, addr, peer_port):
        """Begin a TCP connection; events and then `connected` tell the outcome."""
        handle = self._open(socket.SOCK_STREAM, ANY_PORT, IN | OUT)
        return self._connect(handle, addr, peer_port) if handle >= 0 else handle

    def listen(self, port, backlog):
        handle = self._open(socket.SOCK_STREAM, port, IN, True)
        if handle < 0:
            return handle
        try:
            with self.still:
                self._socks[handle].listen(backlog)
        except FAILURES as error:
            self.close(handle)
            return class_of(error)
        return handle

    def accept(self, listener):
        """The next peer of a listener: handle or class; addr and peer_port name it. If the stack
        keeps a peer for which it has no socket, AGAIN: the listener rests until the next want."""
        try:
            sock, raw = self._socks[listener].accept()
        except FAILURES as error:
            failure = class_of(error)
            if failure == NO_RESOURCE and not self.drops_refused:
                self.want(listener, 0)  # else the waiting peer would keep the loop from sleeping
                return AGAIN
            return failure
        handle = self._adopt(sock, IN)
        if handle < 0:
            return handle
        self.local_port[handle] = self.local_port[listener]
        try:
            sock.setblocking(False)
            self.peer_port[handle] = self._split(raw, self.addr[handle])
        except FAILURES as error:
            self.close(handle)
            return class_of(error)
        return handle

    def connected(self, handle):
        """After an event on a connecting socket: 1, AGAIN, or the class of the failure."""
        bits = self.flags[handle]
        if bits & (ERR | HUP):
            return self._error(self._socks[handle])
        return 1 if bits & OUT else AGAIN

    def finish(self, handle) -> bool:
        """Close our sending half and keep receiving. The sockets of chips have no shutdown()."""
        return False

    def unacked(self, handle) -> int:
        """Bytes of ours that the peer has not acknowledged; -1 where the stack does not tell."""
        return -1

    def close(self, handle):
        sock = self._socks[handle]
        key = self._key(sock)
        if self._watched[handle]:  # before close: the descriptor may be used again at once
            self._poller.unregister(key)
        self._handle_of.pop(key, None)  # it has none if there was no memory for it
        self._socks[handle] = None
        self._watched[handle] = self.flags[handle] = 0
        shut(sock)

    # Bytes: these allocate nothing but for recvfrom.

    def readinto(self, handle, buf, n):
        """TCP bytes into the start of buf, at most n: count, AGAIN, CLOSED or why it died."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._n = n
        # readinto of a socket that just died loses what it read before the error: recv does not.
        got = self._take() if self.flags[handle] & (ERR | HUP) else self._read()
        # It waits for memory as it waits for more.
        return AGAIN if got is None or got == NO_RESOURCE else (got or CLOSED)

    def write(self, handle, buf, off, n):
        """Send n bytes of buf from off (a whole datagram on UDP): count taken, or class."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._off = off
        self._n = n
        sent = self._write()
        # A chip may have no memory for it yet.
        return AGAIN if sent is None or sent == NO_RESOURCE else sent

    def recvfrom(self, handle, buf, n):
        """One datagram, cut at n, into the start of buf: its size, or class. Sets from_*."""
        with _guard:
            data, raw = self._socks[handle].recvfrom(n)
            n = len(data)
            buf[0:n] = data
            self.from_port = self._split(raw, self.from_addr)
            return n
        return _guard.failure

    def send_to(self, handle, buf, n, addr, port):
        """The first n bytes of buf as one datagram to anybody: n, or class. Allocates."""
        with _guard:
            return self._socks[handle].sendto(memoryview(buf)[:n], self._join(addr, port))
        return _guard.failure

    # Inside

    def _open(self, kind, port, mask, reuse=False):
        try:
            with self.still:
                sock = self._socket(kind, reuse)
        except FAILURES:
            return NO_RESOURCE
        failure = self._bind(sock, port)
        if failure:
            shut(sock)
            return failure
        handle = self._adopt(sock, mask)
        if handle >= 0:
            self.local_port[handle] = self._bound
        return handle

    def _bind(self, sock, port):
        """Bind to the port, or to a random free one: MicroPython cannot ask which it got."""
        failure = PORT_IN_USE
        for _ in range(1 if port else _PORT_TRIES):
            self._bound = port or _FIRST_PORT + (self._entropy() & _PORT_MASK)
            try:
                with self.still:
                    sock.bind(self._join(self.local_addr, self._bound))
                return 0
            except FAILURES as error:
                failure = class_of(error)
        # EACCES: the port is reserved for root, and cannot be had either.
        return PORT_IN_USE if failure == UNREACHABLE else failure

    def _connect(self, handle, addr, peer_port):
        self.addr[handle][:] = addr
        self.peer_port[handle] = peer_port
        try:
            self._socks[handle].connect(self._join(addr, peer_port))
        except FAILURES as error:
            failure = class_of(error)
            if failure != AGAIN:
                self.close(handle)
                return failure
        return handle

    def _adopt(self, sock, mask):
        """A handle for it. It is closed if there is none, or no memory: NO_RESOURCE."""
        if None not in self._socks:
            shut(sock)
            return NO_RESOURCE
        handle = self._socks.index(None)
        self._enter(handle, sock, mask)
        if not self._watched[handle]:
            self.close(handle)
            return NO_RESOURCE
        return handle

    def _enter(self, handle, sock, mask):
        """Not watched, afterwards, is not there: there was no memory."""
        self._socks[handle] = sock
        self.flags[handle] = self._watched[handle] = self.peer_port[handle] = 0
        with _guard:
            self._handle_of[self._key(sock)] = handle
            self.want(handle, mask)

    def _take(self):
        with _guard:
            data = self._sock.recv(self._n)
            self._buf[0 : len(data)] = data
            return len(data)
        return _guard.failure

    def _read(self):
        with _guard:
            return self._sock.readinto(self._buf, self._n)
        return _guard.failure

    def _write(self):
        with _guard:
            return self._sock.write(self._buf, self._off, self._n)
        return _guard.failure

    # What differs

    def _key(self, sock):
        """What the poller knows the socket by."""
        return sock.fileno()

    def _socket(self, kind, reuse):
        sock = socket.socket(socket.AF_INET, kind)
        try:
            if reuse:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setblocking(False)
            self._begin(sock, kind)
        except FAILURES:
            shut(sock)
            raise
        return sock

    def _begin(self, sock, kind):
        """Give a fresh socket the values of `defaults`."""

    def _error(self, sock):
        """The class of what killed a socket; the first read after it says."""
        try:
            sock.recv(1)
        except FAILURES as error:
            failure = class_of(error)
            return RESET if failure == AGAIN else failure
        return RESET

    def _join(self, addr, port) -> object:
        """Four address bytes and a port in the form that most stacks take."""
        return "%d.%d.%d.%d" % tuple(addr), port

    def _split(self, raw, addr):
        """Put the four bytes of the stack's form into `addr`, return the port."""
        addr[:] = bytes([int(part) for part in raw[0].split(".")])
        return raw[1]
