"""The host's data call through the radio (ATD, ATA, ATO, ATH, S0; Q41).

    _IDLE    --ATD, ATA--> _CALLING --CONNECT--> _UP --ATH, carrier lost--> _IDLE
                           _CALLING --any other result--> _IDLE

The bearer exchanges bytes with the radio. In online data mode the host is mapped to the call;
after an escape the call is on hold until ATO.
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

_ANSWER = const(b"A")  # body of the ATA line that the modem runs to answer a call for S0
_RINGING_MS = const(6000)  # longest time between two RINGs of the same incoming call
_RI_MS = const(100)  # H27: shortest time for which RI is on, even if the call is answered sooner
_WATCH_MS = const(
    100
)  # interval between calls of tick() while a data call is in progress or rings
# When a call ends, the radio drops the carrier and then sends its own NO CARRIER line.
_CALL_ENDED = const(b"\r\nNO CARRIER")
_CALL_ENDED_MS = const(50)  # longest time from the carrier loss to the radio's NO CARRIER line


class Call:
    """State of the host's data call. Also reports the radio's unsolicited lines to the host."""

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
        self._rings = 0  # number of RINGs of the incoming call, 0 after the call is answered
        self._rang_ms = 0  # timestamp of the last RING
        self._ri = False  # True while the RI line is on
        self._by_s0 = False  # True if the next ATA comes from S0 and not from the host
        # The next three attributes are used while a call is being set up (V.250 5.6.1).
        self.abortable = True  # True if a character from the host ends the call attempt
        self.ahead = (
            -1
        )  # number of host bytes typed ahead, which do not abort; -1: not counted yet
        self.byte = bytearray(1)  # buffer for one byte from the host

    def busy(self):
        """Return True while a call is connected, on hold or being set up."""
        return self._state != _IDLE

    def up(self):
        """Return True while a call is connected or on hold."""
        return self._state == _UP

    def ringing(self):
        """Return True while RI is on (H27)."""
        return self._ri

    def begin(self, text):
        """Begin a call attempt with a dial or answer command. Return False if the radio is busy.

        text: the command for the radio, bytes. The caller checks that no call is in progress.
        """
        if not self._radio.call(text, self._settings[S7] * 1000):
            return False
        self._state = _CALLING
        self._rings = 0
        return True

    def prepare(self):
        """Reset the abort rules before the host or S0 begins a call attempt."""
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
        """Return the speed of the call that the radio has reported, in bit/s, or 0."""
        return self._radio.speed

    def hang_up(self):
        """End the call, and drop and count unread data. Return True if there was a call."""
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
        """Report call and radio events to the host. Answer an incoming call if S0 requires it.

        Return True if something was done.
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
        """Queue a URC for an unsolicited line of the radio. Return True if there was one."""
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
        """Queue the pending +WIND with the lowest number, unless a +WIND is still in the queue."""
        if not radio.winds or self._urcs.find(WIND) >= 0:
            return False
        event = 0
        while not radio.winds >> event & 1:
            event += 1
        radio.winds ^= 1 << event
        self._urcs.put(WIND, 0, event)
        return True

    def _time_ri(self, since_ms):
        """Switch RI off after the caller has given up, or after the call is answered.

        since_ms: time in ms since the last RING.
        """
        if since_ms >= _RINGING_MS:
            self._rings = 0
        self._ri = self._rings > 0 or since_ms < _RI_MS

    def _is_answered(self):
        """Return True, once for each incoming call, when it has rung the number of times in S0."""
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
        self._lost = False  # True after the carrier was lost
        self._lost_ms = 0  # timestamp of the carrier loss
        # True if the carrier is lost and all bytes of the radio have been read.
        self._empty = False

    def enter(self):
        self._lost = self._empty = False

    def leave(self):
        """Do nothing: the call stays on hold until ATO or ATH."""

    def peer_gone(self):
        return self._lost

    def outcome(self):
        """Return RESULT (NO CARRIER) once the last byte of a lost call is written, else MORE."""
        if not self._empty or self._unread.remaining() or self._out.count():
            return MORE
        self._call.hang_up()
        return self._context.finish(RESULT_NO_CARRIER)

    def tick(self):
        """Check the carrier. Return True if this check has detected a loss of the carrier."""
        if self._lost or not self._call.lost():
            return False
        self._lost = True
        self._lost_ms = self._clock.now_ms
        return True

    def wait_ms(self):
        return _CALL_ENDED_MS if self._lost else IDLE_MS

    def from_host(self, span):
        """Send host bytes to the radio. After the call has ended, drop and count host bytes."""
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
        # The carrier is checked before the read: a NO CARRIER that is read after the loss of the
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
