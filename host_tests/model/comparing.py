"""What must be the same of a modem and its model, after every step.

The bytes, the table, the handles, what each peer has got, the counters, and what must hold
whatever the model thinks.
"""

from model_table import CONNECTING, FAILED, HALF, LISTENING, READY, RESOLVING, SERVER, TCP, UDP

from transcript_events import Events
from wipmodem import urc
from wipmodem.sockets import socket as sock

_STATES = {
    sock.RESOLVING: RESOLVING,
    sock.CONNECTING: CONNECTING,
    sock.READY: READY,
    sock.PEER_CLOSED: HALF,
    sock.FAILED: FAILED,
    sock.LISTENING: LISTENING,
}
_RESULTS = (b"OK", b"ERROR")  # CONNECT is followed by one more, when data mode ends


class Wrong(Exception):
    """Modem and model differ, or something that must hold does not."""


class Comparing(Events):
    """`_session`: the modem's; the model, and what the host has heard so far."""

    def __init__(self, session, model):
        self._session = session
        self._model = model
        self._peers = {}
        self._awaited = set()  # sockets whose outcome the host has not been told
        self._results = 0  # that the host can still expect
        self.transcript = []

    def _note(self, sign, data):
        if data:
            self.transcript.append("%s %r" % (sign, data))

    def _compare(self):
        """The bytes said; then who is who at the network is learnt."""
        said = self._session.take()
        wanted, self._model.said = self._model.said, b""
        self._note("<<", wanted)
        if said != wanted:
            raise Wrong("expected %r, the modem said %r" % (wanted, said))
        for line in said.split(b"\r\n"):
            self._hear(line)
        for each in self._session.modem.context.table.all:
            if each.handle >= 0:
                self._peers["%d,%d" % (each.protocol, each.index)] = self._session.net.socket(
                    each.handle
                )

    def _hear(self, line):
        if line in _RESULTS or line.startswith(b"+CME ERROR"):
            self._results -= 1
        name, _, values = line.partition(b": ")
        if name in (b"+WIPREADY", b"+WIPERROR"):
            self._awaited.discard(tuple([int(each) for each in values.split(b",")[:2]]))

    def _check(self):
        self._check_table()
        self._check_ranges()
        self._check_handles()
        self._check_counters()
        self._check_outcomes()
        model = self._model
        due = model.todo or model.in_data_mode() or model.ending is not None
        _same("results that are missing", int(bool(due)), self._results)

    def _check_table(self):
        for each in self._session.modem.context.table.all:
            wanted = self._model.table.get(each.protocol, each.index)
            if wanted is None:
                raise Wrong("the modem alone has a socket %d,%d" % (each.protocol, each.index))
            _same(wanted.key, _described(wanted), _seen(each))
        n = len(self._model.table.sockets)
        _same("the number of sockets", n, len(self._session.modem.context.table.all))

    def _check_ranges(self):
        """Ranges never overlap, and no index is in two uses, whatever the model thinks."""
        sockets = self._session.modem.context.table.all
        ranges = {each.range[1:] for each in sockets if each.range[0]}
        taken = [i for first, last in ranges for i in range(first, last + 1)]
        taken += [each.index for each in sockets if each.protocol == TCP and not each.range[0]]
        servers = [each.range[1] for each in sockets if each.protocol == SERVER]
        for what in (taken, servers, [each.key for each in sockets]):
            _same("indexes in two uses", len(what), len(set(what)))

    def _check_handles(self):
        net = self._session.net
        _same("open handles", self._model.table.handles(), len(net.open_handles()))
        for each in self._model.table.sockets.values():
            if not each.handle:
                continue
            peer = self._peers["%d,%d" % each.key]
            mine = self._session.sock(*each.key)
            _same("the handle", peer, net.socket(mine.handle))
            if each.key[0] == UDP:
                _same(each.key, each.got_datagrams, peer.datagrams)
            else:
                _same(each.key, each.got, bytes(peer.sent))

    def _check_counters(self):
        modem = self._session.modem
        modem.context.health.collect_counts(modem.context)
        for i in range(modem.context.counters.count):
            name = str(modem.context.counters.name(i), "ascii")
            wanted = (
                self._model.owed.lost if name == "urc_lost" else self._model.counts.get(name, 0)
            )
            _same(name, wanted, modem.context.counters.value(i))

    def _check_outcomes(self):
        """A socket is pending, or its outcome was said or is owed."""
        modem = self._session.modem
        urcs = modem.context.urcs
        owed = [urcs.keys[i] for i in range(urcs.count) if urcs.kinds[i] <= urc.FAILED]
        open_ = {(each.protocol, each.index): each for each in modem.context.table.all}
        self._awaited |= {key for key, each in open_.items() if each.is_pending()}
        self._awaited &= set(open_)
        for key in self._awaited:
            if not open_[key].is_pending() and open_[key].key not in owed:
                raise Wrong("the outcome of %d,%d was never told" % key)


def _described(each):
    """What the model says of a socket."""
    span = (each.range.first, each.range.last) if each.range else (0, 0)
    named = (each.local_port, each.peer, each.peer_port)
    return (each.state, each.error, each.bound, each.readable(), len(each.unsent)) + named + span


def _seen(each):
    """The same of the modem's."""
    peer = ".".join([str(byte) for byte in each.addr])
    unsent = each.tx.count()
    named = (each.local_port, peer, each.peer_port)
    states = (_STATES[each.state], each.error, each.has_peer, each.readable(), unsent)
    return states + named + each.range[1:]


def _same(what, wanted, had):
    if wanted != had:
        raise Wrong("%s: expected %r, it is %r" % (what, wanted, had))
