"""The net port (contract.py) over the BSD sockets of MicroPython on chips.

A subclass overrides the methods that differ on its IP stack, mainly those from `_key` on. Handles
are small integers. No public method raises an exception, and only poll() waits.

MicroPython allocates the frame of a function on the heap if the frame has more than 11 words of
arguments, locals and stack. An `except ... as` clause alone exceeds this limit, a `with` statement
does not. Therefore methods that must not allocate use `with _guard`, and take operands from
attributes.
"""

# MicroPython on a PC replaces `errno.X` by a constant of the PC when it compiles a file, but tests
# use a chip's error numbers. The alias `numbers` prevents this replacement.
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

_FIRST_PORT = const(49152)  # first of the 2**14 dynamic ports of RFC 6335
_PORT_MASK = const(0x3FFF)
_PORT_TRIES = const(64)
_DNS_PORT = const(53)
_ICMP = const(1)
_MAX_IP_HEADER = const(60)  # length of the longest IP header, in bytes
_TCP = const(6)
# MicroPython on a PC does not define TCP_NODELAY.
_NO_DELAY = getattr(socket, "TCP_NODELAY", 1)

# Roles of TCP handles, which decide how TCP_NODELAY is set. Any other handle has the role 0.
_CONNECTION = const(1)
_LISTENER = const(2)
_NO_DELAY_LISTENER = const(3)  # a listener that sets TCP_NODELAY on accepted connections

# Result class of each error number. Any other error number, such as that of a timeout or an
# invalid address, has the class UNREACHABLE.
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
    # EPIPE, ENFILE and EMFILE as numbers, because MicroPython's errno lacks these names.
    32: RESET,
    23: NO_RESOURCE,
    24: NO_RESOURCE,
}

# Exceptions that a socket method may raise.
FAILURES = (OSError, MemoryError)


def class_of(error):
    """Return the result class of an exception whose type is in FAILURES.

    An OSError without a number has the class NO_RESOURCE, because MicroPython omits the number if
    there is no memory for it."""
    if isinstance(error, MemoryError) or not error.args:
        return NO_RESOURCE
    return _CLASS_OF.get(error.args[0], UNREACHABLE)


def close_socket(sock):
    """Close a socket. The exception of a failed close() is ignored: the socket is closed
    anyway."""
    with _guard:
        sock.close()


def four_bytes(dotted):
    """Return the four bytes of a dotted IPv4 address such as "10.0.0.1". Allocates."""
    return bytes([int(part) for part in dotted.split(".")])


def interface_address(netif):
    """Return the IPv4 address of a network interface (network.PPP or WLAN) as four bytes."""
    return four_bytes(netif.ifconfig()[0])


def interface_servers(netif):
    """Return a list with (address, port) of a network interface's DNS server, or [] without
    one."""
    # Only the first value of ifconfig() (address) and the last (DNS server) have the same index on
    # all ports of MicroPython.
    server = netif.ifconfig()[3]
    return [(four_bytes(server), _DNS_PORT)] if server and server != "0.0.0.0" else []


class _Guard:
    """Context manager that catches an exception of FAILURES and stores its result class."""

    failure = 0  # result class of the last caught exception

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
    """Stack lock that does nothing, for an IP stack that locks itself in every call."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return False


class BsdNet:
    """The net port over the sockets of MicroPython.

    poller: a select.poll object, or an object with the same methods. entropy: function that
    returns 16 random bits. count: number of handles. stack_lock: context manager that keeps the IP
    stack's timers from running in its block, or None for a stack that locks itself. Blocks of the
    stack lock must not nest."""

    has_keepalive = False  # True if setsockopt() accepts KEEPALIVE
    fixed_ttl = 0  # TTL that the stack always uses; 0 if setsockopt() can set the TTL
    # True if the stack drops a connection for which accept() finds no free socket.
    drops_unaccepted = False
    local_addr = ANY_ADDR  # local address to which the next socket is bound
    _echo_kinds = (socket.SOCK_RAW,)  # socket types for ICMP, the preferred type first

    def __init__(self, poller, entropy, count, stack_lock=None):
        self.stack_lock = stack_lock or _OwnLock()
        self._poller = poller
        self._entropy = entropy
        self._socks: list = [None] * count  # socket of each handle; None if the handle is free
        self._handle_of = {}  # handle of each socket, by the socket's key in the poller
        self._mask = bytearray(count)  # event mask of each handle
        self._watched = bytearray(count)  # 1 for each handle whose socket the poller watches
        self._role = bytearray(count)  # role of each handle: 0, _CONNECTION or a listener's role
        # Result of poll(): ready[0 .. count-1] are handles, flags[handle] the event bits of a
        # handle.
        self.count = 0
        self.ready = bytearray(count)
        self.flags = bytearray(count)
        self.local_port = [0] * count
        self.addr = [bytearray(4) for _ in range(count)]
        self.peer_port = [0] * count
        # Source address and source port of the last received datagram.
        self.from_addr = bytearray(4)
        self.from_port = 0
        self._bound = 0  # local port that _bind() has bound last
        # Operands of _recv(), _read() and _write(), which have no arguments to keep their frames
        # small.
        self._sock = None
        self._buf = bytearray(0)
        self._off = self._n = 0

    # PPP

    def ppp_stream(self, uart):
        """Return a stream over a UART for network.PPP. The caller must call any() of the stream
        before each poll of PPP."""
        return uart

    def run_timers(self):
        """Run the stack's timers. This default does nothing, because most stacks run their timers
        themselves."""

    # Events

    def poll(self, timeout_ms):
        """Sleep until a handle has an event, at most timeout_ms. Return the number of handles with
        events.

        Until the next poll(), ready[0 .. count-1] are these handles, and flags[handle] are the
        event bits of each."""
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
        """Choose the events of a handle that poll() reports: IN, OUT, both or 0. ERR and HUP are
        also reported until the mask is 0. If the poller has no memory to register the socket, the
        next set_events() attempts to register the socket again."""
        # poll(2) reports ERR and HUP for every mask. A socket that stayed registered after such an
        # event would keep the main loop from sleeping.
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
        """Register a socket with the poller by its key. Return True if successful. Allocates."""
        with _guard:
            self._poller.register(key, mask)
            return True
        return False

    # Methods that open and close sockets. All of them allocate, except for connected().

    def open_udp(self, port, addr=None, peer_port=0):
        """Open a UDP socket on a local port, or on a random port for ANY_PORT. If addr is given,
        connect the socket to the peer at addr and peer_port. Return the handle of the socket, or
        NO_RESOURCE, PORT_IN_USE or UNREACHABLE."""
        handle = self._open(socket.SOCK_DGRAM, port, IN)
        if handle >= 0 and addr is not None:
            return self._connect(handle, addr, peer_port)
        return handle

    def connect(self, addr, peer_port):
        """Begin a TCP connection to addr and peer_port. Return its handle, or the class of the
        failure. After an event of this handle, connected() returns the outcome."""
        handle = self._open(socket.SOCK_STREAM, ANY_PORT, IN | OUT)
        return self._connect(handle, addr, peer_port) if handle >= 0 else handle

    def connected(self, handle):
        """Return 1 if a TCP connection is established, AGAIN if the connection is still being set
        up, or the class of the failure. Call connected() only after an event of a handle that
        connect() has returned."""
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
        """Accept a pending connection of a listener. Return the handle of the connection, whose
        addr and peer_port are then those of the peer; AGAIN if no connection is pending; or the
        class of the failure.

        If the stack keeps a connection pending because no socket is free, accept() returns AGAIN
        and stops watching the listener until the next set_events()."""
        try:
            sock, raw = self._socks[listener].accept()
        except FAILURES as error:
            failure = class_of(error)
            if failure == NO_RESOURCE and not self.drops_unaccepted:
                # Events of the pending connection would keep the main loop from sleeping.
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
        """Close the sending half of a connection. Return True if the stack can do this. This
        default returns False, because MicroPython's sockets on chips have no shutdown()."""
        return False

    def close(self, handle):
        """Close the socket of a handle, and free the handle."""
        sock = self._socks[handle]
        key = self._key(sock)
        # The socket is unregistered before it is closed, because another socket may get the same
        # descriptor at once.
        if self._watched[handle]:
            self._poller.unregister(key)
        self._handle_of.pop(key, None)  # _enter() adds no key if memory is short
        self._socks[handle] = None
        self._watched[handle] = self.flags[handle] = self._role[handle] = 0
        close_socket(sock)

    # Options

    def set_defaults(self, ttl, mss, window):
        """Set TTL, MSS and receive window of sockets opened from now on. This default does
        nothing: a chip keeps the values with which its IP stack was built."""

    def setsockopt(self, handle, option, value) -> bool:
        """Set an option of an open socket. Connections inherit the options of the listener that
        accepts them. Return False if the stack cannot set the option.

        On a chip, only NO_DELAY of a TCP handle can be set. MicroPython prints a warning for any
        other option, and would overwrite unrelated data if NO_DELAY were set on a listener or a
        UDP socket."""
        role = self._role[handle]
        if option != NO_DELAY or not role:
            return False
        if role == _CONNECTION:
            return self._set_no_delay(handle, value)
        self._role[handle] = _NO_DELAY_LISTENER if value else _LISTENER
        return True

    def _set_no_delay(self, handle, value) -> bool:
        """Set TCP_NODELAY of a connection. Return True if the stack has set the option."""
        with _guard:
            self._socks[handle].setsockopt(_TCP, _NO_DELAY, value)
            return True
        return False

    def unacked(self, handle) -> int:
        """Return the number of sent bytes that the peer has not acknowledged, -1 if the stack can
        never tell, or NO_RESOURCE if the stack cannot tell now."""
        return -1

    def overflow(self, handle):
        """Return the number of datagrams that the stack has dropped since the last call because it
        had no memory. This default returns 0, because chips do not count dropped datagrams."""
        return 0

    # Methods that read and write bytes. Only recvfrom(), send_to() and a read after an error
    # allocate.

    def readinto(self, handle, buf, n):
        """Read at most n bytes of a TCP connection into buf. Return the number of bytes, AGAIN if
        none have arrived, CLOSED at the end of the peer's data, or the class of the error that
        ended the connection."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._n = n
        # After an error, a socket's readinto() loses the bytes that arrived before the error, but
        # recv() returns these bytes.
        got = self._recv() if self.flags[handle] & (ERR | HUP) else self._read()
        # Treat out-of-memory as would-block.
        return AGAIN if got is None or got == NO_RESOURCE else (got or CLOSED)

    def write(self, handle, buf, off, n):
        """Send n bytes of buf from offset off. A UDP socket sends the bytes as one datagram to its
        peer. Return the number of bytes that the stack accepted, AGAIN, or the class of the
        failure."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._off = off
        self._n = n
        sent = self._write()
        # Treat out-of-memory as would-block.
        return AGAIN if sent is None or sent == NO_RESOURCE else sent

    def recvfrom(self, handle, buf, n):
        """Read one datagram, truncated to n bytes, into buf, and set from_addr and from_port to
        the sender. Return the number of bytes read, or a result class. Allocates."""
        with _guard:
            data, raw = self._socks[handle].recvfrom(n)
            n = len(data)
            buf[0:n] = data
            self.from_port = self._split(raw, self.from_addr)
            return n
        return _guard.failure

    def send_to(self, handle, buf, n, addr, port):
        """Send the first n bytes of buf as one datagram to the address addr (four bytes) and port.
        Return n or a result class. Allocates."""
        with _guard:
            return self._socks[handle].sendto(memoryview(buf)[:n], self._join(addr, port))
        return _guard.failure

    # Methods for ICMP messages. All of them allocate.

    def open_echo(self):
        """Open a socket for ICMP messages. Return the handle of the socket, or NO_RESOURCE. Of its
        events, only IN has a meaning. While the socket is open, lwIP does not reply to the echo
        requests of other hosts, and reports HUP all the time, so that the main loop does not
        sleep.

        On Linux, a process without root rights gets a socket that changes the identifier of each
        echo request. Therefore compare the sequence number and data of a reply with the request,
        never the identifier. Any other socket for ICMP receives every ICMP message and, on
        127.0.0.1, also the request."""
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
        """Send the ICMP message buf[:n] to the address addr (four bytes). The caller has set the
        checksum in the message. Return n or a result class."""
        return self.send_to(handle, buf, n, addr, 0)

    def receive_echo(self, handle, buf, n):
        """Read one ICMP message, truncated to n bytes, into buf, and set from_addr to the sender.
        Return the number of bytes read, or a result class."""
        try:
            data, raw = self._socks[handle].recvfrom(n + _MAX_IP_HEADER)
            self.from_port = self._split(raw, self.from_addr)
            # Raw sockets return the IP header before the ICMP message. The first four bits of an
            # IP header are 4 (the version). No ICMP message begins with these four bits.
            start = (data[0] & 0x0F) << 2 if data and data[0] >> 4 == 4 else 0
            n = max(0, min(n, len(data) - start))
            buf[0:n] = data[start : start + n]
        except FAILURES as error:
            return class_of(error)
        return n

    # Internal

    def _open(self, kind, port, mask, listens=False):
        """Open a socket that is bound to a port. Return its handle, or the class of the
        failure."""
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
        """Bind a socket to a port. For ANY_PORT, choose a random free port: MicroPython has no
        getsockname(), which would return a port that the stack has chosen. Return 0 or the class
        of the failure."""
        failure = PORT_IN_USE
        for _ in range(1 if port else _PORT_TRIES):
            self._bound = port or _FIRST_PORT + (self._entropy() & _PORT_MASK)
            try:
                with self.stack_lock:
                    sock.bind(self._join(self.local_addr, self._bound))
                return 0
            except FAILURES as error:
                failure = class_of(error)
        # Here UNREACHABLE is the class of EACCES: the port is reserved for root.
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
        """Return a new handle for a socket. If no handle or no memory is free, close the socket
        and return NO_RESOURCE."""
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
        """Store a socket under a handle, and register the socket with the poller. If there is no
        memory for this, the socket is not watched."""
        self._socks[handle] = sock
        self.flags[handle] = self._watched[handle] = self.peer_port[handle] = 0
        with _guard:
            self._handle_of[self._key(sock)] = handle
            self.set_events(handle, mask)

    # Methods that subclasses override

    def _key(self, sock):
        """Return the key by which the poller reports a socket."""
        return sock.fileno()

    def _socket(self, kind, reuse):
        """Return a new non-blocking socket. reuse: True if the socket may bind to a port in
        TIME_WAIT."""
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
        """Set the default options of a new socket. On a chip there are none."""

    def _error(self, sock):
        """Return the class of the error that ended a connection. The next recv() raises the
        error."""
        try:
            sock.recv(1)
        except FAILURES as error:
            failure = class_of(error)
            return RESET if failure == AGAIN else failure
        return RESET

    def _recv(self):
        """Read received bytes with recv(), which allocates. Return the number of bytes, or a
        result class."""
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
        """Return an address (four bytes) and a port in the form that the stack's sockets take."""
        return "%d.%d.%d.%d" % tuple(addr), port

    def _split(self, raw, addr):
        """Copy the address in `raw`, which has the form of the stack's sockets, to the four bytes
        of addr. Return the port in `raw`."""
        addr[:] = four_bytes(raw[0])
        return raw[1]
