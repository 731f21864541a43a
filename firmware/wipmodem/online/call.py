"""The host's data call through the radio (ATD, ATA, ATO, ATH, S0; Q41).

    _IDLE    --ATD, ATA--> _CALLING --CONNECT--> _UP --ATH, carrier lost--> _IDLE
                           _CALLING --any other result--> _IDLE

The bearer exchanges the bytes of the call with the radio. In online data mode, the host exchanges
bytes with the call. After an escape sequence, the call is on hold until ATO.
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
from ..urc import REGISTERED, RESULT, WIND
from .tcp import IDLE_MS

# States of the data call.
_IDLE = const(0)
_CALLING = const(1)
_UP = const(2)

# Body of the command line ATA. The modem runs ATA when a call has rung as many times as S0 says.
_ANSWER = const(b"A")
_RINGING_MS = const(6000)  # longest time in ms between two RINGs of the same incoming call
# H27: shortest time in ms for which the RI line is on, even if the call is answered sooner.
_RI_MS = const(100)
# Time in ms between two calls of tick() while a data call exists or an incoming call rings.
_WATCH_MS = const(100)
# When a call ends, the radio drops the carrier and then sends its own NO CARRIER line.
_CALL_ENDED = const(b"\r\nNO CARRIER")
# Longest time in ms from the loss of the carrier to the radio's own NO CARRIER line.
_CALL_ENDED_MS = const(50)


class Call:
    """State of the host's data call. Also queues URCs for events that the radio reports."""

    def __init__(self, context):
        # Bytes of the call that were read from the radio and not yet written to the host. The
        # Span uses the scratch buffer of the socket table: during a call no session is up, so
        # no socket needs that buffer.
        self.unread = Span(context.table.scratch)
        self._context = context
        self._radio = context.session.radio
        self._clock = context.clock
        self._counters = context.counters
        self._settings = context.settings
        self._urcs = context.urcs
        self._state = _IDLE
        self._rings = 0  # number of RINGs of the incoming call; 0 if no call is waiting
        self._rang_ms = 0  # timestamp of the last RING, in ms
        self._ri = False  # True while the RI line is on
        self._by_s0 = False  # True if the next ATA comes from the modem (S0), not from the host
        # The attributes abortable, ahead and byte serve to abort a call that is being set up, when
        # the host sends a character (V.250 5.6.1).
        self.abortable = True  # True if a character from the host aborts the call attempt
        # Number of host bytes that arrived too early to abort the call attempt; -1 until these
        # bytes have been counted.
        self.ahead = -1
        self.byte = bytearray(1)  # buffer for reading one byte from the host

    def busy(self):
        """Return True while a data call is connected, on hold or being set up."""
        return self._state != _IDLE

    def up(self):
        """Return True while a data call is connected or on hold."""
        return self._state == _UP

    def ringing(self):
        """Return True while the RI line (ring indicator) is on (H27)."""
        return self._ri

    def begin(self, text):
        """Begin a call attempt with a dial or answer command. Return False if the radio is busy.

        text: the command for the radio, bytes. The caller has checked that no call is in progress.
        """
        if not self._radio.call(text, self._settings[S7] * 1000):
            return False
        self._state = _CALLING
        self._rings = 0
        return True

    def prepare(self):
        """Prepare for a call attempt: decide whether a character from the host may abort it.

        A call attempt that the modem itself begins because of S0 cannot be aborted by a character.
        """
        self.ahead = -1
        self.abortable = not self._by_s0
        self._by_s0 = False

    def result(self):
        """Return the result code of a call attempt, or None while the call is being set up.

        The result code is CONNECT, or the reason why the attempt failed (V.250 6.3).
        """
        if self._radio.calling():
            return None
        if self._radio.online():
            self._state = _UP
            return RESULT_CONNECT
        self._state = _IDLE
        code = self._radio.code
        # A call that was connected and lost since the last pass ends in NO CARRIER.
        return code if RESULT_CONNECT < code <= RESULT_NO_ANSWER else RESULT_NO_CARRIER

    def speed(self):
        """Return the speed of the call in bit/s, or 0 if the radio has not reported a speed."""
        return self._radio.speed

    def hang_up(self):
        """End the data call, if there is one. Return True if there was a call.

        Bytes that were read from the radio and not written to the host are dropped and counted.
        """
        was_busy = self.busy()
        if was_busy:
            self._radio.hang_up()
            self._counters.add(RX_DROPPED, self.unread.remaining())
            self.unread.fill(0)
        self._state = _IDLE
        return was_busy

    def lost(self):
        """Return True if a connected call was ended by the remote side or by the network."""
        return self._state == _UP and not (self._radio.online() and self._radio.carrier())

    def wait_ms(self):
        """Return the time in ms until the next tick() is needed."""
        return _WATCH_MS if self._needs_service() else IDLE_MS

    def tick(self):
        """Report events of the call and the radio to the host. Answer a call if S0 requires it.

        Return True if an event was reported or a call was answered.
        """
        if not self._needs_service():
            return False
        channel = self._context.online.channel
        if self.lost() and not channel:
            self.hang_up()
            self._urcs.put(RESULT, RESULT_NO_CARRIER)
            return True
        if self._report():
            return True
        command = self._context.command
        if channel or command.line.busy() or self._urcs.count:
            return False
        answers = self._is_answered() and not self._context.session.in_session()
        if answers:
            self._by_s0 = True
            command.line.inject(_ANSWER)
            command.begin()
        return answers

    def _needs_service(self):
        radio = self._radio
        return self._state or self._ri or radio.rang or radio.registered >= 0 or radio.winds

    def _report(self):
        """Queue a URC for the next event of the radio. Return True if a URC was queued."""
        radio = self._radio
        if radio.rang:
            radio.rang = False
            self._rings += 1
            self._rang_ms = self._clock.now_ms
            self._ri = True
            self._urcs.put(RESULT, RESULT_RING)
            return True
        if self._ri:
            self._time_ri(ticks_diff(self._clock.now_ms, self._rang_ms))
        if radio.registered >= 0:
            self._urcs.put(REGISTERED, 0, radio.registered)
            radio.registered = -1
            return True
        return self._report_wind(radio)

    def _report_wind(self, radio):
        """Queue the pending +WIND with the lowest number, unless a +WIND is already in the queue.

        Return True if a +WIND was queued.
        """
        if not radio.winds or self._urcs.find(WIND) >= 0:
            return False
        event = 0
        while not radio.winds >> event & 1:
            event += 1
        radio.winds ^= 1 << event
        self._urcs.put(WIND, 0, event)
        return True

    def _time_ri(self, since_ms):
        """Switch the RI line off after the caller has given up or the call has been answered.

        since_ms: time in ms since the last RING.
        """
        if since_ms >= _RINGING_MS:
            self._rings = 0
        self._ri = self._rings > 0 or since_ms < _RI_MS

    def _is_answered(self):
        """Return True if the number of RINGs has reached S0, so that the modem has to answer.

        Return True only once for an incoming call.
        """
        if not 0 < self._settings[S0] <= self._rings:
            return False
        self._rings = 0
        return not self.busy()


class CallChannel:
    """Channel that moves the bytes of a data call unchanged in both directions (mode.py).

    After the carrier is lost, the radio may still hold bytes of the call, followed by its own NO
    CARRIER line. The channel waits for that line and does not send it to the host as data.
    """

    def __init__(self, context):
        self._context = context
        self._clock = context.clock
        self._call = context.online.call
        self._radio = context.session.radio
        self._serial = context.board.serial
        self._out = context.writer.out
        self._unread = context.online.call.unread
        self._lost = False  # True after the call has lost its carrier
        self._lost_ms = 0  # timestamp of the loss of the carrier, in ms
        # True if the carrier is lost and the radio has no more bytes of the call.
        self._empty = False

    def enter(self):
        self._lost = self._empty = False

    def leave(self):
        """Do nothing, because the call stays on hold until ATO or ATH."""

    def peer_gone(self):
        return self._lost

    def outcome(self):
        """Return RESULT after the carrier is lost and all data is written to the host, else MORE.

        With RESULT, the final result code is NO CARRIER.
        """
        if not self._empty or self._unread.remaining() or self._out.count():
            return MORE
        self._call.hang_up()
        return self._context.finish(RESULT_NO_CARRIER)

    def tick(self):
        """Check the carrier of the call. Return True if it was lost since the last check."""
        if self._lost or not self._call.lost():
            return False
        self._lost = True
        self._lost_ms = self._clock.now_ms
        return True

    def wait_ms(self):
        return _CALL_ENDED_MS if self._lost else IDLE_MS

    def from_host(self, span):
        """Send host bytes to the radio. After the carrier is lost, drop and count host bytes."""
        if self._lost:
            self._context.counters.add(TX_DROPPED, span.remaining())
            span.consume(span.remaining())
        else:
            span.consume(self._radio.write(span.buf, span.start, span.remaining()))

    def has_data(self):
        return self._unread.remaining() > 0

    def to_host(self):
        span = self._unread
        if self._out.count():
            return False
        if not span.remaining():
            self._read(span)
        return span.remaining() > 0 and span.write_to(self._serial) > 0

    def _read(self, span):
        # Check the carrier before the read: a NO CARRIER line that is read after the loss of the
        # carrier comes from the radio and is not data of the call.
        self.tick()
        if self._lost and ticks_diff(self._clock.now_ms, self._lost_ms) < _CALL_ENDED_MS:
            return
        n = max(self._radio.readinto(span.buf), 0)
        self._empty = self._lost and not n
        if self._lost:
            line = span.buf.find(_CALL_ENDED, 0, n)
            n = line if line >= 0 else n
        span.fill(n)
