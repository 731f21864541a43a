"""The least that the modem's work is in Python, with the calls of the modem's own ports.

    bare.py relay FD PORT    poll, readinto, write, both ways, to a TCP peer on 127.0.0.1
    bare.py commands FD      poll, readinto, and OK to each CR

Blocks of 512 bytes. Runs on both interpreters.
"""

import sys

from system import Net, Poller, entropy, open_raw, writer

_IN = 1
_LOOPBACK = b"\x7f\0\0\1"
_OK = b"\r\nOK\r\n"


def relay(host_fd, port):
    net = connected(port)
    peer_fd = net._socks[0].fileno()
    host, peer = open_raw(host_fd), open_raw(peer_fd)
    ways = {host_fd: (host, writer(peer)), peer_fd: (peer, writer(host))}
    buf = bytearray(512)
    poller = Poller()
    poller.register(host_fd, _IN)
    poller.register(peer_fd, _IN)
    while True:
        for fd, _ in poller.ipoll(-1):
            source, write = ways[fd]
            n = source.readinto(buf)
            if n == 0:
                return
            off = 0
            while off < (n or 0):
                off += write(buf, off, n - off) or 0


def commands(host_fd):
    host = open_raw(host_fd)
    buf = bytearray(512)
    poller = Poller()
    poller.register(host_fd, _IN)
    while True:
        for _ in poller.ipoll(-1):
            n = host.readinto(buf)
            if n == 0:
                return
            for i in range(n or 0):
                if buf[i] == 13:
                    host.write(_OK)


def connected(port):
    """A net port whose handle 0 is a connection."""
    net = Net(Poller(), entropy, 1)
    handle = net.connect(_LOOPBACK, port)
    while net.poll(-1) and net.connected(handle) <= 0:
        pass
    return net


if __name__ == "__main__":
    {"relay": relay, "commands": commands}[sys.argv[1]](*[int(word) for word in sys.argv[2:]])
