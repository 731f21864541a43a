"""What each command does, and which error it meets (rules B, C, D, E, O, R, W, X).

A command is (name, arguments): numbers, texts, None for one that is left out; the reading forms
have their `?` in the name. Syntax (E3) is looked at before ranges, ranges before states.
"""

from model_table import (
    FAILED,
    HALF,
    LISTENING,
    NO_SOCKET,
    READY,
    RESERVED,
    SERVER,
    TCP,
    UDP,
)

ERROR = -1
HOLD = "hold"
ONLINE = "online"

NO_OPTION = 800
BAD_VALUE = 801
BAD_STACK_STATE = 803
BAD_INDEX = 830
BAD_STATE = 831
BAD_PORT = 832
NOT_SUPPORTED = 835
BAD_PROTOCOL = 837
NOT_IN_TIME = 847

_SESSION_MS = 60000  # H7
_DRAIN_MS = 90  # H4
_STACK_OPTIONS = {0: (0, 255), 3: (536, 65535), 4: (536, 1460), 6: (1, 8), 12: (0, 100)}
_READ_OPTIONS = {0: (UDP, TCP, SERVER), 1: (UDP, TCP), 2: (UDP, TCP), 3: (UDP, TCP), 6: (UDP, TCP)}


class Commands:
    def __init__(self, model):
        self._model = model
        self._table = model.table
        self._session = model.session
        self._options = {0: 64, 3: 16384, 4: 536, 6: 8, 12: 2}
        self._asking = False  # 4,6,0 is under way
        self._do = {
            "+CMEE": self._cmee,
            "+WIPCFG": self._wipcfg,
            "+WIPCFG?": self._wipcfg_read,
            "+WIPBR": self._wipbr,
            "+WIPBR?": self._wipbr_read,
            "+WIPCREATE": self._wipcreate,
            "+WIPCREATE?": self._wipcreate_read,
            "+WIPDATA": self._wipdata,
            "+WIPDATA?": self._wipdata_read,
            "+WIPOPT": self._wipopt,
            "+WIPCLOSE": self._wipclose,
            "+WIPXURC": self._wipxurc,
        }

    def run(self, command):
        """0, an error number, HOLD or ONLINE."""
        return self._do[command[0]](*command[1])

    def patience(self, todo):
        """The ages of the line at which a held command is looked at anew."""
        if not todo:
            return ()
        return {"+WIPCLOSE": (_DRAIN_MS,), "+WIPBR": (_SESSION_MS,)}.get(todo[0][0], ())

    def _age(self):
        return self._model.now - self._model.line_at

    def _cmee(self, mode):
        if not 0 <= mode <= 1:
            return ERROR
        self._model.cmee = mode == 1
        return 0

    def _wipxurc(self, stamps, refused):
        self._table.tell_refused = refused == 1
        return 0

    # Stack and session

    def _wipcfg(self, mode, option=None, value=None):
        if mode == 2:
            return self._set_option(option, value)
        return {0: self._session.stop, 1: self._session.start}[mode]()

    def _set_option(self, option, value):
        if option not in _STACK_OPTIONS:
            return NO_OPTION
        lowest, highest = _STACK_OPTIONS[option]
        if not lowest <= value <= highest:
            return BAD_VALUE
        self._options[option] = value
        self._table.most = self._options[6]
        return 0

    def _wipcfg_read(self):
        if not self._session.started:
            return BAD_STACK_STATE
        for option in sorted(self._options):
            self._model.say("+WIPCFG: %d,%d" % (option, self._options[option]))
        return 0

    def _wipbr(self, what, bearer, mode=None):
        if what < 2 and not self._model.wipsoft:
            return ERROR
        if bearer != 6:
            return NO_OPTION
        if what == 4:
            return self._open_session(mode)
        if what == 5:
            return self._session.close()
        return self._session.open_device() if what else self._session.close_device()

    def _open_session(self, mode):
        """B2, H7: 4,6,0 waits for the outcome, which is its result."""
        if mode:
            return BAD_VALUE
        if not self._asking:
            failure = self._session.ask(mode is not None)
            if failure or mode is None:
                return failure
        session = self._session
        failure = 0 if session.known == "up" else session.why_not()
        self._asking = session.known != "up" and not failure and self._age() < _SESSION_MS
        if self._asking:
            return HOLD
        if session.known == "up":
            return 0
        session.give_up()
        return failure or NOT_IN_TIME

    def forget_line(self):
        self._asking = False

    def _wipbr_read(self):
        self._model.say("+WIPBR: 6,%d" % (self._session.known == "up"))
        return 0

    # Sockets

    def _name(self, protocol, index, servers=4):
        """0, or what is wrong with a socket's name."""
        if not UDP <= protocol <= SERVER:
            return BAD_PROTOCOL
        most = servers if protocol == SERVER else 8
        return 0 if 1 <= index <= most else BAD_INDEX

    def _wipcreate(self, protocol, index, *rest):
        if protocol == UDP and (rest[1] is None) != (rest[2] is None):
            return ERROR
        failure = self._name(protocol, index)
        if failure:
            return failure
        return {UDP: self._udp, TCP: self._client, SERVER: self._server}[protocol](index, *rest)

    def _state(self):
        return 0 if self._session.ready() else BAD_STACK_STATE  # R17

    def _udp(self, index, local, peer, port):
        failure = _ports(local, port) or self._state()
        if failure:
            return failure
        if local is None and peer is None:
            return BAD_INDEX  # Q13
        return self._create((UDP, index), local or 0, peer, port or 0)

    def _client(self, index, peer, port):
        failure = _ports(port) or self._state()
        return failure or self._create((TCP, index), 0, peer, port)

    def _create(self, key, local, peer, port):
        table = self._table
        address = peer is None or not peer.replace(".", "0").strip("0123456789")
        address = address and peer != ".."
        old = table.sockets.get(key)
        if old and old.state == FAILED and self._model.wipsoft:
            return self._create_again(old, local, peer, port)
        failure = table.create(key, local, peer, port, address)
        if not failure:
            self._model.owed.outcome_first(self._model.now)
        return failure

    def _create_again(self, old, local, peer, port):
        """H15: what has failed needs no +WIPCLOSE."""
        if len(self._table.sockets) > min(self._table.most, 8):
            return NO_SOCKET
        if old.range and len(old.range.holders) > 1:
            return RESERVED
        self._table.close(old)
        return self._create(old.key, local, peer, port)

    def _server(self, index, local, first, last):
        failure = _ports(local)
        if not failure and not (1 <= first <= 8 and 1 <= last <= 8):
            failure = BAD_INDEX
        failure = failure or self._state()
        if not failure and last < first:
            failure = BAD_INDEX  # R8
        return failure or self._table.create_server((SERVER, index), local, first, last)

    def _wipcreate_read(self):
        for sock in self._table.in_order():
            fields = sock.key + (sock.local_port, sock.peer, sock.peer_port)
            self._model.say('+WIPCREATE: %d,%d,%d,"%s",%d' % fields)
        return 0

    def _wipdata(self, protocol, index, mode):
        failure = self._name(protocol, index, servers=8)
        if failure:
            return failure
        if protocol == SERVER:
            return BAD_PROTOCOL  # D4
        modes = (1, 2) if self._model.wipsoft else (1,) if protocol == UDP else (2,)
        if mode not in modes and (mode or not self._model.wipsoft):
            return NOT_SUPPORTED  # D2, D3
        sock = self._table.get(protocol, index)
        if sock is None:
            return BAD_STATE  # D22
        if not mode:
            return 0
        if sock.pending():
            return HOLD  # H9
        if sock.state == FAILED and not sock.has_data():
            return sock.error
        self._model.begins_data(sock, mode)
        return ONLINE

    def _wipdata_read(self):
        for sock in self._table.in_order():
            if sock.has_data():
                self._model.say(self._model.data_line(sock))
        return 0

    def _wipopt(self, protocol, index, action, option):
        """Action 1: one is read."""
        failure = self._name(protocol, index)
        if failure:
            return failure
        if option not in _READ_OPTIONS:
            return NO_OPTION
        if protocol not in _READ_OPTIONS[option]:
            return NOT_SUPPORTED
        sock = self._table.get(protocol, index)
        if sock is None or sock.state not in (READY, HALF, LISTENING):
            return BAD_STATE  # O1, Q30
        values = {0: sock.local_port, 1: sock.peer_port, 2: '"%s"' % sock.peer}
        values[3] = int(sock.bound)
        values[6] = sock.readable()
        self._model.say("+WIPOPT: %d,%d,%s" % (protocol, option, values[option]))
        return 0

    def _wipclose(self, protocol, index):
        failure = self._name(protocol, index)
        if failure:
            return failure
        sock = self._table.get(protocol, index)
        if sock is None:
            return BAD_STATE
        if sock.unsent and self._age() < _DRAIN_MS:
            return HOLD
        self._table.close(sock)
        return 0


def _ports(*ports):
    """0, or BAD_PORT if one is none."""
    return 0 if all(port is None or 0 <= port <= 65535 for port in ports) else BAD_PORT
