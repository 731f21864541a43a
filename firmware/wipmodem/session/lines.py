"""Control lines (DTR with &D, DCD with &C, DSR with &S, RI), bit rate and flow control."""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..settings import DCD_MODE, DSR_MODE, DTR_MODE, RX_FLOW, SPEED, TX_FLOW

_DCD_DROP_MS = const(1000)  # with &C2, time for which DCD is off after a call has ended
# Time without progress after which the modem discards host bytes that it received before a drop of
# DTR.
_DTR_WAIT_MS = const(1000)
_SENT_MS = const(1)  # interval at which the modem checks whether the UART has sent all output
_PAUSE_MS = const(30)  # pause in the host's bytes after which a change of flow control is applied

# Values of the &D setting.
DTR_IGNORED = const(0)
DTR_ESCAPES = const(1)
DTR_HANGS_UP = const(2)

# Values of the &C setting. With value 2, DCD is off only for 1 s after each call or session.
DCD_ON = const(0)
DCD_CALL = const(1)


class DtrDrop:
    """State of a drop of DTR, from the detection of the drop until the drop takes effect.

    The modem first handles the host bytes that were received before the drop.
    """

    def __init__(self, serial, settings, clock):
        # Value of &D, set when all host bytes before the drop have been read; else DTR_IGNORED.
        self.action = DTR_IGNORED
        self.waits = False  # True if a drop was detected and has not taken effect
        self.discards = False  # True if the modem discards the host bytes before the drop
        self._serial = serial
        self._settings = settings
        self._clock = clock
        self._dtr = False  # state of DTR at the last check
        self._remaining = -1  # number of bytes before the drop in the last pass; -1 without a drop
        self._moved_ms = 0  # time of the last progress with the bytes before the drop

    def look(self):
        """Check DTR. Return True from the detection of a drop until the drop takes effect."""
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
        """Set `discards` if the modem cannot handle the host bytes before the drop in time.

        remaining: number of host bytes that were read and not handled. blocked: True if these
        bytes wait for the end of a command in progress, which the drop will abort.
        """
        if not remaining or remaining != self._remaining:
            self._moved_ms = self._clock.now_ms
        self._remaining = remaining
        late = ticks_diff(self._clock.now_ms, self._moved_ms) >= _DTR_WAIT_MS
        self.discards = self.discards or blocked or late

    def is_coming(self):
        """Return True if &D is not 0 and DTR has dropped after host bytes that are unread."""
        return self._serial.dtr_drop_pending() and self._settings[DTR_MODE] != DTR_IGNORED

    def end(self):
        """End the drop, which takes effect now. Return the value of &D."""
        action = self.action
        self.action = DTR_IGNORED
        self.waits = self.discards = False
        self._remaining = -1
        return action


class ControlLines:
    """Driver of the lines DCD, DSR and RI, whose state depends on the session, the data call and
    online data mode."""

    def __init__(self, serial, context):
        self._serial = serial
        self._settings = context.settings
        self._clock = context.clock
        self._session = context.session
        self._online = context.online
        self._dcd = self._dsr = self._ri = False  # present states of DCD, DSR and RI
        self._was_up = False  # True if a session or call was up in the last pass
        self._drop_until_ms = -1  # with &C2, time at which DCD goes on again; -1: DCD is on

    def tick(self):
        """Set DCD, DSR and RI. Always return False, because these lines need no further pass."""
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
        """Return the time in ms until the next call of tick() is needed."""
        if self._drop_until_ms < 0:
            return _DCD_DROP_MS
        return max(ticks_diff(self._drop_until_ms, self._clock.now_ms), 0)

    def reset(self):
        """Set DCD, DSR and RI to their states at power-up."""
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

    Changes of flow control are deferred until the next pause in the host's bytes, because some
    UARTs lose bytes that arrive during such a change. The host need not wait for the change.
    """

    def __init__(self, serial, settings, clock, out):
        self.due = False  # True if a change is due before more host bytes are read
        self.flow_due = False  # True if flow control changes at the next pause in the host's bytes
        self.restarting = False  # True if the main loop must now replace the modem with a new one
        self.input_ms = 0  # time at which host bytes were last read, or were last held back unread
        self.trial = None  # the BaudTrial of +WIPXIPR; None before its first use
        self._serial = serial
        self._settings = settings
        self._clock = clock
        self._out = out
        self._restart = False  # True if a command has requested a restart
        self._first_rate = self._rate = serial.rate  # rates at power-up and now, in bit/s
        # Flow control in force: True if CTS may stop the modem, True if RTS may stop the host.
        self._tx_held = self._rx_held = serial.flow
        self.apply()

    def set_line(self):
        """Apply the rate and flow control settings as soon as all output has been sent."""
        self.due = True

    def set_flow(self):
        """Apply the flow control settings at the next pause in the host's bytes."""
        self.flow_due = True

    def restart(self):
        """Restart the modem as soon as all output has been sent."""
        self._restart = self.due = True

    def wait_ms(self):
        """Return the time in ms until the next call of tick() is needed. Call only while a change
        is due."""
        return _SENT_MS

    def tick(self):
        """Apply the deferred changes that are due, as soon as all output has been sent. Always
        return False, because a change needs no further pass."""
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
        """Configure the UART from the settings, if these settings have changed."""
        settings = self._settings
        self._configure(settings[SPEED] * 100, settings[TX_FLOW] != 0, settings[RX_FLOW] != 0)

    def reset(self):
        """Configure the UART as at power-up, and set its error counters to 0."""
        serial = self._serial
        serial.overruns = serial.framing = serial.breaks = 0
        self._configure(self._first_rate, serial.flow, serial.flow)

    def _configure(self, rate, tx_held, rx_held):
        if (rate, tx_held, rx_held) != (self._rate, self._tx_held, self._rx_held):
            self._rate, self._tx_held, self._rx_held = rate, tx_held, rx_held
            self._serial.configure(rate, tx_held, rx_held)
