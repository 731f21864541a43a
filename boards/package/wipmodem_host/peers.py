"""Peers for the modem's sockets: real sockets on 127.0.0.1.

Every wait has a time limit. Methods raise AssertionError at this limit or on unexpected bytes.
"""

import contextlib
import socket
import struct
import time

LOOPBACK = "127.0.0.1"
_BLOCK = 1 << 16
_BACKLOG = 16
_POLL_S = 0.005  # interval in s of checks for a state that Linux does not report by an event
_SYN_SENT = "02"  # state of a connection in /proc/net/tcp after its SYN was sent


class Connection:
    """The peer's end of a TCP connection with the modem."""

    def __init__(self, sock, patience_s):
        sock.settimeout(patience_s)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self._patience_s = patience_s
        self._received = b""  # received bytes that no method has returned or checked yet

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        """Send all of these bytes to the modem."""
        self.socket.sendall(data)

    def expect(self, data):
        """Check that exactly these bytes arrive next."""
        deadline = time.monotonic() + self._patience_s
        while len(self._received) < len(data) and data.startswith(self._received):
            self._receive(deadline, f"expected {data!r}")
        came = self._received
        assert came.startswith(data), f"expected {data!r} but {came!r} came"
        self._received = came[len(data) :]

    def read_until(self, end):
        """Return the received bytes up to and including the bytes `end`."""
        deadline = time.monotonic() + self._patience_s
        while end not in self._received:
            self._receive(deadline, f"expected bytes up to {end!r}")
        head, end, self._received = self._received.partition(end)
        return head + end

    def expect_end(self):
        """Check that the modem closes its side next, without sending another byte."""
        wish = "expected the end"
        came = self._received or self._recv(time.monotonic() + self._patience_s, wish)
        assert not came, f"{wish} but {came!r} came"

    def expect_reset(self):
        """Check that the modem resets the connection."""
        try:
            self.expect_end()
        except ConnectionResetError:
            return
        raise AssertionError("expected a reset but the connection was closed")

    def finish(self):
        """Close the sending side. The modem reports +WIPPEERCLOSE and can still send data."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        """Close the connection. Does nothing if the connection is closed already."""
        self.socket.close()

    def reset(self):
        """Reset the connection (RST). The modem reports +WIPERROR: 2,INDEX,843."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _receive(self, deadline, wish):
        data = self._recv(deadline, wish)
        assert data, f"{wish} but the connection was closed after {self._received!r}"
        self._received += data

    def _recv(self, deadline, wish):
        self.socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            return self.socket.recv(_BLOCK)
        except TimeoutError:
            raise AssertionError(f"{wish} but only {self._received!r} came in time") from None


class Listener:
    """A TCP server for the modem's connections. `port` never changes.

    The server accepts connections at once. refuse(), hold() and answer() change this for new
    connections; accepted connections stay as they are.
    """

    def __init__(self, patience_s, port=0):
        """Listen. patience_s: time limit of each wait; port: 0 for a free one."""
        self.address = LOOPBACK
        self._patience_s = patience_s
        self._callers = []  # sockets that _drain() has accepted and accept() will return
        self._blocker = None  # connection that fills the backlog during hold()
        self._socket = _bound(port)
        self.port = self._socket.getsockname()[1]
        self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def answer(self):
        """Accept connections at once.

        Connections that hold() has kept waiting succeed when Linux retries them, 1, 3 and 7 s
        after their start.
        """
        self._socket.listen(_BACKLOG)

    def refuse(self):
        """Refuse new connections, and reset connections in the backlog."""
        self._socket.close()
        self._socket = _bound(self.port)
        self._close_blocker()

    def hold(self):
        """Leave new connections without a response, as a slow or unreachable peer does."""
        self._close_blocker()
        self._drain()
        self._socket.listen(0)
        # While this connection fills the backlog, Linux drops the SYN of every other client.
        self._blocker = socket.create_connection((LOOPBACK, self.port), self._patience_s)

    def expect_attempt(self):
        """Wait until the modem tries to connect and gets no response.

        Use this method after hold().
        """
        deadline = time.monotonic() + self._patience_s
        while not _is_attempted(self.port):
            assert time.monotonic() < deadline, "the modem has not tried to connect in time"
            time.sleep(_POLL_S)

    def accept(self):
        """Return the modem's next connection, a Connection."""
        if not self._callers:
            self._callers.append(self._next())
        return Connection(self._callers.pop(0), self._patience_s)

    def close(self):
        """Stop listening and close the connections in the backlog."""
        self._close_blocker()
        self._socket.close()
        for sock in self._callers:
            sock.close()

    def _next(self):
        self._socket.settimeout(self._patience_s)
        blocker = self._blocker.getsockname() if self._blocker else None
        while True:
            try:
                sock, name = self._socket.accept()
            except TimeoutError:
                raise AssertionError("the modem has not connected in time") from None
            if name != blocker:
                return sock
            sock.close()

    def _drain(self):
        """Accept all connections in the backlog, so that only the blocker fills it."""
        self._socket.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._callers.append(self._socket.accept()[0])

    def _close_blocker(self):
        if self._blocker:
            self._blocker.close()
            self._blocker = None


class UdpPeer:
    """A UDP socket that exchanges datagrams with the modem.

    `port` never changes. `sender` is the source (address, port) of the last datagram, and the
    default destination of send().
    """

    def __init__(self, patience_s, port=0):
        """Open the port. patience_s: time limit of each wait; port: 0 for a free one."""
        self.address = LOOPBACK
        self.sender = None
        self._patience_s = patience_s
        self._socket = _bound(port, socket.SOCK_DGRAM)
        self.port = self._socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def receive(self):
        """Return the next datagram and its source as (data, (address, port))."""
        self._socket.settimeout(self._patience_s)
        try:
            data, self.sender = self._socket.recvfrom(_BLOCK)
        except TimeoutError:
            raise AssertionError("no datagram has come in time") from None
        return data, self.sender

    def expect(self, data):
        """Check that the next datagram has exactly these bytes. Return its source."""
        came, sender = self.receive()
        assert came == data, f"expected {data!r} but {came!r} came"
        return sender

    def send(self, data, to=None):
        """Send a datagram to (address, port), or to the last sender."""
        to = to or self.sender
        assert to, "no datagram has been received: pass the destination as `to`"
        self._socket.sendto(data, to)

    def drop(self, count=1):
        """Receive `count` datagrams as if the network had lost them, and return them as a list.

        The dropped datagrams do not change `sender`.
        """
        sender = self.sender
        dropped = [self.receive()[0] for _ in range(count)]
        self.sender = sender
        return dropped

    def refuse(self):
        """Close the port, so that Linux responds to further datagrams with an ICMP message."""
        self._socket.close()

    def answer(self):
        """Open the port again after refuse()."""
        self._socket.close()
        self._socket = _bound(self.port, socket.SOCK_DGRAM)

    def close(self):
        self._socket.close()


def _is_attempted(port):
    """Return True if /proc/net/tcp shows a connection to the port that is being set up."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table]
    return any(row[2].endswith(f":{port:04X}") and row[3] == _SYN_SENT for row in rows)


def _bound(port, kind=socket.SOCK_STREAM):
    sock = socket.socket(socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK, port))
    return sock
