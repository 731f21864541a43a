"""What takes effect once the answer has left: another line speed (F2), a restart (H20).

Flow control, which the host need not wait for, is changed in the next pause of the host's: some
UARTs lose what comes just then.
"""

from .. import ticks
from ..compat import const
from ..settings import RX_FLOW, SPEED, TX_FLOW

_LOOK_MS = const(1)  # how often the line is asked whether it is done
_PAUSE_MS = const(30)


class After:
    def __init__(self, modem):
        self._modem = modem
        self._serial = modem.board.serial
        self.due = False  # something is to be done before the host is listened to again
        self.lazily_due = False  # ... and this in a pause
        self._restart = False
        self.over = False  # all has ended: the loop makes a new modem
        self._first_rate = self._rate = self._serial.rate
        self._tx_held = self._rx_held = self._serial.flow

    def set_line(self):
        self.due = True

    def set_flow(self):
        self.lazily_due = True

    def restart(self):
        self._restart = self.due = True

    def wait_ms(self):
        """Until `service` is needed, while something is due."""
        return _LOOK_MS

    def service(self):
        """Do it, if all that was said is out."""
        if self._modem.out.count() or not self._serial.sent():
            return
        if not self.due and ticks.diff(self._modem.now_ms, self._modem.heard_ms) < _PAUSE_MS:
            return
        if self._restart:
            self._end()
            return
        self.due = self.lazily_due = self._restart = False
        self.apply()

    def _end(self):
        """End all that would outlive this modem on the board; its line is as at power-up."""
        self._modem.calls.hang_up()
        self._modem.ping.stop()
        self._modem.stack.shut_down()
        self._modem.table.release()
        serial = self._serial
        serial.overruns = serial.framing = serial.breaks = 0
        serial.set_dcd(False)
        serial.set_dsr(False)
        serial.set_ri(False)
        self._configure(self._first_rate, serial.flow, serial.flow)
        self.over = True

    def apply(self):
        """The line as the settings have it."""
        settings = self._modem.settings
        self._configure(settings[SPEED] * 100, settings[TX_FLOW] != 0, settings[RX_FLOW] != 0)

    def _configure(self, rate, tx_held, rx_held):
        if (rate, tx_held, rx_held) != (self._rate, self._tx_held, self._rx_held):
            self._rate, self._tx_held, self._rx_held = rate, tx_held, rx_held
            self._serial.configure(rate, tx_held, rx_held)
