"""UART control lines (DTR with &D, DCD with &C, DSR with &S, RI), bit rate and flow control."""

from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..settings import DCD_MODE, DSR_MODE, DTR_MODE, RX_FLOW, SPEED, TX_FLOW

_DCD_DROP_MS = const(1000)  # with &C2, time for which DCD is off after a data call or session
# Time without progress, in ms, after which the modem discards the host bytes that it received
# before a drop of DTR and has not handled.
_DTR_WAIT_MS = const(1000)
_SENT_MS = const(1)  # interval at which the modem checks whether the UART has sent all output
_PAUSE_MS = const(30)  # time without bytes from the host before the modem changes flow control

# Values of the &D setting.
DTR_IGNORED = const(0)
DTR_ESCAPES = const(1)
DTR_HANGS_UP = const(2)

# Values of the &C setting. With value 2, DCD is off only for 1 s after each data call or session.
DCD_ON = const(0)
DCD_CALL = const(1)


class DtrDrop:
    """State of a drop of DTR, from the detection of the drop until the drop takes effect.

    The modem first handles the host bytes that were received before the drop.
    """

    def __init__(self, serial, settings, clock):
        # Value of &D that selects the effect of the drop of DTR. It is set when the UART driver
        # has no more host bytes from before the drop. Until then it is DTR_IGNORED.
        self.action = DTR_IGNORED
        self.waits = False  # True if a drop of DTR was detected and has not taken effect
        # True if the modem discards the host bytes that were received before the drop of DTR.
        self.discards = False
        self._serial = serial
        self._settings = settings
        self._clock = clock
        self._dtr = False  # state of DTR at the last check
        # Number of host bytes from before the drop of DTR that the modem had not handled in the
        # last pass of the main loop; -1 without a drop.
        self._remaining = -1
        # Time in ms of the last progress in handling the host bytes from before the drop of DTR.
        self._moved_ms = 0

    def look(self):
        """Check DTR. Return True from the detection of a drop of DTR until it takes effect."""
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
        """Set `discards` if the host bytes from before the drop of DTR cannot be handled in time.

        remaining: number of host bytes that were read and not handled. blocked: True if these
        bytes wait for the end of a command in progress, which the drop of DTR will abort.
        """
        if not remaining or remaining != self._remaining:
            self._moved_ms = self._clock.now_ms
        self._remaining = remaining
        late = ticks_diff(self._clock.now_ms, self._moved_ms) >= _DTR_WAIT_MS
        self.discards = self.discards or blocked or late

    def is_coming(self):
        """Return True if &D is not 0 and DTR has dropped after host bytes that the modem has not
        read yet."""
        return self._serial.dtr_drop_pending() and self._settings[DTR_MODE] != DTR_IGNORED

    def end(self):
        """Clear the state of the drop of DTR, which takes effect now. Return the value of &D."""
        action = self.action
        self.action = DTR_IGNORED
        self.waits = self.discards = False
        self._remaining = -1
        return action


class ControlLines:
    """Driver of the control lines DCD, DSR and RI. Their states depend on the settings, the
    session, the data call and online data mode."""

    def __init__(self, serial, context):
        self._serial = serial
        self._settings = context.settings
        self._clock = context.clock
        self._session = context.session
        self._online = context.online
        self._dcd = self._dsr = self._ri = False  # present states of DCD, DSR and RI
        # True if a session or data call was up in the last pass of the main loop.
        self._was_up = False
        # With &C2, time in ms at which DCD is turned on again after its drop; -1 without a drop.
        self._drop_until_ms = -1

    def tick(self):
        """Set DCD, DSR and RI. Always return False, because these lines never need another pass of
        the main loop at once."""
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
            # In online data mode, DCD is off after the peer has closed or failed (Q28).
            return up and not self._online.peer_gone()
        return mode == DCD_ON or self._drop_until_ms < 0


class Deferred:
    """Changes that take effect after the result code has been sent: bit rate (F2), restart (H20).

    Changes of flow control are deferred until the host pauses, because some UARTs lose bytes that
    arrive during such a change. The host need not wait for a change of flow control.
    """

    def __init__(self, serial, settings, clock, out):
        # True if a deferred change must be applied before the modem reads more host bytes.
        self.due = False
        # True if flow control must be changed when the host next pauses for 30 ms.
        self.flow_due = False
        # True if the main loop must now replace the modem object with a new one.
        self.restarting = False
        # Time in ms at which the modem last read host bytes, or last had a reason not to read.
        self.input_ms = 0
        self.trial = None  # the BaudTrial of +WIPXIPR; None before its first use
        self._serial = serial
        self._settings = settings
        self._clock = clock
        self._out = out
        self._restart = False  # True if a command has requested a restart
        self._first_rate = self._rate = serial.rate  # bit rates at power-up and now, in bit/s
        # Flow control in force: _tx_held is True if CTS may stop the modem from sending. _rx_held
        # is True if RTS may stop the host from sending.
        self._tx_held = self._rx_held = serial.flow
        self.apply()

    def set_line(self):
        """Apply the bit rate and flow control settings as soon as all output has been sent."""
        self.due = True

    def set_flow(self):
        """Apply the flow control settings when the host next pauses for 30 ms."""
        self.flow_due = True

    def restart(self):
        """Restart the modem as soon as all output has been sent."""
        self._restart = self.due = True

    def wait_ms(self):
        """Return the time in ms until the next call of tick() is needed. Call this method only
        while a deferred change is due."""
        return _SENT_MS

    def tick(self):
        """Apply the deferred changes that are due, as soon as all output has been sent. Always
        return False, because a change never needs another pass of the main loop at once."""
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
