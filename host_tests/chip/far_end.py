"""The peers of a transcript as real sockets, at the addresses that it names, behind the radio.

Only their moments are held: a SYN of the chip's waits in `Gate` until the transcript says how the
connect ends, which makes it a network that is slow.
"""

import contextlib
import errno
import socket
import struct
import time

from transcript_events import dns_answer
from wipmodem.sockets.dns_message import parse_address

from .on_chip import CHIP, LOCAL

PATIENCE_S = 60
_LOOK_S = 0.005
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a close is a reset
_TCP = 6
_SYN, _SYN_ACK = 0x02, 0x12
_MOST = 1 << 16


class Gate:
    """Stands between the radio and the network: `write` takes the chip's packets."""

    def __init__(self, network):
        self._network = network
        self._held = {}  # (port, peer's address, peer's port) -> the last SYN
        self._passed = set()

    def write(self, packet):
        who = _connects(packet)
        if who and who not in self._passed:
            self._held[who] = packet
        else:
            self._network.write(packet)

    def held(self, port):
        """The SYNs towards this port of a peer's, the oldest first."""
        return [who for who in list(self._held) if who[2] == port]

    def release(self, who):
        self._passed.add(who)
        self._network.write(self._held.pop(who))


class FarEnd(contextlib.ExitStack):
    """Peers by the socket that they belong to: "2,1"."""

    def __init__(self, network, gate):
        super().__init__()
        self._network = network
        self._gate = gate
        self._listeners = {}  # (address, port) -> socket
        self._udp = {}  # the same
        self._streams = {}  # "2,1" -> socket
        self._ports = {}  # "2,1" -> its own port, if the host gave one
        self._peers = {}  # "2,1" -> (address or name, port)
        self._pending = {}  # peer's port -> clients whose connect has no outcome yet
        self._callers = {}  # "3,1" -> connections that are not accepted yet
        self._questions = []  # (query, from)

    def __enter__(self):
        self._dns = self._udp_at(LOCAL, 53)
        return self

    # What the host asks for

    def created(self, who, port, name, peer_port):
        """A +WIPCREATE: numbers as they are, 0 for none."""
        self._ports[who] = port
        self._peers[who] = (name, peer_port)
        if who[0] == "2":
            self._pending.setdefault(peer_port, []).append(who)
        if who[0] == "1" and peer_port:
            self._named(who, name)

    def not_created(self, who):
        """The modem has refused it."""
        pending = self._pending.get(self._peers[who][1], [])
        if who in pending:
            pending.reverse()
            pending.remove(who)
            pending.reverse()

    def _named(self, who, name):
        """A UDP peer is there before something is sent to it, if its address is known."""
        if parse_address(name.encode()) is not None:
            self._udp_at(name, self._peers[who][1])

    def accepted(self, server, who):
        """+WIPACCEPT: the oldest caller of the server's is the peer of this socket."""
        self._streams[who] = self._callers[server].pop(0)

    def turned_away(self, server):
        """+WIPXREFUSED: it is nobody's."""
        self._callers[server].pop(0)

    # Streams

    def connects(self, who):
        syn = self._syn_of(who)
        place = syn[1:]
        if place not in self._listeners:
            self._listeners[place] = self._listen(place)
        self._gate.release(syn)
        self._streams[who] = self._kept(self._listeners[place].accept()[0])

    def refuses(self, who):
        syn = self._syn_of(who)
        self._network.own(syn[1])
        listener = self._listeners.pop(syn[1:], None)
        if listener:
            listener.close()
        self._gate.release(syn)

    def _syn_of(self, who):
        """It is as old among those that are held as the client is."""
        port = self._peers[who][1]
        place = self._pending[port].index(who)
        syns = until(lambda: self._gate.held(port)[place:], "a SYN")
        self._pending[port].remove(who)
        return syns[0]

    def calls(self, server, place):
        """Somebody connects to a server of the modem's."""
        sock = self._bound(socket.SOCK_STREAM, place)
        sock.connect((CHIP, self._ports[server]))
        self._callers.setdefault(server, []).append(sock)

    def sends(self, who, data):
        self._streams[who].sendall(data)

    def closes(self, who):
        self._streams[who].shutdown(socket.SHUT_WR)

    def resets(self, who):
        self._streams[who].close()

    def got(self, who, data):
        """Exactly these bytes have come."""
        sock, came = self._streams[who], b""
        while len(came) < len(data):
            block = sock.recv(len(data) - len(came))
            assert block, f"the peer received {came!r}, and the end"
            came += block
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            came += sock.recv(_MOST)
        sock.settimeout(PATIENCE_S)
        assert came == data, f"the peer received {came!r}"

    def fin(self, who):
        """The modem's side ends, by FIN or by RST; a server's, when it refuses."""
        if who[0] == "3":
            self._refused(who)
            return
        with contextlib.suppress(ConnectionResetError):
            rest = self._streams[who].recv(_MOST)
            assert rest == b"", f"the peer received {rest!r}"

    def _refused(self, server):
        with self._network.socket() as sock:
            sock.settimeout(PATIENCE_S)
            error = sock.connect_ex((CHIP, self._ports[server]))
        assert error == errno.ECONNREFUSED, f"the server answers: {errno.errorcode.get(error)}"

    # Datagrams

    def datagram(self, who, place, data):
        self._udp_at(*place).sendto(data, (CHIP, self._ports[who]))

    def got_datagrams(self, who, datagrams):
        """Of a socket without a peer nobody gets any."""
        if not self._peers[who][1]:
            assert datagrams == []
            return
        sock = self._udp_at(*self._peers[who])
        came = [sock.recv(_MOST) for _ in datagrams]
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            came.append(sock.recv(_MOST))
        sock.settimeout(PATIENCE_S)
        assert came == datagrams, f"the peer received {came!r}"

    # Names

    def dns(self, words):
        """The answer to the oldest open question, or to that for a name."""
        answer, _, name = words.partition(" ")
        wanted = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".") if part)
        found = until(lambda: self._asked(wanted), "a question")
        query, place = found[0]
        if answer != "forged":
            self._questions.remove(found[0])
            self._known(query, answer)
        self._dns.sendto(dns_answer(query, answer), place)

    def _asked(self, wanted):
        self._dns.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._questions.append(self._dns.recvfrom(_MOST))
        return [question for question in self._questions if wanted in question[0]]

    def _known(self, query, answer):
        for who, (name, port) in self._peers.items():
            if who[0] == "1" and b"".join(_label(part) for part in name.split(".")) in query:
                self._peers[who] = (answer, port)
                self._named(who, answer)

    # Sockets

    def _listen(self, place):
        sock = self._bound(socket.SOCK_STREAM, place)
        sock.listen()
        return sock

    def _udp_at(self, host, port):
        if (host, port) not in self._udp:
            self._udp[host, port] = self._bound(socket.SOCK_DGRAM, (host, port))
        return self._udp[host, port]

    def _bound(self, kind, place):
        self._network.own(place[0])
        sock = self._kept(self._network.socket(kind))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place)
        return sock

    def _kept(self, sock):
        sock.settimeout(PATIENCE_S)
        if sock.type == socket.SOCK_STREAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        return self.enter_context(sock)


def _label(part):
    return bytes([len(part)]) + part.encode()


def _connects(packet):
    """(port, peer's address, peer's port) of a SYN, None of any other packet."""
    head = (packet[0] & 15) * 4
    if packet[9] != _TCP or packet[head + 13] & _SYN_ACK != _SYN:
        return None
    port, peer_port = struct.unpack_from(">HH", packet, head)
    return port, socket.inet_ntoa(packet[16:20]), peer_port


def until(found, what):
    """What `found` gives, once that is something."""
    end = time.monotonic() + PATIENCE_S
    while not (result := found()):
        assert time.monotonic() < end, what() if callable(what) else f"{what} has not come"
        time.sleep(_LOOK_S)
    return result
