"""The net port of a PC, and the options of its sockets.

CPython has names for their numbers. MicroPython has not, and runs on Linux.
"""

import socket

from wipmodem.contract import KEEPALIVE, NO_DELAY, NO_RESOURCE, TOS, TTL, const
from wipmodem.ports.net import ANY_ADDR, FAILURES, class_of
from wipmodem.ports.net_echo import EchoNet

_PROBES = const(3)  # unanswered, and the peer is gone
_LOOPBACK = const(127)  # the first byte of its addresses


def _number(name, of_linux):
    return getattr(socket, name, of_linux)


_IP = _number("IPPROTO_IP", 0)
_TCP = _number("IPPROTO_TCP", 6)
_TTL = _IP, _number("IP_TTL", 2)
_MSS = _TCP, _number("TCP_MAXSEG", 2)
# Linux doubles it, for its own needs: the window is what was asked for.
_WINDOW = socket.SOL_SOCKET, _number("SO_RCVBUF", 8)
_KEEP = socket.SOL_SOCKET, _number("SO_KEEPALIVE", 9)
# Urgent bytes stay where they stand in the stream; else Linux takes them out of it.
_URGENT = socket.SOL_SOCKET, _number("SO_OOBINLINE", 10)
# Until the first probe, and between two.
_KEEP_SECONDS = (_TCP, _number("TCP_KEEPIDLE", 4)), (_TCP, _number("TCP_KEEPINTVL", 5))
_KEEP_COUNT = _TCP, _number("TCP_KEEPCNT", 6)
OPTIONS = {
    NO_DELAY: (_TCP, _number("TCP_NODELAY", 1)),
    TTL: _TTL,
    TOS: (_IP, _number("IP_TOS", 1)),
}


def _set(sock, option, value):
    """Whether the system takes it."""
    try:
        sock.setsockopt(option[0], option[1], value)
    except FAILURES:
        return False
    return True


class LinuxNet(EchoNet):
    fixed_ttl = 0
    keepalive = True
    # Where servers listen, and UDP sockets without a peer, which only reply. Others send from any
    # address: from one of 127.0.0.0/8 no way leads out.
    home = b"\x7f\0\0\1"
    _echo_kinds = (socket.SOCK_RAW, socket.SOCK_DGRAM)  # the first for root alone
    _of_all = _of_tcp = ()  # (option, value)

    def __init__(self, poller, entropy, count):
        EchoNet.__init__(self, poller, entropy, count)
        self._overflow = [0] * count  # what the system had counted when it was asked last

    def listen(self, port, backlog):
        self.local_addr = self.home
        handle = EchoNet.listen(self, port, backlog)
        self.local_addr = ANY_ADDR
        return handle

    def open_udp(self, port, addr=None, peer_port=0):
        if addr is None:
            self.local_addr = self.home
        handle = EchoNet.open_udp(self, port, addr, peer_port)
        self.local_addr = ANY_ADDR
        return handle

    def tune(self, handle, option, value):
        """Linux refuses a TTL of 0, and keeps the two lowest bits of the TOS of TCP for itself."""
        if option == KEEPALIVE:
            return self._keep_alive(self._socks[handle], value)
        return _set(self._socks[handle], OPTIONS[option], value)

    def _keep_alive(self, sock, seconds):
        done = [_set(sock, option, seconds) for option in _KEEP_SECONDS]
        return all(done) and _set(sock, _KEEP_COUNT, _PROBES) and _set(sock, _KEEP, 1)

    def defaults(self, ttl, mss, window):
        self._of_all = ((_TTL, ttl),)
        self._of_tcp = ((_TTL, ttl), (_MSS, mss), (_WINDOW, window))

    def _begin(self, sock, kind):
        if kind == socket.SOCK_STREAM:
            _set(sock, _URGENT, 1)  # what a listener accepts has it too
        for option, value in self._of_tcp if kind == socket.SOCK_STREAM else self._of_all:
            _set(sock, option, value)

    def _connect(self, handle, addr, peer_port):
        # It is on the link: small segments would only cost speed. 0 is as if never set.
        if addr[0] == _LOOPBACK and self._of_tcp:
            _set(self._socks[handle], _MSS, 0)
        return EchoNet._connect(self, handle, addr, peer_port)

    def unacked(self, handle):
        """By /proc, as MicroPython has no ioctl; -1 if it does not tell, or is gone;
        NO_RESOURCE if there is no descriptor or memory now to look it up."""
        try:
            words = self._row("/proc/net/tcp", handle)
        except FAILURES as error:
            return NO_RESOURCE if class_of(error) == NO_RESOURCE else -1
        return int(words[4].split(":")[0], 16) if words else -1

    def overflow(self, handle):
        """By /proc, too: MicroPython has no recvmsg. 0 if /proc cannot be read now."""
        try:
            words = self._row("/proc/net/udp", handle)
        except FAILURES:
            return 0
        if not words:
            return 0
        before = self._overflow[handle]
        self._overflow[handle] = int(words[-1])
        return self._overflow[handle] - before

    def _enter(self, handle, sock, mask):
        self._overflow[handle] = 0
        EchoNet._enter(self, handle, sock, mask)

    def _row(self, path, handle):
        """The words of a socket's row in one of these tables; none if there is no such row."""
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
