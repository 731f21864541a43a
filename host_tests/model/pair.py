"""A modem and the model of it, to which the same is done, and which must say the same.

A step is one thing that a host or the network does; it says False where it means nothing. What was
done is kept as a transcript.
"""

from comparing import Comparing
from model_modem import DATAGRAM, Model
from model_table import CONNECTING, HALF, LISTENING, READY, SERVER, TCP, UDP

from session import Session
from wipmodem.contract import C1, WIPSOFT

SIZES = {"block": 256, "rx": 256, "tx": 256, "datagram": DATAGRAM}

_MOST = 200  # bytes that wait on one side of a socket: what flow control does is told elsewhere
_GUARD_MS = 1000
_PACE_MS = 20


class Pair(Comparing):
    def __init__(self, wipsoft=False, urcs=8, echo=False, online=True):
        echo = echo and not wipsoft  # with both the LF behind CR is waited for (H17)
        session = Session(dialect=WIPSOFT if wipsoft else C1, flow=True, urcs=urcs, **SIZES)
        super().__init__(session, Model(wipsoft, urcs, echo))
        self.transcript.extend(["= fresh"] + ["= wipsoft"] * wipsoft + ["= urcs %d" % urcs])
        self.transcript.extend(["= %s %d" % each for each in sorted(SIZES.items())])
        begin = b"ATE%d+CMEE=1;+WIPXURC=,1\r" % echo
        self._type(begin)
        self.transcript.append("~ %d" % _PACE_MS)
        self._session.wait(_PACE_MS)
        self._note("<<", self._session.take())
        if online:
            self.do("online", ())

    def do(self, name, arguments):
        """One step; False if it means nothing now."""
        done = getattr(self, "step_" + name)(*arguments)
        if done:
            self._settle()
            self._check()
        return done

    # Steps of the host

    def step_line(self, *commands):
        if not self._at_rest():
            return False
        self._line([_named(each) for each in commands])
        return True

    def step_online(self):
        begun = self.step_line(("+WIPCFG", (1,)))
        self._settle()
        return self.step_line(("+WIPBR", (4, 6))) or begun

    def step_close(self, which):
        key = self._pick(lambda each: True, which)
        return key is not None and self.step_line(("+WIPCLOSE", key))

    def step_close_all(self, protocol):
        """Of one protocol, in a line."""
        keys = [each.key for each in self._model.table.in_order() if each.key[0] == protocol]
        return bool(keys) and self.step_line(*[("+WIPCLOSE", key) for key in keys])

    def step_data(self, which, other):
        """Data mode, in the guide's mode or the other."""
        command = self._data_command(which, other, lambda each: each.key[0] != SERVER)
        return command is not None and self.step_line(command)

    def step_visit(self, which, other, data):
        """Data mode of one that has a peer, something to send, and out of it."""
        command = self._data_command(which, other, lambda each: each.state in (READY, HALF))
        if command is None or not self.step_line(command):
            return False
        self._settle()
        self.step_write(data)
        self.step_escape()
        return True

    def step_take_range(self):
        """A client at an index that only a range can hold."""
        for each in self._model.table.ranges:
            for index in range(each.first, each.last + 1):
                if (TCP, index) not in self._model.table.sockets:
                    return self.step_line(("+WIPCREATE", (TCP, index, "192.0.2.10", 80)))
        return False

    def step_crowd(self, which, n, held):
        """A server, if there is none; so many peers connect, while a line is typed or not."""
        if self._target(which, _listening) is None:
            self.step_line(("+WIPCREATE", (SERVER, 1, 7000, 5, 6)))
            self._settle()
        if held:
            self.step_hold()
            self._settle()
        came = 0
        while came < n and self._happens("peer", (which, ("192.0.2.80", 5000 + came))):
            self._settle()
            came += 1
        return came > 0

    def step_hold(self):
        if not self._at_rest() or self._model.typing:
            return False
        self._type(b"A")
        self._model.hold()
        return True

    def step_write(self, data):
        model = self._model
        mapped = model.table.mapped
        if not mapped or len(mapped.unsent) + len(data) > _MOST:
            return False
        self._type(data)
        model.writes(data)
        self._wait(_PACE_MS)
        return True

    def step_escape(self):
        model = self._model
        if not model.in_data_mode() or model.escape_at is not None:
            return False
        self._wait(_GUARD_MS)
        if not model.in_data_mode():
            return True
        self._type(b"+++")
        model.escape_at = model.now + _GUARD_MS
        self._wait(_GUARD_MS)
        return True

    def step_wait(self, ms):
        self._wait(ms)
        return True

    # Steps of the network

    def step_event(self, event):
        return self._happens(*event)

    def step_together(self, event, command):
        """In one pass of the modem's: the event is there when the command is read."""
        if not self._at_rest() or not self._happens(*event):
            return False
        self.transcript.append("# the same moment:")
        self._line([_named(command)])
        return True

    def step_together_close(self, event, which):
        key = self._pick(lambda each: True, which)
        return key is not None and self.step_together(event, ("+WIPCLOSE", key))

    def step_together_data(self, event, which):
        # How many datagrams a stack still gives in the moment that it goes, no rule says.
        gone = event[0] == "bearer"
        suits = lambda each: each.key[0] != SERVER and not (gone and each.behind)  # noqa: E731
        command = self._data_command(which, 0, suits)
        return command is not None and self.step_together(event, command)

    def step_dtr(self):
        model = self._model
        if model.ending is not None:
            return False
        self._results = int(model.in_data_mode())
        self._act("dtr off")
        model.dtr_drops()
        self._settle()
        self._act("dtr on")
        return True

    def _happens(self, kind, arguments):
        """False if there is nothing that it could happen to."""
        words = getattr(self, "_do_" + kind)(*arguments)
        if words is None:
            return False
        self._act(words)
        return True

    def _do_connects(self, which):
        return self._to_peer("connects", which, _connecting)

    def _do_refuses(self, which):
        return self._to_peer("refuses", which, _connecting)

    def _do_unreachable(self, which):
        return self._to_peer("unreachable", which, _connecting)

    def _do_closes(self, which):
        return self._to_peer("closes", which, _stream)

    def _do_resets(self, which):
        return self._to_peer("resets", which, _has_peer)

    def _do_port_closed(self, which):
        return self._to_peer("port_closed", which, lambda each: _datagrams(each) and each.bound)

    def _to_peer(self, kind, which, suits):
        target = self._target(which, suits)
        if target is None:
            return None
        getattr(self._model.table, kind)(target)
        return "%s %d,%d" % ((kind,) + target.key)

    def _do_sends(self, which, data):
        fits = lambda each: _stream(each) and len(each.unread) + len(data) <= _MOST  # noqa: E731
        target = self._target(which, fits)
        if target is None:
            return None
        self._model.table.sends(target, data)
        return "sends %d,%d %r" % (target.key + (data,))

    def _do_window(self, which, n):
        target = self._target(which, _has_peer)
        if target is None:
            return None
        self._model.table.window_of(target, n)
        return "window %d,%d %d" % (target.key + (n,))

    def _do_peer(self, which, sender):
        target = self._target(which, _listening)
        if target is None:
            return None
        self._model.table.peer(target, *sender)
        return "peer %d,%d %s:%d" % (target.key + sender)

    def _do_datagram(self, which, sender, data):
        target = self._target(which, _datagrams)
        if target is None:
            return None
        self._model.table.arrives(target, (data,) + sender)
        return "datagram %d,%d %s:%d %r" % (target.key + sender + (data,))

    def _do_dns(self, which, answer):
        asked = [each for each in self._model.table.questions if each and each.asked]
        if not asked:
            return None
        question = asked[which % len(asked)]
        self._model.table.answer(question, None if answer == "nothing" else answer)
        return "dns %s %s" % (answer, question.name)

    def _do_bearer(self, words):
        session = self._model.session
        word, _, cause = words.partition(" ")
        if session.bearer not in _BEARER_FROM[word]:
            return None
        session.slow = word == "slow"
        session.cause = int(cause or 0)
        session.bearer = _BEARER_TO.get(word, session.bearer)
        return "bearer " + words

    def _do_sockets_full(self, words):
        self._model.table.full = words != "no"
        return "sockets_full " + words

    # Doing

    def _at_rest(self):
        """May the host type a line?"""
        model = self._model
        return not (model.in_data_mode() or model.ending is not None or model.todo)

    def _line(self, commands):
        text = b"AT" + ";".join([_text(each) for each in commands]).encode() + b"\r"
        self._type(text[1:] if self._model.typing else text)
        self._results += 1
        self._model.line(commands, text)

    def _type(self, data):
        self._session.serial.incoming += data
        self._note(">>", data)

    def _act(self, words):
        self.transcript.append("@ " + words)
        name, _, rest = words.partition(" ")
        getattr(self, name)(rest)

    def _wait(self, ms):
        self._settle()
        self.transcript.append("~ %d" % ms)
        self._session.wait(ms)
        self._model.wait(ms)
        self._compare()

    def _settle(self):
        self._session.settle()
        self._model.settle()
        self._compare()

    def _data_command(self, which, other, suits):
        key = self._pick(suits, which)
        return key and ("+WIPDATA", key + (3 - key[0] if other else key[0],))

    def _pick(self, suits, which):
        target = self._target(which, suits)
        return target.key if target else None

    def _target(self, which, suits):
        suited = [each for each in self._model.table.in_order() if suits(each)]
        return suited[which % len(suited)] if suited else None


_BEARER_FROM = {
    "on": ("coming", "paused"),
    "slow": ("down", "up", "paused"),
    "lost": ("up",),
    "paused": ("up",),
    "failed": ("coming",),
}
_BEARER_TO = {"on": "up", "lost": "down", "paused": "paused", "failed": "down"}


def _connecting(each):
    return each.state == CONNECTING and each.handle


def _listening(each):
    return each.state == LISTENING


def _stream(each):
    return each.key[0] == TCP and each.state == READY


def _has_peer(each):
    return each.key[0] == TCP and each.state in (READY, HALF) and each.handle


def _datagrams(each):
    return each.key[0] == UDP and each.state == READY and each.handle


def _named(command):
    """`name` becomes a name that no other socket asks for."""
    name, arguments = command
    if "name" in arguments:
        own = "s%d-%d.example" % arguments[:2]
        arguments = tuple([own if each == "name" else each for each in arguments])
    return (name, arguments)


def _text(command):
    name, arguments = command
    words = [_word(each) for each in arguments]
    while words and not words[-1]:
        words.pop()
    return name + "=" * bool(words) + ",".join(words)


def _word(argument):
    if argument is None:
        return ""
    return '"%s"' % argument if isinstance(argument, str) else str(argument)
