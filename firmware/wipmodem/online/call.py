"""A data call of the host's own, straight through the radio (ATD, ATA).

    REST --dial, answer--> CALLING --CONNECT--> UP --ATH, carrier lost--> REST
                           CALLING --any other result--> REST

Whether the host is in data mode or has put the call on hold is data.py's to know. The bearer
serves the radio; here its end of the call is noticed.
"""

from ..clock import ticks_diff
from ..compat import const
from ..context import MORE
from ..contract import (
    RESULT_CONNECT,
    RESULT_NO_ANSWER,
    RESULT_NO_CARRIER,
    RESULT_RING,
)
from ..counters import RX_DROPPED, TX_DROPPED
from ..pipe import Span
from ..settings import S0, S7
from ..urc import WIND
from .tcp import IDLE_MS

_REST = const(0)
_CALLING = const(1)
_UP = const(2)

_ANSWER = const(b"A")
_RINGING_MS = const(6000)  # a RING is of the same call if it follows within
_RI_MS = const(100)  # H27: the shortest that RI is on, however soon the call is answered
_WATCH_MS = const(100)
_LAST_WORDS = const(b"\r\nNO CARRIER")
_LAST_WORDS_MS = const(50)


class Call:
    def __init__(self, context):
        # What the radio has given and the host has not taken; no socket uses `scratch` in a call.
        self.unread = Span(context.table.scratch)
        self._context = context
        self._radio = context.session.radio
        self._clock = context.clock
        self._counters = context.counters
        self._settings = context.settings
        self._urcs = context.urcs
        self._state = _REST
        self._rings = 0
        self._rang_ms = 0
        self._ri = False
        self._by_s0 = False  # the next A is no command of the host's
        self.abortable = True  # by a character of the host's
        self.ahead = -1  # bytes typed ahead of the call's outcome, -1: more may still come
        self.byte = bytearray(1)  # the next of them

    def busy(self):
        return self._state != _REST

    def up(self):
        return self._state == _UP

    def ringing(self):
        """Return whether RI is on (H27)."""
        return self._ri

    def begin(self, text):
        """Call with an AT command of the radio's, there being no call; False if it is not free."""
        if not self._radio.call(text, self._settings[S7] * 1000):
            return False
        self._state = _CALLING
        self._rings = 0
        return True

    def watch_host(self):
        """A call is about to be set up, for the host or by S0."""
        self.ahead = -1
        self.abortable = not self._by_s0
        self._by_s0 = False

    def outcome(self):
        """Of the call begun: None while it is open, CONNECT, or the result that it ended in."""
        if self._radio.calling():
            return None
        if self._radio.online():
            self._state = _UP
            return RESULT_CONNECT
        self._state = _REST
        code = self._radio.code
        # The radio may have connected and lost the call before this look: that is NO CARRIER.
        return code if RESULT_CONNECT < code <= RESULT_NO_ANSWER else RESULT_NO_CARRIER

    def speed(self):
        return self._radio.speed

    def hang_up(self):
        """True if there was a call."""
        was = self.busy()
        if was:
            self._radio.hang_up()
            self._counters.add(RX_DROPPED, self.unread.left())
            self.unread.load(0)
        self._state = _REST
        return was

    def lost(self):
        """Has the far end ended a call that was up?"""
        return self._state == _UP and not (self._radio.online() and self._radio.carrier())

    def _stirs(self):
        """Is there anything to be looked after?"""
        radio = self._radio
        return self._state or self._ri or radio.rang or radio.registered >= 0 or radio.winds

    def wait_ms(self):
        """Return the time in ms until tick() is needed."""
        return _WATCH_MS if self._stirs() else IDLE_MS

    def tick(self):
        """True if something has happened: of the host's call, or one that rings is answered."""
        if not self._stirs():
            return False
        channel = self._context.online.channel
        if self.lost() and not channel:
            self.hang_up()
            self._urcs.result(RESULT_NO_CARRIER)
            return True
        if self._report():
            return True
        command = self._context.command
        if channel or command.line.busy() or self._urcs.count:
            return False
        answers = self.to_answer() and not self._context.session.in_session()  # S0
        if answers:
            self._by_s0 = True
            command.line.inject(_ANSWER)
            command.begin()
        return answers

    def _report(self):
        """What the radio says unasked is told; True if it has said something."""
        radio = self._radio
        if radio.rang:
            radio.rang = False
            self._rings += 1
            self._rang_ms = self._clock.now_ms
            self._ri = True
            self._urcs.result(RESULT_RING)
            return True
        if self._ri:
            self._time_ri(ticks_diff(self._clock.now_ms, self._rang_ms))
        if radio.registered >= 0:
            self._urcs.registered(radio.registered)
            radio.registered = -1
            return True
        return self._tell_wind(radio)

    def _tell_wind(self, radio):
        """The lowest of the radio's events, if there is one."""
        if not radio.winds or self._urcs.find(WIND) >= 0:
            return False
        event = 0
        while not radio.winds >> event & 1:
            event += 1
        radio.winds ^= 1 << event
        self._urcs.wind(event)
        return True

    def _time_ri(self, since_ms):
        """RI goes off when the caller has given up, or the call is answered: then _rings is 0."""
        if since_ms >= _RINGING_MS:
            self._rings = 0
        self._ri = self._rings > 0 or since_ms < _RI_MS

    def to_answer(self):
        """Has it rung as often as S0 says? Asked once: it is answered then, or not at all."""
        if not 0 < self._settings[S0] <= self._rings:
            return False
        self._rings = 0
        return not self.busy()


class LineCall:
    """A data call in data mode: the host's bytes and the radio's, as they are.

    A radio whose far end has gone drops its carrier and says so, too. Its words are no data: once
    the carrier is lost they are waited for, and taken off what is still to be given.
    """

    def __init__(self, context):
        self._context = context
        self._clock = context.clock
        self._calls = context.online.call
        self._radio = context.session.radio
        self._serial = context.board.serial
        self._out = context.writer.out
        self._unread = context.online.call.unread
        self._lost = False
        self._lost_ms = 0
        self._empty = False  # the radio has given all

    def begin(self):
        self._lost = self._empty = False

    def end(self):
        """The call may stay, on hold."""

    def peer_gone(self):
        return self._lost

    def outcome(self):
        """The far end has ended the call, and all that it sent is given."""
        if not self._empty or self._unread.left() or self._out.count():
            return MORE
        self._calls.hang_up()
        return self._context.finish(RESULT_NO_CARRIER)

    def tick(self):
        """True when the carrier has just been lost."""
        if self._lost or not self._calls.lost():
            return False
        self._lost = True
        self._lost_ms = self._clock.now_ms
        return True

    def wait_ms(self):
        return _LAST_WORDS_MS if self._lost else IDLE_MS

    def take(self, span):
        """Once the far end has gone nobody wants it."""
        if self._lost:
            self._context.counters.add(TX_DROPPED, span.left())
            span.take(span.left())
        else:
            span.take(self._radio.write(span.buf, span.start, span.left()))

    def waits(self):
        return self._unread.left() > 0

    def give(self):
        span = self._unread
        if self._out.count():
            return False
        if not span.left():
            self._read(span)
        n = self._serial.write(span.buf, span.start, span.left()) if span.left() else 0
        span.take(n)
        return n > 0

    def _read(self, span):
        self.tick()  # before the read: what it then says is the radio's
        if self._lost and ticks_diff(self._clock.now_ms, self._lost_ms) < _LAST_WORDS_MS:
            return
        n = max(self._radio.readinto(span.buf), 0)
        self._empty = self._lost and not n
        if self._lost:
            words = span.buf.find(_LAST_WORDS, 0, n)
            n = words if words >= 0 else n
        span.load(n)
