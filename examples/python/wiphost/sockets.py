"""Sockets of the modem. They are made by Modem.connect(), .listen() and .udp().

Each send() or recv() is one visit to data mode and takes some two seconds, for the escape's sake.
Only _exchange() knows how bytes are carried: for commands that count bytes, change it there.
"""

import collections
import time

from . import datagrams
from .errors import CommandError, SocketError, TookTooLong

UDP, TCP, SERVER = 1, 2, 3
_DATA_MODE = {UDP: 1, TCP: 2}


class Socket:
    """`error` is 0 or the number of +WIPERROR; `waiting` what +WIPDATA has told of, in bytes."""

    protocol = TCP

    def __init__(self, modem, index):
        self.index = index
        self.ready = False
        self.error = 0
        self.peer_closed = False
        self.waiting = 0
        self.open = True
        self._modem = modem

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Free the index. A peer's close, an error or a lost session does not do that."""
        if self.open:
            self.open = False
            self._modem.close(self)

    def told(self, size, *_sender):
        """+WIPDATA: so many bytes wait."""
        self.waiting = size

    def check(self):
        if self.error:
            raise SocketError(self.protocol, self.index, self.error)

    def _exchange(self, data, complete):
        """Send the bytes, receive until complete(bytes). Raises SocketError."""
        self.waiting = 0
        mode = _DATA_MODE[self.protocol]
        try:
            return self._modem.visit(
                f"AT+WIPDATA={self.protocol},{self.index},{mode}", data, complete
            )
        except CommandError as error:
            raise SocketError(self.protocol, self.index, error.code) from error


class TcpClient(Socket):
    """A connection, made by us or accepted."""

    def __init__(self, modem, index):
        super().__init__(modem, index)
        self._inbox = bytearray()

    def send(self, data):
        """All of it. Raises SocketError if the connection is lost, before or meanwhile."""
        self.check()
        self._inbox += self._exchange(data, lambda _: True)
        self.check()

    def recv(self, limit_s):
        """What has come, at least a byte; b"" once the peer has closed and all is read.

        Raises TookTooLong, and SocketError if the connection was lost.
        """
        deadline = time.monotonic() + limit_s
        while not self._inbox and self._news(deadline) and (size := self.waiting):
            self._inbox += self._exchange(b"", lambda came, size=size: len(came) >= size)
        came = bytes(self._inbox)
        self._inbox.clear()
        if came or self.peer_closed:
            return came
        self.check()
        raise TookTooLong("recv")

    def _news(self, deadline):
        def told():
            return self.waiting or self.peer_closed or self.error

        return self._modem.wait(told, deadline - time.monotonic())


class TcpServer(Socket):
    """Listens; each peer gets a TcpClient."""

    protocol = SERVER

    def __init__(self, modem, index, reserved):
        super().__init__(modem, index)
        self.reserved = reserved  # indexes of the clients that it may spawn
        self.backlog = collections.deque()

    def close(self):
        """Peers that were accepted live on. Those that nobody has taken are closed."""
        super().close()
        while self.backlog:
            self.backlog.popleft().close()

    def accept(self, limit_s):
        """The next peer's TcpClient. Raises TookTooLong, SocketError when the session is lost."""
        self._modem.wait(lambda: self.backlog or self.error, limit_s)
        self.check()
        if not self.backlog:
            raise TookTooLong("accept")
        return self.backlog.popleft()

    def port(self):
        """The local port, also where 0 was asked for."""
        return int(self._modem.ask(f"AT+WIPOPT={SERVER},{self.index},1,0")[0].split(",")[2])


class UdpSocket(Socket):
    """With a peer it sends and receives. Without one it receives from everybody, and cannot send:
    make a second one, with the address and port of the sender."""

    protocol = UDP

    def __init__(self, modem, index, peer=None):
        super().__init__(modem, index)
        self._peer = peer
        self._sender = peer
        self._inbox = collections.deque()

    def told(self, size, *sender):
        # A datagram without bytes waits as well.
        self.waiting = size + 1
        self._sender = sender or self._peer

    def send(self, datagram):
        """One datagram, at most 1472 bytes."""
        self.check()
        self._take(self._exchange(datagrams.stuffed(datagram), lambda _: True))
        self.check()

    def recv(self, limit_s):
        """(bytes, sender): a datagram and its (address, port).

        The modem names the sender of the first datagram of a visit; one that came behind it to a
        socket without a peer has None. Raises TookTooLong, SocketError.
        """
        if not self._inbox:
            self._modem.wait(lambda: self.waiting or self.error, limit_s)
        if not self._inbox and self.waiting:
            sender = self._sender
            self._take(self._exchange(b"", datagrams.unstuffed), sender)
        if self._inbox:
            return self._inbox.popleft()
        self.check()
        raise TookTooLong("recv")

    def _take(self, stream, sender=None):
        for datagram in datagrams.unstuffed(stream):
            self._inbox.append((datagram, sender or self._peer))
            sender = None
