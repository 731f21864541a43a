"""Sockets of the net port for peers to look at: net_options_probe.py ADDR UDP TCP LOOPBACK_TCP

To ADDR, where UDP and TCP are ports, and to a port of 127.0.0.1. Prints the options' numbers.
"""

import sys

from net_linux import OPTIONS
from system import Net, Poller, entropy
from wipmodem.contract import OUT, TOS, TTL

DEFAULT_TTL, MSS, WINDOW = 33, 536, 16384
_LOOPBACK = b"\x7f\0\0\1"
_PATIENCE_MS = 10000


def datagrams(net, addr, port):
    """One as it is, one with another TTL, one with a TOS as well; then another socket's."""
    handle = net.open_udp(0, addr, port)
    net.write(handle, b"default", 0, 7)
    assert net.setsockopt(handle, TTL, 7)
    net.write(handle, b"ttl", 0, 3)
    assert net.setsockopt(handle, TOS, 0x10)
    net.write(handle, b"tos", 0, 3)
    net.write(net.open_udp(0, addr, port), b"other", 0, 5)


def connection(net, addr, port):
    handle = net.connect(addr, port)
    net.poll(_PATIENCE_MS)
    assert net.flags[handle] & OUT and net.connected(handle) == 1
    net.set_events(handle, 0)


def main(host, udp, tcp, loopback_tcp):
    addr = bytes([int(part) for part in host.split(".")])
    net = Net(Poller(), entropy, 8)
    connection(net, addr, tcp)
    net.set_defaults(DEFAULT_TTL, MSS, WINDOW)
    connection(net, addr, tcp)
    connection(net, _LOOPBACK, loopback_tcp)
    datagrams(net, addr, udp)
    print([OPTIONS[option] for option in sorted(OPTIONS)])


if __name__ == "__main__":
    main(sys.argv[1], *[int(port) for port in sys.argv[2:]])
