"""The net port (contract.py) over BSD sockets, as MicroPython's chips have them.

A subclass overrides what its stack does otherwise: the methods from `_key` on. Handles are small
integers. Nothing here raises or waits.

MicroPython takes the frame of a function from the heap if it has more than 11 words of arguments,
locals and stack. An `except ... as` clause alone exceeds that, a `with` statement does not.
Therefore calls that must not allocate are guarded by `with _guard` and take their operands from
attributes.
"""

# Not `errno.X`: MicroPython on a PC compiles such constants in, and tests use a chip's numbers.
import errno as numbers
import socket

from ..contract import (
    AGAIN,
    ANY_PORT,
    CLOSED,
    ERR,
    HUP,
    IN,
    NO_DELAY,
    NO_RESOURCE,
    OUT,
    PORT_IN_USE,
    RESET,
    UNREACHABLE,
    const,
)

ANY_ADDR = b"\0\0\0\0"

_FIRST_PORT = const(49152)  # the dynamic range of RFC 6335: 2**14 ports
_PORT_MASK = const(0x3FFF)
_PORT_TRIES = const(64)
_DNS_PORT = const(53)
_ICMP = const(1)
_MAX_IP_HEADER = const(60)  # bytes of the longest IP header
_TCP = const(6)
_NO_DELAY = getattr(socket, "TCP_NODELAY", 1)  # MicroPython on a PC lacks the name

# The roles of TCP handles, by which TCP_NODELAY is set. The role of any other handle is 0.
_CONNECTION = const(1)
_LISTENER = const(2)
_NO_DELAY_LISTENER = const(3)  # a listener whose connections begin with TCP_NODELAY

# Result class by errno. Any other errno is UNREACHABLE: no route, timeout, invalid address.
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
    # The numbers of EPIPE, ENFILE and EMFILE, which have no name in MicroPython's errno.
    32: RESET,
    23: NO_RESOURCE,
    24: NO_RESOURCE,
}

# The exceptions that a call into a stack may raise.
FAILURES = (OSError, MemoryError)


def class_of(error):
    """Return the result class of one of FAILURES.

    An OSError without a number is NO_RESOURCE: there was no memory for the number."""
    if isinstance(error, MemoryError) or not error.args:
        return NO_RESOURCE
    return _CLASS_OF.get(error.args[0], UNREACHABLE)


def close_socket(sock):
    """Close a socket. A socket whose close() raises is closed all the same."""
    with _guard:
        sock.close()


def four_bytes(dotted):
    """Return the four bytes of an address such as "10.0.0.1". Allocates."""
    return bytes([int(part) for part in dotted.split(".")])


def interface_address(netif):
    """Return the IPv4 address of a network interface (network.PPP or WLAN) as four bytes."""
    return four_bytes(netif.ifconfig()[0])


def interface_servers(netif):
    """Return [(address, port)] of the DNS server that a network interface was given, or []."""
    # MicroPython's ports order the two values between the first and the last differently.
    server = netif.ifconfig()[3]
    return [(four_bytes(server), _DNS_PORT)] if server and server != "0.0.0.0" else []


class _Guard:
    """Context manager that turns one of FAILURES raised in its block into a result class."""

    failure = 0  # the result class of the last exception

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            return False
        if isinstance(error, FAILURES):
            self.failure = class_of(error)
            return True
        return False


_guard = _Guard()


class _OwnLock:
    """Stack lock of a stack that locks itself in every call: does nothing."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return False


class BsdNet:
    """The net port over the sockets of MicroPython.

    poller: select.poll, or an object with its methods. entropy(): 16 random bits.
    count: number of handles. stack_lock: context manager in whose block the stack runs no timer,
    None for a stack that locks itself. Its blocks do not nest."""

    has_keepalive = False  # setsockopt() accepts KEEPALIVE
    fixed_ttl = 0  # the TTL that the stack always uses; 0 if setsockopt() accepts TTL
    # True if the stack drops a connection for which accept() finds no free socket.
    drops_unaccepted = False
    local_addr = ANY_ADDR  # the local address that the next socket is bound to
    _echo_kinds = (socket.SOCK_RAW,)  # socket types for ICMP, in the order of trying

    def __init__(self, poller, entropy, count, stack_lock=None):
        self.stack_lock = stack_lock or _OwnLock()
        self._poller = poller
        self._entropy = entropy
        self._socks: list = [None] * count  # the socket of each handle; None: the handle is free
        self._handle_of = {}  # from the key by which the poller reports a socket to its handle
        self._mask = bytearray(count)  # the event mask of each handle
        self._watched = bytearray(count)  # 1 for each handle whose socket the poller watches
        self._role = bytearray(count)  # the role of each handle: _CONNECTION and the like, or 0
        # The result of poll(): ready[0 .. count-1] are handles, flags[handle] their event bits.
        self.count = 0
        self.ready = bytearray(count)
        self.flags = bytearray(count)
        self.local_port = [0] * count
        self.addr = [bytearray(4) for _ in range(count)]
        self.peer_port = [0] * count
        # Address and port of the last datagram's sender.
        self.from_addr = bytearray(4)
        self.from_port = 0
        self._bound = 0  # the port that _bind() has bound last
        # The operands of _recv(), _read() and _write(), in place of arguments.
        self._sock = None
        self._buf = bytearray(0)
        self._off = self._n = 0

    # PPP

    def ppp_stream(self, uart):
        """Return the stream for network.PPP on a UART. Call its any() before each poll of PPP."""
        return uart

    def run_timers(self):
        """Run the stack's timers, which most stacks do by themselves."""

    # Events

    def poll(self, timeout_ms):
        """Sleep until a handle is ready, at most timeout_ms; return how many handles are.

        ready[0 .. count-1] and flags[handle] hold the result until the next call."""
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

    def set_events(self, handle, mask):
        """Choose the events (IN, OUT) to report. ERR and HUP of a socket are reported until its
        mask is set to 0. If the poller has no memory, the next call tries again."""
        # poll(2) reports ERR and HUP without being asked, and would keep the loop from sleeping.
        watched = mask != 0 or not self.flags[handle] & (ERR | HUP)
        if mask == self._mask[handle] and watched == self._watched[handle]:
            return
        key = self._key(self._socks[handle])
        if not watched:
            self._poller.unregister(key)
        elif self._watched[handle]:
            self._poller.modify(key, mask)
        else:
            watched = self._register(key, mask)
        self._mask[handle] = mask
        self._watched[handle] = watched

    def _register(self, key, mask):
        """Return True if the poller has the socket now. Allocates."""
        with _guard:
            self._poller.register(key, mask)
            return True
        return False

    # Opening and closing. All of these allocate.

    def open_udp(self, port, addr=None, peer_port=0):
        """Open a UDP socket on a local port (ANY_PORT: a random one), connected to a peer if addr
        is given. Return its handle, or NO_RESOURCE, PORT_IN_USE or UNREACHABLE."""
        handle = self._open(socket.SOCK_DGRAM, port, IN)
        if handle >= 0 and addr is not None:
            return self._connect(handle, addr, peer_port)
        return handle

    def connect(self, addr, peer_port):
        """Begin a TCP connection. Return its handle or the class of the failure. After an event of
        the handle, connected() returns the outcome."""
        handle = self._open(socket.SOCK_STREAM, ANY_PORT, IN | OUT)
        return self._connect(handle, addr, peer_port) if handle >= 0 else handle

    def connected(self, handle):
        """Return 1 if the connection is established, AGAIN if it is not yet, or the class of the
        failure. For use after an event of a handle that connect() returned."""
        bits = self.flags[handle]
        if bits & (ERR | HUP):
            return self._error(self._socks[handle])
        return 1 if bits & OUT else AGAIN

    def listen(self, port, backlog):
        """Listen on a TCP port. Return the listener's handle, NO_RESOURCE or PORT_IN_USE."""
        handle = self._open(socket.SOCK_STREAM, port, IN, True)
        if handle < 0:
            return handle
        try:
            with self.stack_lock:
                self._socks[handle].listen(backlog)
        except FAILURES as error:
            self.close(handle)
            return class_of(error)
        return handle

    def accept(self, listener):
        """Accept a connection. Return its handle, whose addr and peer_port are the peer's, AGAIN
        if none is pending, or the class of the failure.

        If the stack keeps a connection pending for want of a socket, this returns AGAIN and stops
        watching the listener until the next set_events()."""
        try:
            sock, raw = self._socks[listener].accept()
        except FAILURES as error:
            failure = class_of(error)
            if failure == NO_RESOURCE and not self.drops_unaccepted:
                # The pending connection would keep the loop from sleeping.
                self.set_events(listener, 0)
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
        self._role[handle] = _CONNECTION
        if self._role[listener] == _NO_DELAY_LISTENER:
            self._set_no_delay(handle, 1)
        return handle

    def shutdown_write(self, handle) -> bool:
        """Close the sending half of a connection. Return False: the sockets of chips have no
        shutdown()."""
        return False

    def close(self, handle):
        """Close a socket and free its handle."""
        sock = self._socks[handle]
        key = self._key(sock)
        # Unregister before the socket is closed: another socket may get its descriptor at once.
        if self._watched[handle]:
            self._poller.unregister(key)
        self._handle_of.pop(key, None)  # the key is absent if there was no memory to add it
        self._socks[handle] = None
        self._watched[handle] = self.flags[handle] = self._role[handle] = 0
        close_socket(sock)

    # Options

    def set_defaults(self, ttl, mss, window):
        """Set TTL, MSS and receive window of sockets opened from now on. MicroPython's chips keep
        the values that their stack was built with."""

    def setsockopt(self, handle, option, value) -> bool:
        """Set an option of an open socket; a listener's option holds for the connections that it
        accepts. Return False if the stack cannot.

        A chip has only NO_DELAY, and only for TCP: MicroPython prints a warning for any other
        option, and its lwIP overwrites other data with NO_DELAY of a listener or a UDP socket."""
        role = self._role[handle]
        if option != NO_DELAY or not role:
            return False
        if role == _CONNECTION:
            return self._set_no_delay(handle, value)
        self._role[handle] = _NO_DELAY_LISTENER if value else _LISTENER
        return True

    def _set_no_delay(self, handle, value) -> bool:
        """Return True if the stack has set TCP_NODELAY of a connection."""
        with _guard:
            self._socks[handle].setsockopt(_TCP, _NO_DELAY, value)
            return True
        return False

    def unacked(self, handle) -> int:
        """Return how many sent bytes the peer has not acknowledged, or -1 if the stack cannot
        tell, or NO_RESOURCE if it cannot tell now."""
        return -1

    def overflow(self, handle):
        """Return how many datagrams the stack has dropped for want of memory since the last call.
        Chips do not count them: 0."""
        return 0

    # Bytes. Of these, only the methods for datagrams with an address allocate.

    def readinto(self, handle, buf, n):
        """Read at most n bytes of a TCP stream into buf. Return the count, AGAIN, CLOSED, or the
        class of the error that ended the connection."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._n = n
        # After an error, readinto() of a socket loses the bytes that arrived before the error;
        # recv() returns them.
        got = self._recv() if self.flags[handle] & (ERR | HUP) else self._read()
        # Treat out-of-memory as would-block.
        return AGAIN if got is None or got == NO_RESOURCE else (got or CLOSED)

    def write(self, handle, buf, off, n):
        """Send n bytes of buf from offset off, on UDP as one datagram to the socket's peer. Return
        how many the stack accepted, or AGAIN, or the class of the failure."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._off = off
        self._n = n
        sent = self._write()
        # Treat out-of-memory as would-block.
        return AGAIN if sent is None or sent == NO_RESOURCE else sent

    def recvfrom(self, handle, buf, n):
        """Read one datagram, truncated to n bytes, into buf; set from_addr and from_port. Return
        its size or a result class. Allocates."""
        with _guard:
            data, raw = self._socks[handle].recvfrom(n)
            n = len(data)
            buf[0:n] = data
            self.from_port = self._split(raw, self.from_addr)
            return n
        return _guard.failure

    def send_to(self, handle, buf, n, addr, port):
        """Send the first n bytes of buf as one datagram to an address of four bytes and a port.
        Return n or a result class. Allocates."""
        with _guard:
            return self._socks[handle].sendto(memoryview(buf)[:n], self._join(addr, port))
        return _guard.failure

    # ICMP. All of these allocate.

    def open_echo(self):
        """Open a socket for ICMP messages. Return its handle or NO_RESOURCE. While it is open,
        lwIP answers no echo request of others, and reports HUP for it all the time, so that the
        loop does not sleep. Only IN has a meaning.

        Linux gives a process without root rights a socket that replaces the identifier of an echo
        request: compare sequence number and data of a reply, never its identifier. Other sockets
        receive every ICMP message, and on 127.0.0.1 the request as well."""
        for kind in self._echo_kinds:
            try:
                with self.stack_lock:
                    sock = socket.socket(socket.AF_INET, kind, _ICMP)
            except FAILURES:
                # This type of socket is not permitted, or no socket is free.
                continue
            try:
                sock.setblocking(False)
                self._prepare(sock, kind)
            except FAILURES:
                close_socket(sock)
                break
            return self._adopt(sock, IN)
        return NO_RESOURCE

    def send_echo(self, handle, buf, n, addr):
        """Send the ICMP message buf[:n], whose checksum is set, to an address of four bytes.
        Return n or a result class."""
        return self.send_to(handle, buf, n, addr, 0)

    def receive_echo(self, handle, buf, n):
        """Read one ICMP message, truncated to n bytes, into buf; set from_addr. Return its size or
        a result class."""
        try:
            data, raw = self._socks[handle].recvfrom(n + _MAX_IP_HEADER)
            self.from_port = self._split(raw, self.from_addr)
            # Raw sockets return the IP header as well. It begins with a 4 (its version), and no
            # ICMP message does.
            start = (data[0] & 0x0F) << 2 if data and data[0] >> 4 == 4 else 0
            n = max(0, min(n, len(data) - start))
            buf[0:n] = data[start : start + n]
        except FAILURES as error:
            return class_of(error)
        return n

    # Internal

    def _open(self, kind, port, mask, listens=False):
        """Open a socket bound to a port. Return its handle or the class of the failure."""
        try:
            with self.stack_lock:
                sock = self._socket(kind, listens)
        except FAILURES:
            return NO_RESOURCE
        failure = self._bind(sock, port)
        if failure:
            close_socket(sock)
            return failure
        handle = self._adopt(sock, mask)
        if handle >= 0:
            self.local_port[handle] = self._bound
            if kind == socket.SOCK_STREAM:
                self._role[handle] = _LISTENER if listens else _CONNECTION
        return handle

    def _bind(self, sock, port):
        """Bind to the port, or to a random free one: MicroPython has no getsockname(). Return 0 or
        the class of the failure."""
        failure = PORT_IN_USE
        for _ in range(1 if port else _PORT_TRIES):
            self._bound = port or _FIRST_PORT + (self._entropy() & _PORT_MASK)
            try:
                with self.stack_lock:
                    sock.bind(self._join(self.local_addr, self._bound))
                return 0
            except FAILURES as error:
                failure = class_of(error)
        # UNREACHABLE stands for EACCES here: the port is reserved for root.
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
        """Return a handle for a socket. Without a free handle or memory, close the socket and
        return NO_RESOURCE."""
        if None not in self._socks:
            close_socket(sock)
            return NO_RESOURCE
        handle = self._socks.index(None)
        self._enter(handle, sock, mask)
        if not self._watched[handle]:
            self.close(handle)
            return NO_RESOURCE
        return handle

    def _enter(self, handle, sock, mask):
        """Put a socket into the tables. Without memory for that, it is not watched afterwards."""
        self._socks[handle] = sock
        self.flags[handle] = self._watched[handle] = self.peer_port[handle] = 0
        with _guard:
            self._handle_of[self._key(sock)] = handle
            self.set_events(handle, mask)

    # What subclasses override

    def _key(self, sock):
        """Return what the poller reports for a socket."""
        return sock.fileno()

    def _socket(self, kind, reuse):
        """Return a new non-blocking socket; reuse: it may bind to a port in TIME_WAIT."""
        sock = socket.socket(socket.AF_INET, kind)
        try:
            if reuse:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setblocking(False)
            self._prepare(sock, kind)
        except FAILURES:
            close_socket(sock)
            raise
        return sock

    def _prepare(self, sock, kind):
        """Set the default options of a new socket."""

    def _error(self, sock):
        """Return the class of the error that ended a connection, which the first read raises."""
        try:
            sock.recv(1)
        except FAILURES as error:
            failure = class_of(error)
            return RESET if failure == AGAIN else failure
        return RESET

    def _recv(self):
        """Read by recv(), which allocates."""
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

    def _join(self, addr, port):
        """Return the address form of this stack's sockets for four bytes and a port."""
        return "%d.%d.%d.%d" % tuple(addr), port

    def _split(self, raw, addr):
        """Copy the four bytes of an address in the stack's form into addr; return the port."""
        addr[:] = four_bytes(raw[0])
        return raw[1]
