"""The modem: its session, its index table as far as we use it, and what it tells unasked."""

import time

import serial

from .engine import Engine
from .errors import CommandError, TookTooLong, WipError
from .sockets import SERVER, TCP, UDP, Socket, TcpClient, TcpServer, UdpSocket

SESSION_S = 65  # the modem gives up after 60
CONNECT_S = 50  # a name may take 14, a peer 30
_STOPPED_S = 10
_WRITE_S = (
    120  # a peer that reads nothing holds the line: serial.SerialTimeoutException, an OSError
)
_MOST = {UDP: 8, TCP: 8, SERVER: 4}


class Modem:
    """`up`: there is a session. `lost` counts unsolicited lines that the modem had to drop."""

    def __init__(self, port):
        self.up = False
        self.lost = 0
        self._engine = Engine(port)
        self._sockets: dict[tuple[int, int], Socket] = {}
        self._ranges: dict[int, range] = {}  # by server: held until all of its sockets are closed
        self._doubtful = False  # lines were dropped: what we know may be wrong

    @classmethod
    def open(cls, path, rate=115200, flow=True):
        """On a serial device. flow: RTS and CTS are wired."""
        return cls(serial.Serial(path, rate, rtscts=flow, write_timeout=_WRITE_S))

    @property
    def strays(self):
        """Bytes that peers may have received as data: of escapes that failed, see Engine."""
        return self._engine.strays

    # The session

    def start(self, user="", password=""):
        """Command mode, no socket left of earlier lives, a session. Raises CommandError if it
        does not come up (the code tells why) and NoAnswer if nobody is there."""
        self._engine.wake()
        self.ask("AT+CMEE=1")
        self._sockets.clear()
        self._ranges.clear()
        self.ask("AT+WIPBR?")
        had = self.up
        self.ask("AT+WIPCFG=0")
        if had and not self.wait(lambda: not self.up, _STOPPED_S):
            raise WipError("the session does not end")
        self.ask("AT+WIPCFG=1")
        if user:
            self.ask(f'AT+WIPBR=2,6,0,"{user}";+WIPBR=2,6,1,"{password}"')
        # This form waits, and says by its result what became of the session.
        self.ask("AT+WIPBR=4,6,0", SESSION_S)
        self.up = True

    def wait_for_session(self, limit_s):
        """A session that was lost is dialled again by the modem; here we wait for it."""
        if not self.wait(lambda: self.up, limit_s):
            raise TookTooLong("session")

    def address(self):
        """Our own, as text."""
        return self.ask("AT+WIPBR=3,6,15", answer="+WIPBR: 6,15,")[0].split('"')[1]

    # Sockets

    def connect(self, host, port, limit_s=CONNECT_S):
        """A TcpClient. Raises SocketError (842, 843), CommandError (803 no session, 838)."""
        sock = TcpClient(self, self._free(TCP))
        return self._create(sock, f',"{host}",{port}', limit_s)

    def udp(self, host=None, port=None, local_port=""):
        """A UdpSocket, with a peer or a local port or both."""
        peer = (host, port) if host else None
        sock = UdpSocket(self, self._free(UDP), peer)
        rest = f',"{host}",{port}' if host else ""
        return self._create(sock, f",{local_port}{rest}", CONNECT_S)

    def listen(self, port, peers=2):
        """A TcpServer for so many peers at once; each takes one of the eight TCP indexes."""
        reserved = self._free_range(peers)
        sock = TcpServer(self, self._free(SERVER), reserved)
        sock.ready = True
        self._create(sock, f",{port},{reserved[0]},{reserved[-1]}", 0)
        self._ranges[sock.index] = reserved
        return sock

    def close(self, sock):
        """For sockets: they close themselves by this."""
        self._sockets.pop((sock.protocol, sock.index), None)
        try:
            self.ask(f"AT+WIPCLOSE={sock.protocol},{sock.index}")
        except CommandError as error:
            if error.code != 831:  # there is none: as wanted
                raise

    def _create(self, sock, rest, limit_s):
        self.ask(f"AT+WIPCREATE={sock.protocol},{sock.index}{rest}")
        self._sockets[sock.protocol, sock.index] = sock
        self._tell()
        try:
            if not self.wait(lambda: sock.ready or sock.error, limit_s):
                raise TookTooLong("connect")
            sock.check()
        except WipError:
            sock.close()
            raise
        return sock

    def _free(self, protocol):
        return self._free_range(1, protocol)[0]

    def _free_range(self, count, protocol=TCP):
        """The lowest indexes that follow each other and belong to nobody."""
        taken = {index for kind, index in self._sockets if kind == protocol}
        if protocol != UDP:
            taken |= self._held(protocol)
        for first in range(1, _MOST[protocol] + 2 - count):
            wanted = range(first, first + count)
            if not taken & set(wanted):
                return wanted
        raise WipError("no index is free")

    def _held(self, protocol):
        """Indexes of servers, or of the clients in their ranges, that nobody else may use."""
        clients = {index for kind, index in self._sockets if kind == TCP}
        for server, reserved in list(self._ranges.items()):
            if (SERVER, server) not in self._sockets and not clients & set(reserved):
                del self._ranges[server]
        if protocol == SERVER:
            return set(self._ranges)
        return {index for reserved in self._ranges.values() for index in reserved}

    # What sockets need

    def ask(self, command, limit_s=5.0, answer=""):
        """A command; the lines of its answer. See Engine.ask."""
        try:
            return self._engine.ask(command, limit_s, answer)
        finally:
            self._tell()

    def visit(self, command, data, complete):
        """To data mode and back; the bytes that came. See Engine.visit."""
        try:
            return self._engine.visit(command, data, complete)
        finally:
            self._tell()

    def wait(self, condition, limit_s):
        """Take what comes unasked until condition() holds. False if it did not in time."""
        deadline = time.monotonic() + limit_s
        while not condition():
            if self._doubtful:
                self._look_again()
            elif not self._engine.listen(max(0, deadline - time.monotonic())):
                return False
            self._tell()
        return True

    # Unsolicited lines

    def _tell(self):
        while self._engine.urcs:
            told = self._engine.urcs.popleft()
            _TOLD[told.name](self, *told.values)

    def _sock(self, protocol, index):
        """The socket, or one that nobody has: its news are for a socket closed meanwhile."""
        return self._sockets.get((protocol, index)) or Socket(self, index)

    def _ready(self, protocol, index):
        self._sock(protocol, index).ready = True

    def _accepted(self, server, index):
        listener = self._sockets.get((SERVER, server))
        if isinstance(listener, TcpServer) and (TCP, index) not in self._sockets:
            sock = TcpClient(self, index)
            sock.ready = True
            self._sockets[TCP, index] = sock
            listener.backlog.append(sock)

    def _failed(self, protocol, index, code):
        self._sock(protocol, index).error = code

    def _data(self, protocol, index, size, *sender):
        self._sock(protocol, index).told(size, *sender)

    def _peer_closed(self, protocol, index):
        self._sock(protocol, index).peer_closed = True

    def _bearer(self, _bearer, up, *_):
        self.up = up == 1
        if not self.up:
            for sock in self._sockets.values():
                sock.error = sock.error or 843

    def _dropped(self, count):
        self.lost += count
        self._doubtful = True

    # Behind +WIPXLOST

    def _look_again(self):
        """Ask for what may have been told in the lines that were lost.

        A peer's close cannot be asked for: keep a limit on recv().
        """
        self._doubtful = False
        self.ask("AT+WIPBR?")
        for line in self.ask("AT+WIPCREATE?"):
            protocol, index = map(int, line.partition(": ")[2].split(",")[:2])
            if protocol == TCP:
                self._find(index)
        for sock in [sock for sock in self._sockets.values() if sock.protocol != SERVER]:
            self._look_at(sock)

    def _find(self, index):
        """A connection that we know nothing of belongs to the server with its index."""
        for sock in list(self._sockets.values()):
            if isinstance(sock, TcpServer) and index in sock.reserved:
                self._accepted(sock.index, index)

    def _look_at(self, sock):
        try:
            answer = self.ask(f"AT+WIPOPT={sock.protocol},{sock.index},1,6")[0]
        except CommandError:
            return  # it connects still, or has failed: that will be told, or the limit passes
        sock.ready = True
        if size := int(answer.split(",")[2]):
            sock.told(size)


_TOLD = {
    "+WIPREADY": Modem._ready,
    "+WIPACCEPT": Modem._accepted,
    "+WIPERROR": Modem._failed,
    "+WIPDATA": Modem._data,
    "+WIPPEERCLOSE": Modem._peer_closed,
    "+WIPBR": Modem._bearer,
    "+WIPXLOST": Modem._dropped,
}
