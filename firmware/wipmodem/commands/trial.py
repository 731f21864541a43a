"""+WIPXIPR: a line speed on trial. Unless the host confirms it there, it goes back."""

from .. import errors
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..context import DONE
from ..settings import SPEED
from .base import supports_rate

_TRIAL_S = const(10)
_HUNDRED = const(100)
_IDLE_MS = const(1000)


class Trial:
    """Its time begins when the new speed does."""

    def __init__(self, context):
        self.under_way = False
        self.former = 0  # 100 bit/s
        self._context = context
        self._seconds = 0
        self._due_ms = 0
        self._begun = False

    def begin(self, rate, seconds):
        """A trial amid another one leads back to where that began."""
        settings = self._context.settings
        if not self.under_way:
            self.former = settings[SPEED]
        self.under_way = True
        self._begun = False
        self._seconds = seconds
        settings[SPEED] = rate // _HUNDRED
        self._context.deferred.set_line()

    def end(self):
        """The speed that there is stays."""
        self.under_way = False

    def wait_ms(self):
        """Return the time in ms until tick() is needed."""
        return self.left_ms() if self.under_way else _IDLE_MS

    def left_ms(self):
        """Of its time."""
        if not self._begun:
            return self._seconds * 1000
        return max(ticks_diff(self._due_ms, self._context.clock.now_ms), 0)

    def tick(self):
        """True if it is over, and was not confirmed."""
        if not self.under_way:
            return False
        if not self._begun and not self._context.deferred.due:
            self._begun = True
            self._due_ms = ticks_add(self._context.clock.now_ms, self._seconds * 1000)
        if not self._begun or self.left_ms():
            return False
        self.under_way = False
        self._context.settings[SPEED] = self.former
        self._context.deferred.set_line()
        return True


def begin(context):
    """AT+WIPXIPR=<rate>[,<seconds>]: the OK goes out at the old rate."""
    rate = context.arguments.value(0)
    seconds = context.arguments.value_or(1, _TRIAL_S)
    if not supports_rate(context, rate) or not seconds:
        return context.fail(errors.ERROR)
    trial = context.deferred.trial
    if trial is None:
        trial = Trial(context)
        context.active.append(trial)
        context.deferred.trial = trial
    trial.begin(rate, seconds)
    return DONE


def confirm(context):
    """AT+WIPXIPR: the host is heard."""
    trial = context.deferred.trial
    if trial is None or not trial.under_way:
        return context.fail(errors.BAD_STATE)
    trial.end()
    return DONE


def read(context):
    """The rate, the one that would come back, and the seconds until then; 0 if none would."""
    trial = context.deferred.trial
    under_way = trial is not None and trial.under_way
    speed = context.settings[SPEED] * _HUNDRED
    former = trial.former * _HUNDRED if under_way else speed
    left_s = (trial.left_ms() + 999) // 1000 if under_way else 0
    context.writer.begin(b"+WIPXIPR: ").number(speed).comma(former).comma(left_s).end()
    return DONE
