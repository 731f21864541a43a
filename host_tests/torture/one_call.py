"""One call of one port fails, during a whole scenario; then the host finds its way back, all is as
it was, and the scenario passes. Again for the next call, and for each way in which it can fail.

one_call.py WHAT STRIDE, on either interpreter. WHAT: `ports`, what the core meets; `names`, what
name servers answer; or a chip's stack, `esp32` or `lwip`, with the real net port over it. Each
STRIDEth of the faults is played: `N to play`, a line each, `ok PLACE NUMBER OUTCOME`, then
`N passed`. The first that fails, `FAIL ...`, is the last.
"""

import gc
import sys

from torture.chips import esp32, lwip
from torture.names import Names
from torture.rack import Fakes
from transcript_events import Mismatch
from transcript_player import Player, Transcript

_SCENARIO = __file__.rsplit("/", 1)[0] + "/scenario.txt"
_LONGEST_MS = 60000  # that a command may wait for a name and a peer
_GUARD_MS = 1100
_SLACK = 128  # bytes of heap in all, however many faults: one number or text instead of another
_WARM = 3  # rounds until the heap has what stays
_DTR = "serial.dtr"  # the host itself drops it, and knows: pluses held back are then data

# Bytes used, where the interpreter counts them. CPython does not.
_used = getattr(gc, "mem_alloc", lambda: 0)


def _without_pluses(heard):
    """What peers heard, bytes or a list of bytes each, without escape sequences."""
    if isinstance(heard, bytes):
        return heard.replace(b"+++", b"")
    return [_without_pluses(each) for each in heard]


class Onlooker(Player):
    """Plays on whatever the modem says, and keeps it."""

    def __init__(self, session, way, begin):
        super().__init__(session, way, begin)
        self.said = bytearray()
        self._met = []

    def heard(self):
        """What all peers got, in the order in which they were met."""
        radio = bytes(self._session.bearer.radio.output)
        heard = [bytes(peer.sent) or peer.datagrams for peer in self._met]
        return [radio] + [what for what in heard if what]

    def _check(self):
        self.said += self._session.take()
        self._expected = b""
        self._meet_peers()
        for peer in self._peers.values():
            if peer not in self._met:
                self._met.append(peer)

    def _happens(self, name, words=""):
        if name in ("got", "got_datagrams", "radio_got"):
            return
        try:
            super()._happens(name, words)
        except Mismatch:
            return  # what it is about never came to be


class Tortured:
    """A modem that lives through it all, between ports of which one call in a scenario fails."""

    def __init__(self, session):
        self._session = session
        self._outcomes = session.outcomes
        self._lines = Transcript(_SCENARIO).lines
        self.faults = session.faults
        for _ in range(_WARM):
            self._looked_on()
            self._passes()
        self._plain = self._looked_on()
        self._used = 0  # after the first fault

    def plan(self):
        """(place, number, outcome) of each fault, one by one."""
        self.faults.begin()
        self._passes()
        calls = dict(self.faults.calls)
        for place in sorted(calls):
            outcomes = sorted(self._outcomes_of(place))
            for number in range(calls[place]):
                for outcome in outcomes:
                    yield place, number, outcome

    def suffer(self, place, number, outcome):
        """One fault, all that it must not do, and the scenario once more."""
        self.faults.begin(place, number, self._outcomes_of(place)[outcome])
        self._lives_through(place, outcome)
        used = self._heap()
        self._used = self._used or used
        more = used - self._used
        assert more <= _SLACK, "the heap has grown by %d bytes" % more

    def _lives_through(self, place, outcome):
        met = self._looked_on()
        assert self.faults.met, "it was never called"
        self.faults.begin()
        self._is_told(met, place == _DTR)
        if outcome in self._session.harmless:
            assert met[:2] == self._plain[:2], "it made a difference"
        self._passes()
        self._is_empty()

    def _outcomes_of(self, place):
        kind, _, name = place.partition(".")
        return self._outcomes[kind][name]

    def _looked_on(self):
        """The scenario, whatever comes of it, and back: (said, heard by peers, counted)."""
        session = self._session
        before = self._counted()
        player = Onlooker(session, "whole", "fresh")
        player.play(self._lines)
        session.wait(_LONGEST_MS)  # what a command is waiting for comes, or does not
        player._check()
        heard = player.heard()
        self._back()
        after = self._counted()
        return bytes(player.said), heard, [b - a for a, b in zip(before, after)]  # noqa: B905 (MicroPython has no `strict`)

    def _back(self):
        """What a host does that does not know how it stands with the modem."""
        session = self._session
        session.heal()
        session.send(b"+++")
        session.wait(_GUARD_MS)
        for line in (b"", b"ATH", b'AT+WIPXDIALECT="c1"', b"AT+WIPCFG=0", b"AT&F", b"ATE0"):
            session.ask(line)
        said = session.ask(b"AT")
        assert said == b"\r\nOK\r\n", "AT is answered by %r" % said
        session.ask(b"AT&F")
        self._is_empty()

    def _passes(self):
        """Byte for byte."""
        Player(self._session, "whole", "fresh").play(self._lines)

    def _is_told(self, met, dropped):
        """What peers did not get, the host can know of. `dropped`: the host has dropped DTR, so
        that pluses that were held back are data."""
        said, heard, counted = self._plain
        told = met[0] != said or met[2] != counted
        met_heard = _without_pluses(met[1]) if dropped else met[1]
        assert told or met_heard == heard, "nobody is told that the peers got %r" % (met[1],)

    def _is_empty(self):
        """Nothing is open, nothing is held, nothing waits."""
        session = self._session
        table = session.modem.context.table
        assert session.closed(), "a handle is open"
        assert table.all == [] and table.pending() == 0, "a socket is in the table"
        for sock in table._pool:
            assert sock.handle < 0 and sock.state == 0, "a spare socket is not free"
            for pipe in (sock.rx, sock.tx):
                most = len(pipe.buf) + pipe._ring_size
                assert (pipe.count(), pipe.capacity) == (0, most), "a pipe is not as it was"
        assert table.resolver.pending == 0, "a name is still asked for"
        assert not any(q.asker or q.handle >= 0 for q in table.resolver._questions)
        modem, context = session.modem, session.modem.context
        ping, call = context.session.ping, context.online.call
        assert not (ping and ping.active) and not (call and call.busy())
        assert not context.online.channel
        assert context.urcs.count == 0 and context.writer.out.count() == 0, "lines wait"
        assert modem.input.remaining() == 0 and not context.command.line.busy(), "host bytes wait"

    def _counted(self):
        context = self._session.modem.context
        counters = context.counters
        context.health.collect_counts(context)
        return [counters.value(i) for i in range(counters.count)]

    def _heap(self):
        gc.collect()
        gc.collect()
        return _used()


def main(what, stride):
    tortured = Tortured(KINDS[what]())
    plan = list(tortured.plan())[::stride]
    plan[:0] = plan[:1]  # twice: what the first one leaves is of the interpreter
    print("%d to play" % len(plan))
    for fault in plan:
        _suffers(tortured, fault)
    print("%d passed" % len(plan))


def _suffers(tortured, fault):
    name = "%s %d %s" % fault
    try:
        tortured.suffer(*fault)
    except Exception:
        print("FAIL", name)
        raise  # what it has left is not the next one's
    print("ok", name)


KINDS = {"ports": Fakes, "names": Names, "esp32": esp32, "lwip": lwip}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
