"""The index table as the command set describes it: sockets, ranges, what the network does to them.

A range is a thing of its own here, with the sockets that hold it: the server, and each that it has
spawned. It lasts until +WIPCLOSE has been given for all of them (R11).
"""

from model_owed import BROKEN, DATA, OTHER, OUTCOME

UDP = 1
TCP = 2
SERVER = 3

RESOLVING = "resolving"
CONNECTING = "connecting"
READY = "ready"
HALF = "half closed"  # by the peer
FAILED = "failed"
LISTENING = "listening"

NO_SOCKET = 838
PORT_TAKEN = 833
EXISTS = 840
UNREACHABLE = 842
RESET = 843
RESERVED = 845

NOBODY = "0.0.0.0"
HERE = {"localhost": "127.0.0.1"}  # names that nobody has to be asked for

_CONNECT_MS = 30000
_TRIES_MS = (2000, 4000, 8000)
_FIRST_PORT = 49152
_OPEN = 1 << 20


class SocketModel:
    def __init__(self, key, state):
        self.key = key
        self.state = state
        self.error = 0
        self.bound = True  # to a peer
        self.peer = NOBODY
        self.peer_port = self.local_port = 0
        self.range: Range | None = None
        self.handle = False  # has one at the network
        self.told = False  # that data waits
        self.due = 0
        self.unread = b""  # TCP
        self.datagram = None  # UDP: the one that waits to be read: (bytes, address, port)
        self.behind = []  # ... and those still with the stack
        self.refused = 0  # ICMP errors still with the stack
        self.unsent = b""
        self.window = _OPEN  # bytes that the peer takes
        self.got = b""  # what it has taken; of UDP datagrams:
        self.got_datagrams = []
        self.finished = False  # our half is closed (H12)

    def pending(self):
        return self.state in (RESOLVING, CONNECTING)

    def has_data(self):
        return bool(self.unread) or self.datagram is not None

    def readable(self):
        return len(self.datagram[0]) if self.datagram else len(self.unread)


class Range:
    def __init__(self, server, first, last):
        self.first = first
        self.last = last
        self.holders = {server}


class Question:
    """A name on its way: the socket that needs it, the attempt under way, has it a handle?"""

    def __init__(self, sock, name, now):
        self.sock = sock
        self.name = name
        self.due = now
        self.attempts = 0
        self.asked = False


class TableModel:
    def __init__(self, owed, counts):
        self._owed = owed
        self._counts = counts
        self.now = 0
        self.sockets = {}
        self.ranges = []
        # Served in this order when several are due at one moment.
        self.questions: list = [None] * 9
        self.most = 8  # option 6
        self.mapped: SocketModel | None = None  # the socket in data mode
        # The network's
        self.full = False
        self.tell_refused = True
        self.next_port = _FIRST_PORT

    def get(self, protocol, index):
        return self.sockets.get((protocol, index))

    def in_order(self):
        return [self.sockets[key] for key in sorted(self.sockets)]

    def pending(self):
        return any(sock.pending() for sock in self.sockets.values())

    def handles(self):
        """How many the modem has to have at the network."""
        asked = [each for each in self.questions if each and each.asked]
        return len([s for s in self.sockets.values() if s.handle]) + len(asked)

    # Creating: 0 or an error number, and then nothing has changed

    def create(self, key, local_port, peer, peer_port, address):
        """A UDP or TCP client. address: does `peer` need no name server?"""
        refusal = self._refusal(key)
        if not refusal and key[0] == TCP and self.range_at(key[1], key[1]):
            refusal = RESERVED  # R9
        if refusal:
            return refusal
        sock = SocketModel(key, CONNECTING if address else RESOLVING)
        sock.bound = peer is not None
        sock.local_port = local_port
        sock.peer_port = peer_port
        if not address:
            self._ask(sock, peer)
        else:
            sock.peer = peer or NOBODY
            refusal = self._link(sock)
            if refusal:
                return refusal
        self.sockets[key] = sock
        return 0

    def create_server(self, key, local_port, first, last):
        refusal = self._refusal(key)
        if not refusal and (self.range_at(first, last) or self._clients(first, last)):
            refusal = RESERVED  # R10
        sock = SocketModel(key, LISTENING)
        sock.bound = False
        refusal = refusal or self._take_handle(sock, local_port)
        if not refusal:
            self.sockets[key] = sock
            sock.range = Range(key, first, last)
            self.ranges.append(sock.range)
        return refusal

    def _refusal(self, key):
        if key in self.sockets:
            return EXISTS
        return 0 if self._room() else NO_SOCKET

    def _room(self):
        return len(self.sockets) < min(self.most, 8)

    def range_at(self, first, last):
        return any(r.first <= last and first <= r.last for r in self.ranges)

    def _clients(self, first, last):
        return any(key[0] == TCP and first <= key[1] <= last for key in self.sockets)

    def _take_handle(self, sock, port):
        """0, or why the stack gives none."""
        if self.full:
            return NO_SOCKET
        for other in self.sockets.values():
            if port and other.handle and other.local_port == port and other.key[0] == sock.key[0]:
                return PORT_TAKEN
        sock.local_port = port or self._free_port()
        sock.handle = True
        return 0

    def _free_port(self):
        self.next_port += 1
        return self.next_port - 1

    def _link(self, sock):
        """The peer's address is known, or there is none: 0 or an error number."""
        sock.state = CONNECTING
        if sock.bound and not _can_be_peer(sock):
            self._fail(sock, UNREACHABLE)  # H26
            return 0
        refusal = self._take_handle(sock, sock.local_port if sock.key[0] == UDP else 0)
        if not refusal and sock.key[0] == UDP:
            self._ready(sock)
        sock.due = self.now + _CONNECT_MS
        return refusal

    def _ready(self, sock):
        sock.state = READY
        self._owed.owe(OUTCOME, sock.key, "+WIPREADY: %d,%d" % sock.key)

    def _fail(self, sock, error):
        """Q19: the index stays taken. U4: told of what had, or wanted, a peer."""
        kind = OUTCOME if sock.pending() else BROKEN
        sock.state = FAILED
        sock.error = error
        self.drop_handle(sock)
        if sock.bound:
            self._owed.owe(kind, sock.key, "+WIPERROR: %d,%d,%d" % (sock.key + (error,)))

    def drop_handle(self, sock):
        """What waits on either side of it is lost, and counted."""
        sock.handle = False
        self._counts["tx_dropped"] += len(sock.unsent)
        self._counts["udp_rx_dropped"] += len(sock.behind)
        self._counts["udp_tx_refused"] += sock.refused
        sock.unsent = b""
        sock.behind = []
        sock.refused = 0

    # Names

    def _ask(self, sock, name):
        self.questions[self.questions.index(None)] = Question(sock, name, self.now)

    def question_of(self, sock):
        for each in self.questions:
            if each and each.sock is sock:
                return each
        return None

    def answer(self, question, address):
        """address: None if there is none (Q34)."""
        self._forget_question(question.sock)
        sock = question.sock
        if address is None:
            self._fail(sock, UNREACHABLE)
            return
        sock.peer = address
        refusal = self._link(sock)
        if refusal:
            self._fail(sock, refusal)

    def _forget_question(self, sock):
        self.questions = [None if q and q.sock is sock else q for q in self.questions]

    # Time

    def dues(self):
        connecting = [s.due for s in self.sockets.values() if s.state == CONNECTING]
        return connecting + [each.due for each in self.questions if each]

    def tick(self):
        """True if something fell due."""
        names = [each for each in self.questions if each and each.due <= self.now]
        for each in names:
            self._go_on(each)
        late = [s for s in self.in_order() if s.state == CONNECTING and s.due <= self.now]
        for sock in late:
            self._fail(sock, UNREACHABLE)
        return bool(names or late)

    def _go_on(self, question):
        question.asked = False
        name = question.name
        if name in HERE or not name.strip(".") or question.attempts == len(_TRIES_MS):
            self.answer(question, HERE.get(name))
            return
        question.due = self.now + _TRIES_MS[question.attempts]
        question.attempts += 1
        question.asked = not self.full
        if question.asked:
            self._free_port()

    # Closing

    def close(self, sock):
        """What was not read or sent is dropped, and counted (X1-X5)."""
        self._counts["rx_dropped"] += len(sock.unread)
        self._counts["udp_rx_dropped"] += sock.datagram is not None
        self.drop_handle(sock)
        self._forget_question(sock)
        self._owed.forget(sock.key)
        del self.sockets[sock.key]
        if sock.range:
            sock.range.holders.remove(sock.key)
            if not sock.range.holders:
                self.ranges.remove(sock.range)

    def close_all(self):
        for sock in self.in_order():
            self.close(sock)

    def lose_all(self):
        """Q5: the session is lost; the sockets stay until +WIPCLOSE."""
        for sock in self.in_order():
            self._forget_question(sock)
            if sock.state == HALF:
                self.drop_handle(sock)
            elif sock.state != FAILED:
                self._fail(sock, RESET if sock.state == READY else UNREACHABLE)

    # What peers do

    def connects(self, sock):
        self._ready(sock)

    def refuses(self, sock):
        self._fail(sock, RESET)

    def unreachable(self, sock):
        self._fail(sock, UNREACHABLE)

    def peer(self, server, address, port):
        """Somebody connects: the lowest free index (Q14), or refused and counted (Q15)."""
        if self.full:
            self._refuse(server, NOBODY, 0, "accept_no_socket")
            return
        if not self._room():
            self._refuse(server, address, port, "accept_no_socket")
            return
        span = server.range
        free = [i for i in range(span.first, span.last + 1) if (TCP, i) not in self.sockets]
        if not free:
            self._refuse(server, address, port, "accept_range_full")
            return
        sock = self.sockets[(TCP, free[0])] = SocketModel((TCP, free[0]), READY)
        sock.handle = True
        sock.peer = address
        sock.peer_port = port
        sock.local_port = server.local_port
        sock.range = span
        span.holders.add(sock.key)
        self._owed.owe(OTHER, sock.key, "+WIPACCEPT: %d,%d" % (server.key[1], free[0]))

    def _refuse(self, server, address, port, why):
        self._counts[why] += 1
        if self.tell_refused:
            text = '+WIPXREFUSED: %d,"%s",%d,"%s"' % (server.key[1], address, port, why)
            self._owed.refused(server.key, text)

    def sends(self, sock, data):
        sock.unread += data
        self.tell(sock)

    def closes(self, sock):
        sock.state = HALF
        self._owed.owe(OTHER, sock.key, "+WIPPEERCLOSE: %d,%d" % sock.key)

    def resets(self, sock):
        if sock.state == READY:
            self._fail(sock, RESET)
        else:
            self.drop_handle(sock)

    def window_of(self, sock, n):
        sock.window = n
        self.send(sock, b"")

    def arrives(self, sock, datagram):
        sock.behind.append(datagram)
        self.take_datagram(sock)

    def port_closed(self, sock):
        sock.refused += 1
        self.take_datagram(sock)

    def take_datagram(self, sock):
        """One at a time; the next when it has been read (Q22)."""
        if sock.datagram is not None or not sock.handle:
            return
        self._counts["udp_tx_refused"] += sock.refused
        sock.refused = 0
        if sock.behind:
            sock.datagram = sock.behind.pop(0)
            self.tell(sock)

    def tell(self, sock):
        """Q22: once, until the host has been in data mode."""
        if not sock.told and sock is not self.mapped and sock.has_data():
            sock.told = True
            self._owed.owe(DATA, sock.key)

    # What the host sends

    def send(self, sock, data):
        """Behind a half close nothing more is taken, but what waits still goes."""
        if not sock.handle or sock.finished:
            self._counts["tx_dropped"] += len(data)
            data = b""
        sock.unsent += data
        taken = sock.unsent[: sock.window]
        sock.window -= len(taken)
        sock.got += taken
        sock.unsent = sock.unsent[len(taken) :]

    def send_datagram(self, sock, data):
        if not data:
            return
        if sock.bound and sock.handle:
            sock.got_datagrams.append(data)
        else:
            self._counts["udp_tx_dropped"] += len(data)


def _can_be_peer(sock):
    """0.0.0.0 is nobody's address, 0 nobody's port; TCP leads to one machine."""
    first = int(sock.peer.split(".")[0])
    return sock.peer_port > 0 and 0 < first < (224 if sock.key[0] == TCP else 256)
