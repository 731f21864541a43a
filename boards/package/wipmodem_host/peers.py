"""The far ends of a modem's sockets: real ones on 127.0.0.1, each wait with a limit.

A wait that runs out, and bytes that are not the expected ones, are an AssertionError.
"""

import contextlib
import socket
import struct
import time

LOOPBACK = "127.0.0.1"
_BLOCK = 1 << 16
_BACKLOG = 16
_AGAIN_S = 0.005  # Linux has no event for what is looked at that often
_TRIED = "02"  # SYN_SENT in /proc/net/tcp


class Connection:
    """One TCP connection of the modem's, at its peer's end."""

    def __init__(self, sock, patience_s):
        sock.settimeout(patience_s)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self._patience_s = patience_s
        self._came = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        """All of these bytes, for the modem's host."""
        self.socket.sendall(data)

    def expect(self, data):
        """Exactly these bytes come next."""
        deadline = time.monotonic() + self._patience_s
        while len(self._came) < len(data) and data.startswith(self._came):
            self._receive(deadline, f"expected {data!r}")
        assert self._came.startswith(data), f"expected {data!r} but {self._came!r} came"
        self._came = self._came[len(data) :]

    def read_until(self, end):
        """What comes, up to and with these bytes."""
        deadline = time.monotonic() + self._patience_s
        while end not in self._came:
            self._receive(deadline, f"expected bytes up to {end!r}")
        head, end, self._came = self._came.partition(end)
        return head + end

    def expect_end(self):
        """The modem closes its side next, without another byte."""
        came = self._came or self._recv(time.monotonic() + self._patience_s, "expected the end")
        assert not came, f"expected the end but {came!r} came"

    def expect_reset(self):
        """The modem resets the connection."""
        try:
            self.expect_end()
        except ConnectionResetError:
            return
        raise AssertionError("expected a reset but the connection was closed")

    def finish(self):
        """Close our sending side: the modem says +WIPPEERCLOSE, its bytes still come."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        """Close both sides; a no-op if that is done already."""
        self.socket.close()

    def reset(self):
        """End it by RST: the modem says +WIPERROR: 2,INDEX,843."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _receive(self, deadline, wish):
        data = self._recv(deadline, wish)
        assert data, f"{wish} but the connection was closed after {self._came!r}"
        self._came += data

    def _recv(self, deadline, wish):
        self.socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            return self.socket.recv(_BLOCK)
        except TimeoutError:
            raise AssertionError(f"{wish} but only {self._came!r} came in time") from None


class Listener:
    """A peer that the modem's connections are made to. `port` stays the same all the time.

    It answers at once, until told otherwise: refuse(), hold(), answer(). What has been accepted
    is another matter, and lives on.
    """

    def __init__(self, patience_s, port=0):
        self.address = LOOPBACK
        self._patience_s = patience_s
        self._callers = []
        self._blocker = None
        self._socket = _bound(port)
        self.port = self._socket.getsockname()[1]
        self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def answer(self):
        """Connections are made at once, also those that were held: Linux tries these again 1, 3
        and 7 s after their beginning."""
        self._socket.listen(_BACKLOG)

    def refuse(self):
        """Connections are refused, and those not accepted yet are reset."""
        self._socket.close()
        self._socket = _bound(self.port)
        self._forget_blocker()

    def hold(self):
        """Connections get no answer: a peer that is slow, or gone."""
        self._forget_blocker()
        self._drain()
        self._socket.listen(0)
        # Linux drops the first packet of whoever comes when this one waits to be accepted.
        self._blocker = socket.create_connection((LOOPBACK, self.port), self._patience_s)

    def expect_attempt(self):
        """Somebody is trying to connect, and has no answer: after hold()."""
        deadline = time.monotonic() + self._patience_s
        while not _is_tried(self.port):
            assert time.monotonic() < deadline, "the modem has not tried to connect in time"
            time.sleep(_AGAIN_S)

    def accept(self):
        """The next connection that the modem has made: a Connection."""
        if not self._callers:
            self._callers.append(self._next())
        return Connection(self._callers.pop(0), self._patience_s)

    def close(self):
        self._forget_blocker()
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
        """What waits to be accepted is: it would hold as the blocker does, but be seen."""
        self._socket.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._callers.append(self._socket.accept()[0])

    def _forget_blocker(self):
        if self._blocker:
            self._blocker.close()
            self._blocker = None


class UdpPeer:
    """A UDP peer. `port` stays the same all the time; `sender` is the (address, port) of the last
    datagram, which send() answers."""

    def __init__(self, patience_s, port=0):
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
        """The next datagram: its bytes, and its sender as (address, port)."""
        self._socket.settimeout(self._patience_s)
        try:
            data, self.sender = self._socket.recvfrom(_BLOCK)
        except TimeoutError:
            raise AssertionError("no datagram has come in time") from None
        return data, self.sender

    def expect(self, data):
        """Exactly these bytes are the next datagram. Its sender."""
        came, sender = self.receive()
        assert came == data, f"expected {data!r} but {came!r} came"
        return sender

    def send(self, data, to=None):
        """One datagram: to (address, port), or to whom sent last."""
        to = to or self.sender
        assert to, "nobody has sent a datagram that could be answered: say to whom"
        self._socket.sendto(data, to)

    def drop(self, count=1):
        """Wait for so many datagrams and lose them, as a network does: the list of them. send()
        answers whom it would have answered before."""
        sender = self.sender
        dropped = [self.receive()[0] for _ in range(count)]
        self.sender = sender
        return dropped

    def refuse(self):
        """From now on the port is closed: the modem's machine gets an ICMP message."""
        self._socket.close()

    def answer(self):
        """Open the port again, after refuse()."""
        self._socket.close()
        self._socket = _bound(self.port, socket.SOCK_DGRAM)

    def close(self):
        self._socket.close()


def _is_tried(port):
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table]
    return any(row[2].endswith(f":{port:04X}") and row[3] == _TRIED for row in rows)


def _bound(port, kind=socket.SOCK_STREAM):
    sock = socket.socket(socket.AF_INET, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK, port))
    return sock
