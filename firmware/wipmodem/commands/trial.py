"""+WIPXIPR: a line speed on trial. Unless the host confirms it there, it goes back."""

from .. import errors, ticks
from ..compat import const
from ..nobody import NOBODY
from ..settings import SPEED
from .base import DONE, takes_rate

_TRIAL_S = const(10)
_HUNDRED = const(100)


class Trial:
    """Its time begins when the new speed does."""

    def __init__(self, modem):
        self.under_way = False
        self.former = 0  # 100 bit/s
        self._modem = modem
        self._seconds = 0
        self._due_ms = 0
        self._begun = False

    def begin(self, rate, seconds):
        """A trial amid another one leads back to where that began."""
        settings = self._modem.settings
        if not self.under_way:
            self.former = settings[SPEED]
        self.under_way = True
        self._begun = False
        self._seconds = seconds
        settings[SPEED] = rate // _HUNDRED
        self._modem.after.set_line()

    def end(self):
        """The speed that there is stays."""
        self.under_way = False

    def left_ms(self):
        """Of its time."""
        if not self._begun:
            return self._seconds * 1000
        return max(ticks.diff(self._due_ms, self._modem.now_ms), 0)

    def tick(self):
        """True if it is over, and was not confirmed."""
        if not self._begun and not self._modem.after.due:
            self._begun = True
            self._due_ms = ticks.add(self._modem.now_ms, self._seconds * 1000)
        if not self._begun or self.left_ms():
            return False
        self.under_way = False
        self._modem.settings[SPEED] = self.former
        self._modem.after.set_line()
        return True


def begin(modem):
    """AT+WIPXIPR=<rate>[,<seconds>]: the OK goes out at the old rate."""
    rate = modem.arguments.value(0)
    seconds = modem.arguments.value_or(1, _TRIAL_S)
    if not takes_rate(modem, rate) or not seconds:
        return errors.ERROR
    if modem.trial is NOBODY:
        modem.trial = Trial(modem)
    modem.trial.begin(rate, seconds)
    return DONE


def confirm(modem):
    """AT+WIPXIPR: the host is heard."""
    if not modem.trial.under_way:
        return errors.BAD_STATE
    modem.trial.end()
    return DONE


def read(modem):
    """The rate, the one that would come back, and the seconds until then; 0 if none would."""
    trial = modem.trial
    speed = modem.settings[SPEED] * _HUNDRED
    former = trial.former * _HUNDRED if trial.under_way else speed
    left_s = (trial.left_ms() + 999) // 1000 if trial.under_way else 0
    modem.writer.begin(b"+WIPXIPR: ").number(speed).comma(former).comma(left_s).end()
    return DONE
