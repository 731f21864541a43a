"""The net port over the system's sockets: options, half close, ICMP messages. Both interpreters.

What only another process's peer can see is in test_net_options.py.
"""

import errno
import socket

import net_linux
from chip_modules import load
from system import Net, Poller, entropy
from wipmodem.contract import (
    AGAIN,
    CLOSED,
    ERR,
    HUP,
    IN,
    KEEPALIVE,
    NO_DELAY,
    NO_RESOURCE,
    OUT,
    RESET,
    TOS,
    TTL,
    UNREACHABLE,
)

_LOOPBACK = b"\x7f\0\0\1"
_PATIENCE_MS = 10000
_MSG_OOB = 1

_ICMP = 1
_ECHO, _REPLY = 8, 0


class Both:
    """Two net ports, and a connection between them; `listener` and `far` are on the other."""

    def __init__(self):
        self.net = Net(Poller(), entropy, 4)
        self.other = Net(Poller(), entropy, 4)
        self.listener = self.other.listen(0, 2)
        self.handle = self.net.connect(_LOOPBACK, self.other.local_port[self.listener])
        wait(self.other, self.listener, IN)
        self.far = self.other.accept(self.listener)
        wait(self.net, self.handle, OUT)
        self.net.set_events(self.handle, IN)

    def close(self):
        self.net.close(self.handle)
        self.other.close(self.far)
        self.other.close(self.listener)


def wait(net, handle, bits):
    """For one of these events of the handle."""
    net.poll(_PATIENCE_MS)
    assert [net.ready[k] for k in range(net.count)] == [handle] and net.flags[handle] & bits


def _read(net, handle):
    buf = bytearray(64)
    got = net.readinto(handle, buf, 64)
    return bytes(buf[:got]) if got > 0 else got


# Connecting


def case_refused():
    """Where nobody listens; asked again, the answer is the same."""
    both = Both()
    net, port = both.net, both.other.local_port[both.listener]
    both.other.close(both.listener)
    handle = net.connect(_LOOPBACK, port)
    wait(net, handle, ERR)
    assert [net.connected(handle), net.connected(handle)] == [RESET, RESET]
    net.close(handle)
    both.listener = both.other.listen(0, 1)  # for close()
    both.close()


# Options


def case_tune():
    """All three of TCP, of a server too; UDP has no segments to hold back."""
    both = Both()
    for net, handle in ((both.net, both.handle), (both.other, both.listener)):
        for option, value in ((NO_DELAY, 1), (NO_DELAY, 0), (TTL, 1), (TTL, 255), (TOS, 255)):
            assert net.setsockopt(handle, option, value) is True, (option, value)
    both.close()
    handle = both.net.open_udp(0)
    assert [both.net.setsockopt(handle, option, 1) for option in (NO_DELAY, TTL, TOS)] == [
        False,
        True,
        True,
    ]
    both.net.close(handle)


def case_what_is_not_acknowledged():
    """Of a peer that does not read, all that it had no room for; of what is no connection nobody
    knows."""
    both = Both()
    assert both.net.unacked(both.handle) == 0
    block = bytearray(65536)
    sent = n = 0
    while n >= 0:
        sent += n
        n = both.net.write(both.handle, block, 0, len(block))
    assert n == AGAIN and 0 < both.net.unacked(both.handle) < sent
    both.close()
    handle = both.net.open_udp(0)
    assert both.net.unacked(handle) == -1
    both.net.close(handle)


def case_what_cannot_be_looked_up_now():
    """No descriptor for the table of connections, or no memory."""
    both = Both()
    for error, result in ((OSError(24), NO_RESOURCE), (MemoryError(), NO_RESOURCE)):

        def fails(path, error=error):
            raise error

        net_linux.open = fails  # type: ignore
        assert both.net.unacked(both.handle) == result
        del net_linux.open  # type: ignore
    assert both.net.unacked(both.handle) == 0
    both.close()


def case_keepalive():
    """Of a connection; a datagram knows no silence."""
    both = Both()
    assert both.net.has_keepalive and both.net.setsockopt(both.handle, KEEPALIVE, 30) is True
    both.close()
    handle = both.net.open_udp(0)
    assert both.net.setsockopt(handle, KEEPALIVE, 30) is False
    both.net.close(handle)


def case_tune_is_refused():
    """The guide has a TTL of 0, Linux has not."""
    both = Both()
    assert both.net.setsockopt(both.handle, TTL, 0) is False and both.net.fixed_ttl == 0
    both.close()


def case_defaults_out_of_range():
    """What the system will not have is as if never said: sockets are made as before."""
    both = Both()
    both.net.set_defaults(0, 1, 0)
    other = both.net.connect(_LOOPBACK, both.other.local_port[both.listener])
    wait(both.net, other, OUT)
    assert both.net.connected(other) == 1
    both.net.close(other)
    both.close()


# What would be lost


def case_urgent_bytes():
    """They stay in their place in the stream, from a server and to one."""
    both = Both()
    for sender, mine, receiver, other in (
        (both.net, both.handle, both.other, both.far),
        (both.other, both.far, both.net, both.handle),
    ):
        sock = sender._socks[mine]
        for data, flags in ((b"one", 0), (b"!", _MSG_OOB), (b"two", 0), (b"?", _MSG_OOB)):
            assert sock.send(data, flags) == len(data)
        came = b""
        while len(came) < 8:
            wait(receiver, other, IN)
            piece = _read(receiver, other)
            assert isinstance(piece, bytes)
            came += piece
        assert came == b"one!two?"
    both.close()


def _small(net, handle):
    """The socket keeps few datagrams, whatever the system's default is."""
    level, option = net_linux._WINDOW
    net._socks[handle].setsockopt(level, option, 4096)
    return handle


def _send_many(net, port, count):
    sender = net.open_udp(0, _LOOPBACK, port)
    for _ in range(count):
        assert net.write(sender, b"datagram", 0, 8) == 8
    net.close(sender)


def _receive_all(net, handle):
    count = 0
    while net.recvfrom(handle, bytearray(16), 16) == 8:
        count += 1
    return count


def case_datagrams_that_find_no_room():
    """The system counts them, for each socket; what was told once is not told again."""
    net, other = Net(Poller(), entropy, 2), Net(Poller(), entropy, 1)
    quiet, busy = net.open_udp(0), _small(net, net.open_udp(0))
    assert [net.overflow(handle) for handle in (quiet, busy)] == [0, 0]
    for _ in range(2):
        _send_many(other, net.local_port[busy], 2000)
        lost = net.overflow(busy)
        assert 0 < lost < 2000 and net.overflow(busy) == 0
        assert _receive_all(net, busy) == 2000 - lost
    assert net.overflow(quiet) == 0
    net.close(busy)
    assert net.overflow(net.open_udp(0)) == 0  # another one, with the same handle


def case_datagrams_from_one_peer():
    """A socket that has a peer is found, too."""
    net, other = Net(Poller(), entropy, 1), Net(Poller(), entropy, 1)
    far = other.open_udp(0)
    handle = _small(net, net.open_udp(0, _LOOPBACK, other.local_port[far]))
    there = other._join(_LOOPBACK, net.local_port[handle])
    for _ in range(2000):
        other._socks[far].sendto(b"datagram", there)
    lost = net.overflow(handle)
    assert lost > 0 and _receive_all(net, handle) == 2000 - lost


def case_no_proc():
    """Where /proc cannot be read the stack does not tell."""

    def refuse(path):
        raise OSError(13)

    both = Both()
    net_linux.open = refuse  # type: ignore (in the place of the built-in function)
    try:
        assert both.net.unacked(both.handle) == -1 and both.net.overflow(both.handle) == 0
    finally:
        del net_linux.open  # type: ignore (the same)
    assert both.net.unacked(both.handle) == 0
    assert both.net.overflow(both.handle) == 0  # it is no UDP socket
    both.close()


# The half close


def case_half_close():
    """The peer reads the end of it and can still send. rules: H12"""
    both = Both()
    net, other = both.net, both.other
    assert net.write(both.handle, b"last", 0, 4) == 4
    assert net.shutdown_write(both.handle) is True
    wait(other, both.far, IN)
    assert _read(other, both.far) == b"last"
    wait(other, both.far, IN)
    assert _read(other, both.far) == CLOSED
    assert other.write(both.far, b"more", 0, 4) == 4
    wait(net, both.handle, IN)
    assert [_read(net, both.handle) for _ in range(2)] == [b"more", AGAIN]
    other.close(both.far)
    wait(net, both.handle, IN)
    assert _read(net, both.handle) == CLOSED
    both.far = other.listen(0, 1)  # for close()
    both.close()


def case_half_close_of_what_is_not_connected():
    """It cannot."""
    net = Net(Poller(), entropy, 1)
    handle = net.listen(0, 1)
    net.close(handle)
    handle = net.open_udp(0)
    assert net.shutdown_write(handle) is False
    net.close(handle)


def case_half_close_of_what_is_gone():
    """It cannot, once the peer has reset the connection; nothing raises."""
    both = Both()
    assert both.net.write(both.handle, b"unread", 0, 6) == 6
    wait(both.other, both.far, IN)
    both.other.close(both.far)  # with bytes unread: a reset
    wait(both.net, both.handle, HUP)
    assert both.net.shutdown_write(both.handle) is False
    both.far = both.other.listen(0, 1)  # for close()
    both.close()


class Shell:
    """The module `os`; a program ends in `status`."""

    def __init__(self):
        self.command = ""
        self.status = 0

    def system(self, command):
        self.command = command
        return self.status


class Descriptor:
    def fileno(self):
        return 7


def case_half_close_by_a_program():
    """MicroPython's way on a PC: the program is given the descriptor, and says if it could."""
    shell = Shell()
    net = load("net_micropython", os=shell).Net(Poller(), entropy, 1)
    net._socks[0] = Descriptor()
    assert net.shutdown_write(0) is True
    assert shell.command.startswith('"${WIPMODEM_PYTHON:-python3}" -ISc ')
    assert "socket(fileno=7).shutdown(_socket.SHUT_WR)" in shell.command
    shell.status = 256
    assert net.shutdown_write(0) is False


def case_addresses_of_micropython_on_a_pc():
    """A raw sockaddr_in of Linux, both ways: family, port, address."""
    net = load("net_micropython").Net(Poller(), entropy, 1)
    raw = bytes(net._join(b"\x7f\0\0\1", 0x1234))
    assert raw[2:] == b"\x12\x34\x7f\0\0\1" + bytes(8)
    assert raw[:2] in (b"\2\0", b"\0\2")  # by the byte order of the PC
    addr = bytearray(4)
    assert net._split(raw, addr) == 0x1234 and addr == b"\x7f\0\0\1"


class ResetPeer:
    """A socket whose peer has reset the connection after these bytes."""

    def __init__(self, data):
        self.data = data

    def recv(self, n):
        if not self.data:
            raise OSError(errno.ECONNRESET)
        data, self.data = self.data[:n], self.data[n:]
        return data


def case_micropython_on_a_pc_reads_data_before_a_reset():
    """Each read is one recv(): the poll before it did not know of the reset yet. rules: D23"""
    net = load("net_micropython").Net(Poller(), entropy, 1)
    net._socks[0] = ResetPeer(b"last words")
    buf = bytearray(8)
    assert net.readinto(0, buf, 8) == 8 and buf == b"last wor"
    assert net.readinto(0, buf, 8) == 2 and buf[:2] == b"ds"
    assert net.readinto(0, buf, 8) == RESET


# ICMP


def _sum(message):
    """The Internet checksum (RFC 1071)."""
    total = sum([message[i] << 8 | message[i + 1] for i in range(0, len(message), 2)])
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def _message(sequence, data):
    message = bytearray(b"\x08\0\0\0\x12\x34\0") + bytes([sequence]) + data
    total = _sum(message)
    message[2], message[3] = total >> 8, total & 0xFF
    return message


def _system_allows():
    """Whether this user may have a socket for ICMP, of one kind or the other."""
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            socket.socket(socket.AF_INET, kind, _ICMP).close()
            return True
        except OSError:
            continue
    return False


def _next_reply(net, handle, sequence):
    """The reply of that number; what else is ICMP on this machine may come before it."""
    buf = bytearray(64)
    while True:
        wait(net, handle, IN)
        n = net.receive_echo(handle, buf, 64)
        if n >= 8 and buf[0] == _REPLY and buf[7] == sequence:
            return bytes(buf[:n])


def case_echo():
    """127.0.0.1 answers with the same number and bytes, and a right sum, odd sizes too; or there
    is no socket, where the system allows none."""
    net = Net(Poller(), entropy, 1)
    handle = net.open_echo()
    if not _system_allows():
        assert handle == NO_RESOURCE
        return
    for sequence, data in ((1, b""), (2, b"abcdefgh"), (3, b"x" * 40)):
        message = _message(sequence, data)
        assert net.send_echo(handle, message + b"beyond", len(message), _LOOPBACK) == len(message)
        reply = _next_reply(net, handle, sequence)
        assert bytes(net.from_addr) == _LOOPBACK
        assert reply[8:] == data and _sum(reply) == 0 and len(reply) == len(message)
    assert net.setsockopt(handle, TTL, 5)
    net.close(handle)
    assert net.open_echo() == handle
    net.close(handle)


def case_echo_to_nowhere():
    """An address that nothing can be sent to is told by its class."""
    net = Net(Poller(), entropy, 1)
    handle = net.open_echo()
    if handle >= 0:
        message = _message(1, b"")
        assert net.send_echo(handle, message, 8, b"\xff\xff\xff\xff") == UNREACHABLE
        net.close(handle)


class Users:
    """The module `socket` for a user who is not root: `kinds` may be had for ICMP."""

    AF_INET, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOL_SOCKET = 2, 1, 2, 3, 1

    def __init__(self, kinds):
        self._kinds = kinds
        self.asked = []

    def socket(self, family, kind, protocol):
        self.asked.append((family, kind, protocol))
        if kind not in self._kinds:
            raise OSError(1)
        return Datagrams()


class Datagrams:
    """Linux' socket for ICMP that is not raw: messages without the IP header."""

    def __init__(self):
        self.options = []

    def setblocking(self, on):
        assert not on

    def fileno(self):
        return 9

    def setsockopt(self, level, option, value):
        self.options.append((level, option, value))

    def recvfrom(self, n):
        return b"\0\0abcdef"[:n], b"\2\0\0\0\x0a\0\0\x09" + bytes(8)

    def close(self):
        """There is nothing to close."""


class Deaf:
    """A poller."""

    def register(self, thing, mask):
        assert (thing, mask) == (9, IN)


def case_echo_of_a_user():
    """The second kind of socket is taken where the first is refused: with the default TTL and no
    other of the defaults, its messages as they are. Where both are refused there is none."""
    module = Users({Users.SOCK_DGRAM})
    net = load("net_micropython", socket=module).Net(Deaf(), entropy, 1)
    net.set_defaults(33, 536, 16384)
    handle = net.open_echo()
    assert module.asked == [(2, 3, 1), (2, 2, 1)] and handle == 0
    assert net._socks[0].options == [(0, 2, 33)]
    buf = bytearray(16)
    assert net.receive_echo(handle, buf, 16) == 8 and buf[:8] == b"\0\0abcdef"
    assert bytes(net.from_addr) == b"\x0a\0\0\x09"
    module = Users(set())
    net = load("net_micropython", socket=module).Net(Deaf(), entropy, 1)
    assert net.open_echo() == NO_RESOURCE and module.asked == [(2, 3, 1), (2, 2, 1)]


def case_nobody_at_the_peers_port():
    """The first datagram is sent; what comes back of it is told with the next one."""
    net, other = Net(Poller(), entropy, 1), Net(Poller(), entropy, 1)
    port = other.local_port[other.open_udp(0)]
    other.close(0)
    handle = net.open_udp(0, _LOOPBACK, port)
    assert net.write(handle, b"one", 0, 3) == 3
    wait(net, handle, ERR)
    assert net.write(handle, b"two", 0, 3) == RESET
    assert net.write(handle, b"two", 0, 3) == 3
    net.close(handle)
