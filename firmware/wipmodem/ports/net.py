"""The net port (contract.py) over the BSD sockets of MicroPython on chips.

For each IP stack, a subclass overrides the methods that differ on this stack, mainly the methods
at the end of BsdNet. A handle is a small integer that identifies a socket. No public method raises
an exception, and only poll() waits.

MicroPython allocates the frame of a function on the heap if the frame has more than 11 words of
arguments, locals and stack. An `except ... as` clause alone exceeds this limit, a `with` statement
does not. Therefore methods that must not allocate use `with _guard`, and read their operands from
attributes instead of arguments.
"""

# MicroPython on a PC replaces `errno.X` by the error number of the PC when MicroPython compiles a
# file, but tests use the error numbers of a chip. The alias `numbers` prevents this replacement.
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

_FIRST_PORT = const(49152)  # lowest of the 2**14 dynamic port numbers of RFC 6335
_PORT_MASK = const(0x3FFF)
_PORT_TRIES = const(64)
_DNS_PORT = const(53)
_ICMP = const(1)
_MAX_IP_HEADER = const(60)  # length of the longest IP header, in bytes
_TCP = const(6)
# Number of the socket option TCP_NODELAY, which MicroPython on a PC does not define.
_NO_DELAY = getattr(socket, "TCP_NODELAY", 1)

# Roles of handles with a TCP socket. The role decides how TCP_NODELAY is set. A handle without a
# TCP socket has the role 0.
_CONNECTION = const(1)
_LISTENER = const(2)
# Role of a listener that sets TCP_NODELAY on each connection that it accepts.
_NO_DELAY_LISTENER = const(3)

# Result class (contract.py) of each error number of a socket. An error number that is not in this
# table, such as the number of a timeout or of an invalid address, has the class UNREACHABLE.
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
    # The error numbers EPIPE (32), ENFILE (23) and EMFILE (24), for which MicroPython's errno has
    # no names.
    32: RESET,
    23: NO_RESOURCE,
    24: NO_RESOURCE,
}

# Types of the exceptions that a method of a MicroPython socket may raise.
FAILURES = (OSError, MemoryError)


def class_of(error):
    """Return the result class (contract.py) of an exception whose type is in FAILURES.

    An OSError without an error number has the class NO_RESOURCE, because MicroPython omits the
    error number if memory is short."""
    if isinstance(error, MemoryError) or not error.args:
        return NO_RESOURCE
    return _CLASS_OF.get(error.args[0], UNREACHABLE)


def close_socket(sock):
    """Close a socket. An exception of the socket's close() is ignored, because the socket is
    closed even after an exception."""
    with _guard:
        sock.close()


def four_bytes(dotted):
    """Return the four bytes of a dotted IPv4 address such as "10.0.0.1". Allocates."""
    return bytes([int(part) for part in dotted.split(".")])


def interface_address(netif):
    """Return the IPv4 address of a network interface (network.PPP or WLAN) as four bytes."""
    return four_bytes(netif.ifconfig()[0])


def interface_servers(netif):
    """Return [(address, port)] of the DNS server of a network interface, or [] if the interface
    has no DNS server. The address is four bytes."""
    # In the result of ifconfig(), only the first value (address) and the last value (DNS server)
    # have the same index on all ports of MicroPython.
    server = netif.ifconfig()[3]
    return [(four_bytes(server), _DNS_PORT)] if server and server != "0.0.0.0" else []


class _Guard:
    """Context manager that catches each exception whose type is in FAILURES, and stores the result
    class of the exception."""

    failure = 0  # result class of the exception that was caught last

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
    """Stack lock that does nothing, for an IP stack that locks itself during every call."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return False


class BsdNet:
    """The net port over the sockets of MicroPython.

    poller: a select.poll object, or an object with the same methods. entropy: function that
    returns 16 random bits. count: number of handles. stack_lock: context manager that keeps the IP
    stack's timers from running during a `with` block, or None for a stack that locks itself. The
    `with` blocks of the stack lock must not be nested."""

    has_keepalive = False  # True if setsockopt() can set the option KEEPALIVE
    fixed_ttl = 0  # TTL that the IP stack always uses; 0 if setsockopt() can set the TTL
    # True if the IP stack drops a pending connection when accept() finds no free socket.
    drops_unaccepted = False
    local_addr = ANY_ADDR  # local IP address to which the next socket is bound, as four bytes
    # Socket types that open_echo() tries for ICMP messages, the preferred type first.
    _echo_kinds = (socket.SOCK_RAW,)

    def __init__(self, poller, entropy, count, stack_lock=None):
        self.stack_lock = stack_lock or _OwnLock()
        self._poller = poller
        self._entropy = entropy
        # Sockets, indexed by handle. None: the handle is free.
        self._socks: list = [None] * count
        # Handles, by the key under which the poller reports the socket of the handle.
        self._handle_of = {}
        self._mask = bytearray(count)  # event masks, indexed by handle
        # 1 if the poller watches the socket of a handle, else 0; indexed by handle.
        self._watched = bytearray(count)
        # Roles, indexed by handle: 0, _CONNECTION, _LISTENER or _NO_DELAY_LISTENER.
        self._role = bytearray(count)
        # Results of poll(): ready[0 .. count-1] are the handles with events, and flags[handle] are
        # the event bits of each of these handles.
        self.count = 0
        self.ready = bytearray(count)
        self.flags = bytearray(count)
        self.local_port = [0] * count
        self.addr = [bytearray(4) for _ in range(count)]
        self.peer_port = [0] * count
        # Source address and source port of the datagram that was received last.
        self.from_addr = bytearray(4)
        self.from_port = 0
        self._bound = 0  # local port number that _bind() has used last
        # Operands of _recv(), _read() and _write(). To keep their frames small, these methods read
        # their operands from attributes instead of arguments.
        self._sock = None
        self._buf = bytearray(0)
        self._off = self._n = 0

    # PPP

    def ppp_stream(self, uart):
        """Return a stream over the machine.UART `uart` for network.PPP. The caller must call any()
        of the stream before each poll of PPP."""
        return uart

    def run_timers(self):
        """Run the timers of the IP stack. This default does nothing, because most stacks run their
        timers themselves."""

    # Events

    def poll(self, timeout_ms):
        """Sleep until a handle has an event, at most timeout_ms. Return the number of handles with
        events.

        Until the next poll(), ready[0 .. count-1] are the handles with events, and flags[handle]
        are the event bits of each of these handles."""
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
        """Choose the events of a handle that poll() reports. mask: IN, OUT, both or 0. poll() also
        reports ERR and HUP, until a call of set_events() with mask 0 after such an event. If the
        poller has no memory to register the socket, the next call of set_events() attempts to
        register the socket again."""
        # poll(2) reports ERR and HUP for every mask. If a socket stayed registered after ERR or
        # HUP, the event would keep the main loop from sleeping.
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
        """Register the socket with this key in the poller, for the events in `mask`. Return True
        if successful. Allocates."""
        with _guard:
            self._poller.register(key, mask)
            return True
        return False

    # The methods in this section open and close sockets. All but connected() allocate.

    def open_udp(self, port, addr=None, peer_port=0):
        """Open a UDP socket on the local port `port`, or on a random port if `port` is ANY_PORT.
        If addr (four bytes) is given, connect the socket to the peer at addr and peer_port. Return
        the handle of the socket, or NO_RESOURCE, PORT_IN_USE or UNREACHABLE."""
        handle = self._open(socket.SOCK_DGRAM, port, IN)
        if handle >= 0 and addr is not None:
            return self._connect(handle, addr, peer_port)
        return handle

    def connect(self, addr, peer_port):
        """Begin a TCP connection to the peer at addr (four bytes) and peer_port. Return the handle
        of the connection, or a result class if the attempt fails at once. After an event of the
        handle, connected() returns the outcome of the attempt."""
        handle = self._open(socket.SOCK_STREAM, ANY_PORT, IN | OUT)
        return self._connect(handle, addr, peer_port) if handle >= 0 else handle

    def connected(self, handle):
        """Return 1 if a TCP connection is established, AGAIN if the connection is still being set
        up, or the result class of the error if the connection has failed. Call connected() only
        after an event of a handle that connect() has returned."""
        bits = self.flags[handle]
        if bits & (ERR | HUP):
            return self._error(self._socks[handle])
        return 1 if bits & OUT else AGAIN

    def listen(self, port, backlog):
        """Open a listener on the local TCP port `port`. backlog: largest number of pending
        connections. Return the handle of the listener, NO_RESOURCE or PORT_IN_USE."""
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
        """Accept a pending connection of the handle `listener`. Return the handle of the
        connection, AGAIN if no connection is pending, or the result class of the error.
        addr[handle] and peer_port[handle] are then the address and port of the peer.

        If no socket is free, and the IP stack keeps the connection pending, accept() returns
        AGAIN, and poll() reports no events of the listener until the next call of set_events()."""
        try:
            sock, raw = self._socks[listener].accept()
        except FAILURES as error:
            failure = class_of(error)
            if failure == NO_RESOURCE and not self.drops_unaccepted:
                # The event for the pending connection would keep the main loop from sleeping.
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
        """Close the sending half of a connection. Return True if the IP stack supports a half
        close. This default returns False, because MicroPython's sockets on chips have no method
        shutdown()."""
        return False

    def close(self, handle):
        """Close the socket of a handle, and free the handle."""
        sock = self._socks[handle]
        key = self._key(sock)
        # The socket is unregistered from the poller before the socket is closed, because another
        # socket may get the same descriptor right after the close.
        if self._watched[handle]:
            self._poller.unregister(key)
        # The key of the socket is missing if _enter() had no memory to store the key.
        self._handle_of.pop(key, None)
        self._socks[handle] = None
        self._watched[handle] = self.flags[handle] = self._role[handle] = 0
        close_socket(sock)

    # Options

    def set_defaults(self, ttl, mss, window):
        """Set TTL, MSS and receive window of sockets that are opened from now on. This default
        does nothing, because a chip keeps the values with which its IP stack was built."""

    def setsockopt(self, handle, option, value) -> bool:
        """Set a socket option (contract.py) of an open socket. A connection gets the options of
        the listener that accepts the connection. Return True, or False if the IP stack cannot set
        the option.

        On a chip, only the option NO_DELAY of a TCP socket can be set. MicroPython prints a
        warning for any other option. MicroPython would overwrite unrelated data if NO_DELAY were
        set on a listener or a UDP socket."""
        role = self._role[handle]
        if option != NO_DELAY or not role:
            return False
        if role == _CONNECTION:
            return self._set_no_delay(handle, value)
        self._role[handle] = _NO_DELAY_LISTENER if value else _LISTENER
        return True

    def _set_no_delay(self, handle, value) -> bool:
        """Set TCP_NODELAY of a connection to `value`, 0 or 1. Return True if successful."""
        with _guard:
            self._socks[handle].setsockopt(_TCP, _NO_DELAY, value)
            return True
        return False

    def unacked(self, handle) -> int:
        """Return the number of sent bytes that the peer has not acknowledged, -1 if the IP stack
        can never report this number, or NO_RESOURCE if the IP stack cannot report it now."""
        return -1

    def overflow(self, handle):
        """Return the number of datagrams that the IP stack has dropped for lack of memory since
        the last call of overflow(). This default returns 0, because chips do not count dropped
        datagrams."""
        return 0

    # The methods in this section read and write bytes. Only recvfrom(), send_to() and a call of
    # readinto() after an error of the connection allocate.

    def readinto(self, handle, buf, n):
        """Read at most n bytes of a TCP connection into buf. Return the number of bytes read,
        AGAIN if no bytes have arrived, CLOSED after the last byte from a peer that has closed its
        sending half, or the result class of the error that ended the connection."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._n = n
        # After an error of the connection, readinto() of the socket loses the bytes that arrived
        # before the error, but recv() of the socket returns these bytes.
        got = self._recv() if self.flags[handle] & (ERR | HUP) else self._read()
        # Treat out-of-memory as would-block.
        return AGAIN if got is None or got == NO_RESOURCE else (got or CLOSED)

    def write(self, handle, buf, off, n):
        """Send n bytes of buf, from offset off. A UDP socket sends the bytes as one datagram to
        its peer. Return the number of bytes that the IP stack has accepted, AGAIN if the IP stack
        has no room, or the result class of the error."""
        self._sock = self._socks[handle]
        self._buf = buf
        self._off = off
        self._n = n
        sent = self._write()
        # Treat out-of-memory as would-block.
        return AGAIN if sent is None or sent == NO_RESOURCE else sent

    def recvfrom(self, handle, buf, n):
        """Read one datagram, truncated to n bytes, into buf. Set from_addr and from_port to the
        address and port of the sender. Return the number of bytes read, or a result class.
        Allocates."""
        with _guard:
            data, raw = self._socks[handle].recvfrom(n)
            n = len(data)
            buf[0:n] = data
            self.from_port = self._split(raw, self.from_addr)
            return n
        return _guard.failure

    def send_to(self, handle, buf, n, addr, port):
        """Send the first n bytes of buf as one datagram to the address addr (four bytes) and the
        port number `port`. Return n, or a result class. Allocates."""
        with _guard:
            return self._socks[handle].sendto(memoryview(buf)[:n], self._join(addr, port))
        return _guard.failure

    # The methods in this section send and receive ICMP messages. All these methods allocate.

    def open_echo(self):
        """Open a socket for ICMP messages. Return the handle of the socket, or NO_RESOURCE. The
        caller must ignore all events of the handle except for IN. While the socket is open, lwIP
        does not reply to echo requests from other computers. lwIP also reports HUP all the time,
        so that the main loop does not sleep.

        On Linux, a process without root rights gets a socket that changes the identifier in each
        echo request. Therefore the caller must compare the sequence number and data of a reply
        with the request, never the identifier. Any other socket for ICMP receives every ICMP
        message that arrives and, for the address 127.0.0.1, also the echo request itself."""
        for kind in self._echo_kinds:
            try:
                with self.stack_lock:
                    sock = socket.socket(socket.AF_INET, kind, _ICMP)
            except FAILURES:
                # The process may not open a socket of this type, or no socket is free.
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
        """Send the ICMP message buf[:n] to the address addr (four bytes). The message must contain
        its checksum. Return n, or a result class."""
        return self.send_to(handle, buf, n, addr, 0)

    def receive_echo(self, handle, buf, n):
        """Read one ICMP message, truncated to n bytes, into buf. Set from_addr to the address of
        the sender. Return the number of bytes read, or a result class."""
        try:
            data, raw = self._socks[handle].recvfrom(n + _MAX_IP_HEADER)
            self.from_port = self._split(raw, self.from_addr)
            # A raw socket returns the IP header, then the ICMP message. The first four bits of an
            # IP header are the version, 4. No ICMP message begins with these four bits.
            start = (data[0] & 0x0F) << 2 if data and data[0] >> 4 == 4 else 0
            n = max(0, min(n, len(data) - start))
            buf[0:n] = data[start : start + n]
        except FAILURES as error:
            return class_of(error)
        return n

    # Internal

    def _open(self, kind, port, mask, listens=False):
        """Open a socket of the type `kind`, and bind the socket to the local port `port`. mask:
        events that poll() reports. listens: True for a listener. Return the handle of the socket,
        or a result class."""
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
        """Bind a socket to the local port `port`, or to a random free port if `port` is ANY_PORT.
        The IP stack cannot choose the port, because MicroPython has no getsockname() to read the
        chosen port. Return 0, or a result class."""
        failure = PORT_IN_USE
        for _ in range(1 if port else _PORT_TRIES):
            self._bound = port or _FIRST_PORT + (self._entropy() & _PORT_MASK)
            try:
                with self.stack_lock:
                    sock.bind(self._join(self.local_addr, self._bound))
                return 0
            except FAILURES as error:
                failure = class_of(error)
        # After a failed bind(), UNREACHABLE is the class of the error EACCES, which means that the
        # port is reserved for root.
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
        """Return a new handle for the socket `sock`. If no handle is free or memory is short,
        close the socket and return NO_RESOURCE."""
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
        """Store the socket `sock` under a handle, and register the socket in the poller. If memory
        is short, the poller does not watch the socket, and _watched[handle] is 0."""
        self._socks[handle] = sock
        self.flags[handle] = self._watched[handle] = self.peer_port[handle] = 0
        with _guard:
            self._handle_of[self._key(sock)] = handle
            self.set_events(handle, mask)

    # The methods below are overridden by subclasses, as other IP stacks require.

    def _key(self, sock):
        """Return the value by which the poller identifies a socket in its events."""
        return sock.fileno()

    def _socket(self, kind, reuse):
        """Return a new non-blocking socket of the type `kind`. reuse: True if the socket may be
        bound to a port that still has connections in the TCP state TIME_WAIT."""
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
        """Set the default options of a new socket. This default sets no options, because a chip
        has no default options to set."""

    def _error(self, sock):
        """Return the result class of the error that ended a connection. To find the error, this
        method calls recv(), which raises an exception with the error number."""
        try:
            sock.recv(1)
        except FAILURES as error:
            failure = class_of(error)
            return RESET if failure == AGAIN else failure
        return RESET

    def _recv(self):
        """Read at most _n bytes from the socket _sock into _buf by recv(), which allocates. Return
        the number of bytes read, or a result class."""
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
        """Return the address addr (four bytes) and the port number `port` in the form in which the
        sockets of the IP stack take an address."""
        return "%d.%d.%d.%d" % tuple(addr), port

    def _split(self, raw, addr):
        """Copy the IP address in `raw` to the four bytes of addr. Return the port number in `raw`.
        raw: address and port in the form in which the sockets of the IP stack return them."""
        addr[:] = four_bytes(raw[0])
        return raw[1]
