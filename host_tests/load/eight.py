"""Eight sockets moving at once, one of them mapped at a time: four TCP clients, two TCP sockets
that a server has spawned, two UDP sockets. Every stream is checked at both ends.
"""

import re
import selectors
from socket import SO_SNDBUF, SOCK_DGRAM, SOL_SOCKET

from e2e import LOOPBACK, free_port, port_of
from load.rig import Flat, Visit
from load.streams import Stream
from load.worker import Worker
from serving import PATIENCE_S

_BLOCK = 1 << 14
_VISIT = 16000  # bytes each way, at the least
DATAGRAM = 1000
_WAITING_MOST = 32 * DATAGRAM  # less than the kernel keeps for a UDP socket
_LOOK_S = 0.05
_ESCAPED = re.compile(rb"([\x03\x10])")
_UNESCAPED = re.compile(rb"\x10(.)", re.DOTALL)
_WHOLE = re.compile(rb"((?:[^\x03\x10]|\x10.)*)\x03", re.DOTALL)


_SENDING = 1 << 15  # bytes that a peer's system keeps: what waits at the end has to be read yet


class TcpEnds:
    """Both ends of one TCP socket of the modem's: what was sent and what has come."""

    protocol, mode = 2, 2

    def __init__(self, index, sock):
        self.index, self.sock = index, sock
        self.sent_down, self.down = Stream(f"down {index}"), Stream(f"down {index}")
        self.sent_up, self.up = Stream(f"up {index}"), Stream(f"up {index}")
        self._left = memoryview(b"")

    def may_write(self) -> bool:
        return True

    def write(self):
        self._left = self._left or self.sent_down.take(_BLOCK)
        self._left = self._left[self.sock.send(self._left) :]

    def all_down(self):
        """All that the peer gave to its system has come."""
        return self.down.at == self.sent_down.at - len(self._left)

    def read(self):
        data = self.sock.recv(_BLOCK)
        assert data, "the modem has closed"
        self.up.check(data)

    def bytes_up(self):
        """A visit's worth, as the host types it."""
        return self.sent_up.exactly(_VISIT)

    def came(self, data):
        """At the host."""
        self.down.check(data)


class Datagrams:
    """What the host makes of mode 1: `feed` bytes, and take `whole` datagrams."""

    def __init__(self):
        self.whole = []
        self._kept = b""

    def feed(self, data):
        self._kept += data
        at = 0
        while found := _WHOLE.match(self._kept, at):
            self.whole.append(_UNESCAPED.sub(rb"\1", found[1]))
            at = found.end()
        self._kept = self._kept[at:]


class UdpEnds(TcpEnds):
    """The same for UDP: each datagram is the stream's next 1000 bytes."""

    protocol, mode = 1, 1

    def __init__(self, index, sock):
        super().__init__(index, sock)
        self._datagrams = Datagrams()

    def may_write(self) -> bool:
        return self.sent_down.at - self.down.at < _WAITING_MOST

    def write(self):
        self.sock.send(self.sent_down.exactly(DATAGRAM))

    def read(self):
        data = self.sock.recv(_BLOCK)
        assert len(data) == DATAGRAM, f"{len(data)} bytes are no datagram that was sent"
        self.up.check(data)

    def bytes_up(self):
        pieces = (self.sent_up.exactly(DATAGRAM) for _ in range(0, _VISIT, DATAGRAM))
        return b"".join(_ESCAPED.sub(b"\x10\\1", piece) + b"\x03" for piece in pieces)

    def came(self, data):
        self._datagrams.feed(data)
        for datagram in self._datagrams.whole:
            assert len(datagram) == DATAGRAM, f"{len(datagram)} bytes are no datagram"
            self.down.check(datagram)
        self._datagrams.whole.clear()


class Far:
    """The peers: one thread that sends whatever can be sent and checks whatever comes."""

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._stopped = self._ended = False

    def add(self, end):
        """Before start()."""
        end.sock.setblocking(False)
        self._selector.register(end.sock, self._events(end), end)

    def start(self):
        self._worker = Worker(self._run)

    def sound(self):
        self._worker.sound()

    def _run(self):
        while not self._ended:
            for key, events in self._selector.select(_LOOK_S):
                self._serve(key.data, events)
            for key in list(self._selector.get_map().values()):
                self._selector.modify(key.fileobj, self._events(key.data), key.data)

    def _serve(self, end, events):
        if events & selectors.EVENT_READ:
            end.read()
        if events & selectors.EVENT_WRITE:
            end.write()

    def _events(self, end):
        writes = not self._stopped and end.may_write()
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if writes else 0)

    def stop_sending(self):
        self._stopped = True

    def end(self):
        self._ended = True
        self._worker.join(PATIENCE_S)
        self._selector.close()
        self.sound()


def play(modem, peers, rounds, tell=lambda done: None):
    """Each socket is visited `rounds` times, and all is closed in the end."""
    flat = Flat(modem)
    modem.quick_escape()
    far = Far()
    all_ends = [*tcp_clients(modem, peers), *spawned(modem, peers), *udp_sockets(modem, peers)]
    for ends in all_ends:
        far.add(ends)
    far.start()
    for done in range(rounds):
        for ends in all_ends:
            visit(modem, ends, far)
        tell(done + 1)
    far.stop_sending()
    for ends in all_ends:
        visit(modem, ends, far, ends.all_down)
    far.end()
    modem.ask(";".join(["AT", *(f"+WIPCLOSE={e.protocol},{e.index}" for e in all_ends)]), "OK")
    flat.look()
    assert modem.counters() == {}
    return {
        "to_host": sum(ends.down.at for ends in all_ends),
        "from_host": sum(ends.up.at for ends in all_ends),
    }


def visit(modem, ends, far, enough=None):
    wanted = ends.down.at + _VISIT
    stay = Visit(modem, ends.protocol, ends.index, ends.mode, ends.came)

    def done():
        far.sound()
        through = enough() if enough else ends.down.at >= wanted
        return through and ends.up.at == ends.sent_up.at

    stay.exchange(b"" if enough else ends.bytes_up(), done)
    stay.leave()


def tcp_ends(index, sock):
    sock.setsockopt(SOL_SOCKET, SO_SNDBUF, _SENDING)
    return TcpEnds(index, sock)


def tcp_clients(modem, peers):
    listener = peers.listen()
    return [tcp_ends(index, modem.client(index, peers, listener)) for index in (1, 2, 3, 4)]


def spawned(modem, peers):
    """Two, of a server that is closed then, to leave room for another socket."""
    port = free_port()
    modem.ask(f"AT+WIPCREATE=3,1,{port},5,6", "OK")
    ends = []
    for index in (5, 6):
        ends.append(tcp_ends(index, peers.call(port)))
        modem.expect(f"+WIPACCEPT: 1,{index}")
    modem.ask("AT+WIPCLOSE=3,1", "OK")
    return ends


def udp_sockets(modem, peers):
    return [UdpEnds(index, udp_peer(modem, peers, index)) for index in (1, 2)]


def udp_peer(modem, peers, index):
    """The peer of a new UDP socket, connected to it."""
    peer, port = peers.udp(), free_port(SOCK_DGRAM)
    command = f'AT+WIPCREATE=1,{index},{port},"{LOOPBACK}",{port_of(peer)}'
    modem.ask(command, "OK", f"+WIPREADY: 1,{index}")
    peer.connect((LOOPBACK, port))
    return peer
