"""The net port of a PC: the code that CPython and MicroPython share.

CPython's socket module has names for the numbers of the options. MicroPython's socket module lacks
these names, but MicroPython runs on Linux only, so Linux' numbers are correct for it.
"""

import socket

from wipmodem.contract import KEEPALIVE, NO_DELAY, NO_RESOURCE, TOS, TTL, const
from wipmodem.ports.net import ANY_ADDR, FAILURES, BsdNet, class_of

# number of unanswered keepalive probes after which a connection is reset
_KEEPALIVE_PROBES = const(3)
_LOOPBACK = const(127)  # the first byte of a loopback address


def _number(name, on_linux):
    """Return a constant of the socket module, or Linux' number if the module lacks it."""
    return getattr(socket, name, on_linux)


# Socket options as (level, option), as setsockopt() takes them.
_IP = _number("IPPROTO_IP", 0)
_TCP = _number("IPPROTO_TCP", 6)
_TTL = _IP, _number("IP_TTL", 2)
_MSS = _TCP, _number("TCP_MAXSEG", 2)
# Linux doubles the size that a program requests for a receive buffer, for its own needs.
_WINDOW = socket.SOL_SOCKET, _number("SO_RCVBUF", 8)
_KEEPALIVE = socket.SOL_SOCKET, _number("SO_KEEPALIVE", 9)
# This option keeps urgent bytes in the stream. Without it Linux removes them.
_URGENT_INLINE = socket.SOL_SOCKET, _number("SO_OOBINLINE", 10)
# Options for the seconds without traffic before the first keepalive probe, and for the seconds
# between two probes.
_KEEPALIVE_TIMES = (_TCP, _number("TCP_KEEPIDLE", 4)), (_TCP, _number("TCP_KEEPINTVL", 5))
_KEEPALIVE_COUNT = _TCP, _number("TCP_KEEPCNT", 6)
OPTIONS = {
    NO_DELAY: (_TCP, _number("TCP_NODELAY", 1)),
    TTL: _TTL,
    TOS: (_IP, _number("IP_TOS", 1)),
}


def _set(sock, option, value):
    """Set a socket option. Return True if the system accepts the value."""
    try:
        sock.setsockopt(option[0], option[1], value)
    except FAILURES:
        return False
    return True


class LinuxNet(BsdNet):
    has_keepalive = True
    # Local address of listeners, and of UDP sockets without a peer, which only reply. Other
    # sockets have no fixed local address, because Linux sends nothing from 127.0.0.0/8 to another
    # machine.
    home = b"\x7f\0\0\1"
    # socket types for a ping; Linux permits raw sockets to root only
    _echo_kinds = (socket.SOCK_RAW, socket.SOCK_DGRAM)
    # Options of new sockets as (option, value); the second tuple is for TCP.
    _defaults = _tcp_defaults = ()

    def __init__(self, poller, entropy, count, stack_lock=None):
        BsdNet.__init__(self, poller, entropy, count, stack_lock)
        # number of dropped datagrams of each handle, as last read from /proc
        self._drops = [0] * count

    def listen(self, port, backlog):
        self.local_addr = self.home
        handle = BsdNet.listen(self, port, backlog)
        self.local_addr = ANY_ADDR
        return handle

    def open_udp(self, port, addr=None, peer_port=0):
        if addr is None:
            self.local_addr = self.home
        handle = BsdNet.open_udp(self, port, addr, peer_port)
        self.local_addr = ANY_ADDR
        return handle

    def setsockopt(self, handle, option, value):
        """Set an option of an open socket. Return False if the system refuses the value.

        Linux refuses a TTL of 0, and keeps the two lowest bits of TCP's TOS for itself.
        """
        if option == KEEPALIVE:
            return self._set_keepalive(self._socks[handle], value)
        return _set(self._socks[handle], OPTIONS[option], value)

    def _set_keepalive(self, sock, seconds):
        for option in _KEEPALIVE_TIMES:
            if not _set(sock, option, seconds):
                return False
        return _set(sock, _KEEPALIVE_COUNT, _KEEPALIVE_PROBES) and _set(sock, _KEEPALIVE, 1)

    def set_defaults(self, ttl, mss, window):
        self._defaults = ((_TTL, ttl),)
        self._tcp_defaults = ((_TTL, ttl), (_MSS, mss), (_WINDOW, window))

    def _prepare(self, sock, kind):
        if kind == socket.SOCK_STREAM:
            _set(sock, _URGENT_INLINE, 1)  # connections that a listener accepts inherit the option
        for option, value in self._tcp_defaults if kind == socket.SOCK_STREAM else self._defaults:
            _set(sock, option, value)

    def _connect(self, handle, addr, peer_port):
        # A small MSS would only slow down a connection to a loopback address. The value 0 selects
        # the system's own MSS.
        if addr[0] == _LOOPBACK and self._tcp_defaults:
            _set(self._socks[handle], _MSS, 0)
        return BsdNet._connect(self, handle, addr, peer_port)

    def unacked(self, handle):
        """Return how many sent bytes the peer has not acknowledged.

        Return -1 if the system does not report the number or if the connection is gone,
        NO_RESOURCE without a descriptor or memory to read /proc. The number comes from /proc,
        because MicroPython has no ioctl().
        """
        try:
            fields = self._find_row("/proc/net/tcp", handle)
        except FAILURES as error:
            return NO_RESOURCE if class_of(error) == NO_RESOURCE else -1
        return int(fields[4].split(":")[0], 16) if fields else -1

    def overflow(self, handle):
        """Return how many datagrams the system has dropped since the last call.

        Return 0 if the number cannot be read now. The number comes from /proc, because MicroPython
        has no recvmsg().
        """
        try:
            fields = self._find_row("/proc/net/udp", handle)
        except FAILURES:
            return 0
        if not fields:
            return 0
        before = self._drops[handle]
        self._drops[handle] = int(fields[-1])
        return self._drops[handle] - before

    def _enter(self, handle, sock, mask):
        self._drops[handle] = 0
        BsdNet._enter(self, handle, sock, mask)

    def _find_row(self, path, handle):
        """Return the fields of a socket's row in a table of /proc, or [] if there is no row."""
        port = self.peer_port[handle]
        addr = self.addr[handle] if port else ANY_ADDR
        ends = ":%04X %08X:%04X " % (
            self.local_port[handle],
            int.from_bytes(addr, "little"),
            port,
        )
        with open(path) as file:
            for line in file:
                if ends in line:
                    return line.split()
        return []
