"""What a real peer sees of the options that the net port sets, on both interpreters; and what the
system says of a socket whose options can be asked for: CPython's."""

import os
import socket
import struct
import subprocess
from pathlib import Path

import pytest

from e2e import LOOPBACK, Peers, port_of
from interpreters import COMMANDS, environment, output
from net_options_probe import DEFAULT_TTL, MSS, WINDOW
from system import Net, Poller, entropy
from wipmodem.contract import IN, NO_DELAY, NO_RESOURCE, PORT_IN_USE, TOS, TTL

_LOOPBACK = bytes([127, 0, 0, 1])
_PATIENCE_MS = 10000
_IP_RECVTTL = 12  # has no name before CPython 3.14
_INFO_BYTES, _SENDING_WINDOW = 232, 228  # of Linux' struct tcp_info: tcpi_snd_wnd
_TIMESTAMP_BYTES = 12 * int(Path("/proc/sys/net/ipv4/tcp_timestamps").read_text() != "0\n")


class LocalPeers(Peers):
    """On an address of this machine that is not 127.0.0.1: nothing leaves it even so."""

    def __init__(self, address):
        super().__init__()
        self.address = address


def local_address():
    """The address that a datagram for another machine would come from; "" if there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return ""
        return sock.getsockname()[0]


class Seen:
    """What peers have of net_options_probe.py's sockets."""

    def __init__(self, interpreter, near, far):
        udp = far.udp()
        udp.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        on_local, on_loopback = far.listen(), near.listen()
        ports = [str(port_of(sock)) for sock in (udp, on_local, on_loopback)]
        self.said = output(interpreter, "net_options_probe.py", far.address, *ports)
        self.datagrams = [_datagram(udp) for _ in range(4)]
        self.before = far.accept(on_local)
        self.local = far.accept(on_local)
        self.loopback = near.accept(on_loopback)


def _datagram(udp):
    """The bytes, and the TTL and TOS that they came with."""
    data, ancillary, _, _ = udp.recvmsg(64, 256)
    values = {kind: value for level, kind, value in ancillary if level == socket.IPPROTO_IP}
    return data, struct.unpack("i", values[socket.IP_TTL])[0], values[socket.IP_TOS][0]


@pytest.fixture
def far():
    address = local_address()
    if not address:
        pytest.skip("this machine has no address but 127.0.0.1")
    with LocalPeers(address) as peers:
        yield peers


@pytest.fixture
def seen(interpreter, peers, far):
    return Seen(interpreter, peers, far)


def mss(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)


def sending_window(sock):
    """What the other end said that it would take, at first."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    return struct.unpack_from("I", info, _SENDING_WINDOW)[0]


# What a peer sees


def test_numbers(seen):
    """Each interpreter means the options that CPython has names for."""
    tcp, ip = socket.IPPROTO_TCP, socket.IPPROTO_IP
    names = [(tcp, socket.TCP_NODELAY), (ip, socket.IP_TTL), (ip, socket.IP_TOS)]
    assert seen.said == f"{[(int(level), number) for level, number in names]}\n"


def test_datagrams(seen):
    """The default TTL, then what was set of that one socket."""
    assert seen.datagrams == [
        (b"default", DEFAULT_TTL, 0),
        (b"ttl", 7, 0),
        (b"tos", 7, 0x10),
        (b"other", DEFAULT_TTL, 0),
    ]


def test_segments(seen, peers):
    """No larger than the default to any other machine, as large as ever on 127.0.0.1."""
    assert mss(seen.local) == MSS - _TIMESTAMP_BYTES < mss(seen.before)
    assert mss(seen.loopback) == mss(_plain(peers))


def test_window(seen, peers):
    """At first no more than the default: as much as the system gives to any socket for that."""
    assert sending_window(seen.loopback) == sending_window(_plain(peers))


def _plain(peers):
    """The peer's end of a socket that has the window, and is not the net port's."""
    listener = peers.listen()
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        sock.connect((LOOPBACK, port_of(listener)))
        return peers.accept(listener)


# What the system says


_RESERVED = """
from system import Net, Poller, entropy
net, addr = Net(Poller(), entropy, 8), bytes(4)
print(net.listen({0}, 4), net.open_udp({0}, addr, 0), net.open_udp(0, addr, 0))
"""
# As for a user who is not root.
_UNPRIVILEGED = ["setpriv", "--bounding-set=-net_bind_service"] if os.geteuid() == 0 else []


def test_a_port_reserved_for_root_cannot_be_had(interpreter):
    """It is refused as a port in use is; a random one can be had."""
    first_free = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if not first_free:
        pytest.skip("this system reserves no port")
    command = [*_UNPRIVILEGED, *COMMANDS[interpreter], "-c", _RESERVED.format(first_free - 1)]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout + done.stderr == f"{PORT_IN_USE} {PORT_IN_USE} 0\n"


@pytest.fixture
def net():
    net = Net(Poller(), entropy, 4)
    yield net
    for handle, sock in enumerate(net._socks):
        if sock:
            net.close(handle)


def options(net, handle):
    """NO_DELAY, TTL and TOS of a handle's socket."""
    sock = net._socks[handle]
    names = [(socket.IPPROTO_TCP, socket.TCP_NODELAY)] if sock.type == socket.SOCK_STREAM else []
    names += [(socket.IPPROTO_IP, socket.IP_TTL), (socket.IPPROTO_IP, socket.IP_TOS)]
    return [sock.getsockopt(level, name) for level, name in names]


def accepted(net, listener, peers):
    """The handle of the connection that a peer makes."""
    peer = peers.call(net.local_port[listener])
    net.poll(_PATIENCE_MS)
    assert net.flags[listener] & IN
    return net.accept(listener), peer


def test_a_connection_is_tuned(net, peers):
    """Each option for itself."""
    handle = net.connect(_LOOPBACK, port_of(peers.listen()))
    ttl = options(net, handle)[1]
    assert net.setsockopt(handle, NO_DELAY, 1) and options(net, handle) == [1, ttl, 0]
    assert net.setsockopt(handle, TTL, 9) and options(net, handle) == [1, 9, 0]
    assert net.setsockopt(handle, TOS, 0x10) and options(net, handle) == [1, 9, 0x10]
    assert net.setsockopt(handle, NO_DELAY, 0) and options(net, handle) == [0, 9, 0x10]
    assert not net.setsockopt(handle, TTL, 0) and options(net, handle) == [0, 9, 0x10]


def test_what_a_server_accepts(net, peers):
    """Begins with the server's options, as they are then. Q29"""
    listener = net.listen(0, 2)
    net.setsockopt(listener, NO_DELAY, 1)
    net.setsockopt(listener, TTL, 9)
    net.setsockopt(listener, TOS, 0x10)
    handle, _ = accepted(net, listener, peers)
    assert options(net, handle) == [1, 9, 0x10]
    net.setsockopt(listener, NO_DELAY, 0)
    assert options(net, accepted(net, listener, peers)[0]) == [0, 9, 0x10]
    assert options(net, handle) == [1, 9, 0x10]


def test_defaults_of_a_server(net, peers):
    """Its segments to any peer, and its window, which Linux doubles."""
    net.set_defaults(DEFAULT_TTL, MSS, WINDOW)
    handle, peer = accepted(net, net.listen(0, 2), peers)
    assert options(net, handle) == [0, DEFAULT_TTL, 0]
    assert net._socks[handle].getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 2 * WINDOW
    assert mss(peer) == mss(net._socks[handle]) == MSS - _TIMESTAMP_BYTES


def test_defaults_of_the_rest(net, peers):
    """A datagram socket and one for ICMP have a TTL and nothing else of them; what was open before
    has none."""
    before = net.open_udp(0)
    system = options(net, before), _room(net, before)
    net.set_defaults(DEFAULT_TTL, MSS, WINDOW)
    assert (options(net, before), _room(net, before)) == system
    handles = [net.open_udp(0), net.open_echo()]
    assert handles[1] > 0 or handles[1] == NO_RESOURCE
    for handle in handles:
        if handle >= 0:
            assert options(net, handle) == [DEFAULT_TTL, 0]
            assert _room(net, handle) == system[1]


def _room(net, handle):
    return net._socks[handle].getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
