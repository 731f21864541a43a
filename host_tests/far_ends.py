"""Peers of the host programs: servers and callers on the loopback address, each in threads.

Each is a context manager that gives the Place a program is told of. What fails in a peer fails the
test that it serves.
"""

import contextlib
import socket
import socketserver
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from e2e import LOOPBACK, Peers, free_port
from hosts import Place

_BLOCK = 4096
_POLL_S = 0.02
_PATIENCE_S = 10
_LATE_S = 3
_LISTENING = "0A"  # in /proc/net/tcp


class _Echo(socketserver.BaseRequestHandler):
    """Sends back what it gets; hangs up on "bye", or when it hears no more."""

    def handle(self):
        last = b""
        with contextlib.suppress(ConnectionError):  # a host that restarts resets its connections
            while last != b"bye" and (data := self.request.recv(_BLOCK)):
                self.request.sendall(data)
                last = (last + data)[-3:]


class _LateEcho(socketserver.BaseRequestHandler):
    """Thinks before it sends back what has come by then; hangs up when it hears no more."""

    def handle(self):
        while self.request.recv(1, socket.MSG_PEEK):
            time.sleep(_LATE_S)
            self.request.sendall(self.request.recv(_BLOCK))


class _Counter(socketserver.BaseRequestHandler):
    """Talks all the time, at half of 9600 bit/s, whatever it is told: 0000 0001 0002 ..."""

    def handle(self):
        with contextlib.suppress(ConnectionError):
            for number in range(10000):
                self.request.sendall(b"%04d " % number)
                time.sleep(0.01)


class _EchoDatagrams(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        sock.sendto(data, self.client_address)


class _TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def _serving(server):
    """The server's port, while it runs; what its handlers raised, at the end."""
    faults = []
    server.handle_error = lambda *_: faults.append(sys.exc_info()[1])
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,))
        thread.start()
        try:
            yield Place(LOOPBACK, server.server_address[1], free_port())
        finally:
            server.shutdown()
            thread.join()
    assert not faults, faults


def echo():
    return _serving(_TcpServer((LOOPBACK, 0), _Echo))


def late_echo():
    return _serving(_TcpServer((LOOPBACK, 0), _LateEcho))


def counter():
    return _serving(_TcpServer((LOOPBACK, 0), _Counter))


def udp_echo():
    return _serving(socketserver.UDPServer((LOOPBACK, 0), _EchoDatagrams))


@contextlib.contextmanager
def callers():
    """Two peers that call as soon as somebody listens on the port, one behind the other."""
    place = Place(LOOPBACK, free_port())
    with Peers() as peers, ThreadPoolExecutor(1) as pool:
        called = pool.submit(_call, peers, place.port)
        yield place
        called.result()


def _call(peers, port):
    wait_for_listener(port)
    lines = (b"water 01234 m3\n", b"gas 98765 m3, leak suspected\n")
    calls = []
    for line in lines:
        calls.append(peers.call(port))
        calls[-1].sendall(line)
    for line, call in zip(lines, calls, strict=True):
        call.settimeout(_PATIENCE_S)
        expected = b"%d bytes\n" % len(line)
        came = call.makefile("rb").readline()
        assert came == expected, f"a caller expected {expected!r} but {came!r} came"
        call.shutdown(socket.SHUT_WR)


def wait_for_listener(port):
    """Without calling it: that would be one caller more."""
    deadline = time.monotonic() + _PATIENCE_S
    while not _listens(port):
        assert time.monotonic() < deadline, f"nobody listens on {port}"
        time.sleep(_POLL_S)


def _listens(port):
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1].endswith(f":{port:04X}") and row[3] == _LISTENING for row in rows)
