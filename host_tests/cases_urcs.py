"""Strangers whose connections are refused again and again: the host is still heard and answered.

At 1200 bit/s a pass of the modem's loop sends a byte or none, and the lines about them never end.
Both interpreters.
"""

from session import Session
from wipmodem import urc
from wipmodem.clock import Clock

_PASSES = 20000
_OTHERS = 8  # lines that concern no socket


class Crowd:
    """A modem with a full server, told of each refusal, and peers that connect without a pause."""

    def __init__(self):
        self.session = session = Session().online()
        session.ask(b"AT+WIPXURC=,1")
        session.ask(b"AT+WIPCREATE=3,1,7000,5,5")
        self.listener = session.peer(3, 1)
        self.listener.inbox.append((b"\xc0\0\2\x09", 4000))
        session.settle()
        session.take()
        self._write = session.serial.write
        self._free = 0  # bytes that the line still takes in this pass

    def _slowly(self, buf, off, n):
        n = self._write(buf, off, min(n, self._free))
        self._free -= n
        return n

    def passes(self, until):
        """As many as it takes for the modem to say that; in each the line takes a byte, and there
        is one more peer."""
        session = self.session
        session.serial.write = self._slowly
        for _ in range(_PASSES):
            self._free = 1
            self.listener.inbox[:] = [(b"\xc0\0\2\x42", 5000)]
            session.net.poll(0)
            session.modem.service(session.now_ms)
            if until(session.serial.output):
                return
        raise AssertionError("the modem says only %r" % bytes(session.serial.output[-200:]))


def case_a_command_is_answered():
    """Typed when the lines about strangers fill all buffers."""
    crowd = Crowd()
    crowd.passes(lambda said: len(said) > 2000)
    crowd.session.take()
    crowd.session.serial.incoming += b"AT\r"
    crowd.passes(lambda said: b"\r\nOK\r\n" in said)
    said = crowd.session.take()
    assert said.count(b"+WIPXREFUSED") < 20 and crowd.session.modem.context.urcs.lost > 0


def case_data_mode_ends():
    """Its result comes after the lines that waited when it ended, and before all later ones."""
    crowd = Crowd()
    session = crowd.session
    assert session.ask(b"AT+WIPDATA=2,5,2") == b"\r\nCONNECT\r\n"
    session.wait(1000)
    session.send(b"+++")
    session.wait(999)
    crowd.passes(lambda said: session.modem.context.urcs.lost > 100)
    session.peer(2, 5).inbox.append(b"x")
    session.now_ms = session.now_ms + 1 & 0x3FFFFFFF
    crowd.passes(lambda said: b"\r\nOK\r\n" in said)
    said = session.take()
    data = said.find(b"+WIPDATA: 2,5,1")
    assert said.count(b"+WIPXREFUSED") == 8 and said.find(b"+WIPXLOST: ") < data < said.find(b"OK")


def _all_of(queue, sockets):
    """Each kind for each socket that can owe it together with the others, and all other lines."""
    for who in range(sockets):
        for kind in (urc.ACCEPT, urc.DATA, urc.PEER_CLOSE):
            queue.put(kind, 0x20 | who)
    for kind, who in ((urc.BEARER, 0), (urc.BEARER, 1), (urc.RESULT, 3), (urc.RESULT, 4)):
        queue.put(kind, who)
    queue.put(urc.REGISTERED, 0, 5)
    queue.put(urc.PING, 0, 1)
    queue.put(urc.OVERRUN, 0, 1)
    for port in range(40):
        queue.put_rejected(0x31, b"\1\2\3\4", port, 1)


def case_there_is_room_for_all():
    """Once or twice, the newest last: a source never takes another's room."""
    queue = urc.UrcQueue(8, 3, Clock())
    _all_of(queue, 8)
    most = 3 * 8 + _OTHERS + 3
    assert (queue.count, queue.peak, queue.lost) == (most, most, 37)
    _all_of(queue, 8)
    assert (queue.count, queue.peak, queue.lost) == (most, most, 77)
    assert queue.values[queue.find(urc.LOST)] == 77


def case_a_line_is_owed_once():
    """The later one counts, in its own place."""
    queue = urc.UrcQueue(1, 0, Clock())
    for status in (0, 1, 0):
        queue.put(urc.BEARER, status)
    queue.put(urc.REGISTERED, 0, 1)
    queue.put(urc.REGISTERED, 0, 5)
    seen = [(queue.kinds[i], queue.keys[i], queue.values[i]) for i in range(queue.count)]
    assert seen == [(urc.BEARER, 1, 0), (urc.BEARER, 0, 0), (urc.REGISTERED, 0, 5)]
