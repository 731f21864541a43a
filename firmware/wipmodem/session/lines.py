"""Control lines and line settings: DTR (&D), DCD (&C), DSR (&S), RI, rate and flow control."""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..settings import DCD_MODE, DSR_MODE, DTR_MODE, RX_FLOW, SPEED, TX_FLOW

_DCD_DROP_MS = const(1000)  # &C2: how long DCD is off after a call has ended
_DTR_WAIT_MS = const(1000)  # bytes before a drop of DTR are discarded if none of them moved for it
_SENT_MS = const(1)  # how often the UART is asked whether it has sent everything
_PAUSE_MS = const(30)  # flow control changes after the host has been silent for this time

# Values of &D.
DTR_IGNORED = const(0)
DTR_ESCAPES = const(1)
DTR_HANGS_UP = const(2)

# Values of &C; 2: DCD is off only for a while after a call.
DCD_ON = const(0)
DCD_CALL = const(1)


class DtrDrop:
    """A drop of DTR, from its detection until it takes effect. Host bytes before it come first."""

    def __init__(self, serial, settings, clock):
        self.action = DTR_IGNORED  # value of &D once the bytes before the drop have been read
        self.waits = False  # a drop was detected and has not taken effect
        self.discards = False  # the bytes before the drop are discarded: no receiver takes them
        self._serial = serial
        self._settings = settings
        self._clock = clock
        self._dtr = False  # DTR when last looked at
        self._remaining = -1  # bytes before the drop in the last pass, -1 without a drop
        self._moved_ms = 0  # when _remaining last changed, or was 0

    def look(self):
        """Look at DTR. Return True from the detection of a drop until it takes effect."""
        if not self.action:
            before = self._dtr
            self._dtr = self._serial.dtr()
            if before and not self._dtr:
                self.action = self._settings[DTR_MODE]
        self.waits = self.action > 0 or self.is_coming()
        if not self.waits:
            self._remaining = -1
            self.discards = False
        return self.waits

    def time(self, remaining, blocked):
        """Decide whether the bytes before the drop are discarded.

        remaining: number of host bytes read and not handled. blocked: True if they wait after a
        command that holds, which a drop ends.
        """
        if not remaining or remaining != self._remaining:
            self._moved_ms = self._clock.now_ms
        self._remaining = remaining
        late = ticks_diff(self._clock.now_ms, self._moved_ms) >= _DTR_WAIT_MS
        self.discards = self.discards or blocked or late

    def is_coming(self):
        """Return True if DTR drops after bytes that are still to be read, and &D is not 0."""
        return self._serial.dtr_drop_pending() and self._settings[DTR_MODE] != DTR_IGNORED

    def end(self):
        """Let the drop take effect. Return the value of &D."""
        action = self.action
        self.action = DTR_IGNORED
        self.waits = self.discards = False
        self._remaining = -1
        return action


class ControlLines:
    """DCD, DSR and RI. They follow session, data call and online data mode."""

    def __init__(self, serial, context):
        self._serial = serial
        self._settings = context.settings
        self._clock = context.clock
        self._session = context.session
        self._online = context.online
        self._dcd = self._dsr = self._ri = False  # state of the lines
        self._was_up = False  # a session or call was up in the last pass
        self._drop_until_ms = -1  # &C2: end of the time in which DCD is off, -1: it is on

    def tick(self):
        """Set the lines. Return False: no pass has to follow for them."""
        call = self._online.call
        on = self._settings[DSR_MODE] == 0
        if on != self._dsr:
            self._dsr = on
            self._serial.set_dsr(on)
        on = call is not None and call.ringing()
        if on != self._ri:
            self._ri = on
            self._serial.set_ri(on)
        up = self._session.up() or (call is not None and call.up())
        if self._was_up and not up:
            self._drop_until_ms = ticks_add(self._clock.now_ms, _DCD_DROP_MS)
        self._was_up = up
        if self._drop_until_ms >= 0 and not self.wait_ms():
            self._drop_until_ms = -1
        on = self._dcd_wanted(up)
        if on != self._dcd:
            self._dcd = on
            self._serial.set_dcd(on)
        return False

    def wait_ms(self):
        """Return the time in ms until tick() is needed."""
        if self._drop_until_ms < 0:
            return _DCD_DROP_MS
        return max(ticks_diff(self._drop_until_ms, self._clock.now_ms), 0)

    def reset(self):
        """Set the lines as at power-up."""
        self._serial.set_dcd(False)
        self._serial.set_dsr(False)
        self._serial.set_ri(False)

    def _dcd_wanted(self, up):
        mode = self._settings[DCD_MODE]
        if mode == DCD_CALL:
            return up and not self._online.peer_gone()  # Q28
        return mode == DCD_ON or self._drop_until_ms < 0


class Deferred:
    """Settings that take effect after the result code has been sent: rate (F2), restart (H20).

    Flow control changes later, in the next silence of the host: some UARTs lose bytes that arrive
    during the change. The host need not wait for it.
    """

    def __init__(self, serial, settings, clock, out):
        self.due = False  # a change is due before more host bytes are read
        self.flow_due = False  # a change of flow control is due in a silence of the host
        self.restarting = False  # the restart is due now: the loop creates a new modem
        self.input_ms = 0  # when the host's last byte was read, or had to wait unread
        self.trial = None  # BaudTrial of +WIPXIPR, once a host has used it
        self._serial = serial
        self._settings = settings
        self._clock = clock
        self._out = out
        self._restart = False  # a restart was asked for
        self._first_rate = self._rate = serial.rate  # bit/s, at power-up and now
        # CTS holds our output, RTS holds the host; as configured last.
        self._tx_held = self._rx_held = serial.flow
        self.apply()

    def set_line(self):
        """Apply the settings of the line once all output has been sent."""
        self.due = True

    def set_flow(self):
        """Apply the settings of flow control in a silence of the host."""
        self.flow_due = True

    def restart(self):
        """Restart the modem once all output has been sent."""
        self._restart = self.due = True

    def wait_ms(self):
        """Return the time in ms until tick() is needed, while something is due."""
        return _SENT_MS

    def tick(self):
        """Apply the changes that are due, once all output has been sent. Return False: no pass has
        to follow."""
        if self._out.count() or not self._serial.tx_done():
            return False
        if not self.due and ticks_diff(self._clock.now_ms, self.input_ms) < _PAUSE_MS:
            return False
        self.restarting = self._restart
        if not self._restart:
            self.due = self.flow_due = False
            self.apply()
        return False

    def apply(self):
        """Configure the UART from the settings, if they have changed."""
        settings = self._settings
        self._configure(settings[SPEED] * 100, settings[TX_FLOW] != 0, settings[RX_FLOW] != 0)

    def reset(self):
        """Configure the UART as at power-up; its counters start at 0."""
        serial = self._serial
        serial.overruns = serial.framing = serial.breaks = 0
        self._configure(self._first_rate, serial.flow, serial.flow)

    def _configure(self, rate, tx_held, rx_held):
        if (rate, tx_held, rx_held) != (self._rate, self._tx_held, self._rx_held):
            self._rate, self._tx_held, self._rx_held = rate, tx_held, rx_held
            self._serial.configure(rate, tx_held, rx_held)
