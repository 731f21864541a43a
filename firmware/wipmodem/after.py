"""What takes effect once the answer has left: another line speed (F2), a restart (+CFUN=1,1).

Flow control, which the host need not wait for, is changed in the next pause of the host's: some
UARTs lose what comes just then.
"""

from . import settings as at
from . import ticks
from .compat import const

_LOOK_MS = const(1)  # how often the line is asked whether it is done
_PAUSE_MS = const(30)


class After:
    def __init__(self, modem):
        self._modem = modem
        self._serial = modem.board.serial
        self.due = False  # something is to be done before the host is listened to again
        self.lazily_due = False  # ... and this in a pause
        self._restart = False
        self._rate = self._serial.rate
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
            self._start_anew(self._modem)
        self.due = self.lazily_due = self._restart = False
        self.apply()

    def _start_anew(self, modem):
        """As if switched on (+CFUN=1,1); counters and credentials stay."""
        modem.calls.hang_up()
        modem.ping.stop()
        modem.stack.stop()
        modem.urcs.clear()
        modem.line.reset()
        modem.trial.end()
        at.restore(modem.settings, at.NEVER)
        modem.profile.start(modem.board)
        modem.table.options.use()
        modem.table.door.reset()
        modem.health.cause = b"cfun"
        modem.recorder.start(b"cfun")

    def apply(self):
        """The line as the settings have it."""
        settings = self._modem.settings
        rate = settings[at.SPEED] * 100
        tx_held, rx_held = settings[at.TX_FLOW] != 0, settings[at.RX_FLOW] != 0
        if (rate, tx_held, rx_held) != (self._rate, self._tx_held, self._rx_held):
            self._rate, self._tx_held, self._rx_held = rate, tx_held, rx_held
            self._serial.configure(rate, tx_held, rx_held)
