"""Commands of our own: how the modem fares, what it tells unasked, its dialect."""

from .. import errors
from ..at.writer import LONG_MAX
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..settings import AT_ONCE, DIALECT, SPEED, URC_OVERRUN, URC_REJECTED, URC_TIME, save
from .base import supports_rate
from .identity import dialect, find_dialect

_TEXT_MOST = const(80)
_QUOTE = const(0x22)
_TRIAL_S = const(10)
_HUNDRED = const(100)
_IDLE_MS = const(1000)

# What AT+WIPXHEALTH tells behind the cause, in this order.
_FIGURES = (
    (b"uptime_s", lambda context: context.clock.seconds),
    (b"poll_gap_ms", lambda context: context.health.poll_gap_ms),
    (b"heap_free", lambda context: context.health.heap_free),
    (b"heap_min", lambda context: context.health.heap_min),
    (b"sockets_peak", lambda context: context.table.peak),
    (b"urcs_peak", lambda context: context.urcs.peak),
    (b"out_peak", lambda context: context.health.writer.peak),
    (b"session_s", lambda context: context.session.session_s()),
    (b"redials", lambda context: context.health.redials(context)),
    (b"sent", lambda context: context.health.sent(context)),
    (b"received", lambda context: context.health.received(context)),
)


def stat_read(context):
    """AT+WIPXSTAT?: every counter of what was lost or refused, a line each."""
    counters = context.counters
    i = context.step
    if i == 0:
        context.health.collect_counts(context)
    context.writer.begin(b"+WIPXSTAT: ").text(counters.name(i)).comma(counters.value(i)).end()
    context.step = i + 1
    return MORE if context.step < counters.count else DONE


def stat_line(context):
    """AT+WIPXSTAT: all counters in one line, in the order of AT+WIPXSTAT?."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    context.health.collect_counts(context)
    counters = context.counters
    writer = context.writer.begin(b"+WIPXSTAT: ").number(counters.value(0))
    for i in range(1, counters.count):
        writer.comma(counters.value(i))
    writer.end()
    return DONE


def stat_set(context):
    """AT+WIPXSTAT=0: they begin anew."""
    context.health.collect_counts(context)
    context.counters.reset()
    return DONE


def health_read(context):
    """AT+WIPXHEALTH?: why the modem has started, and each figure, a line each."""
    if context.step == 0:
        context.health.measure_heap(context)
    return say_figure(context)


def say_figure(context):
    """The next line of them, of the heap what was seen last."""
    i = context.step
    context.step = i + 1
    if i == 0:
        context.writer.begin(b"+WIPXHEALTH: reset").quoted(context.health.cause).end()
        return MORE
    name, figure = _FIGURES[i - 1]
    context.writer.begin(b"+WIPXHEALTH: ").text(name).comma(figure(context)).end()
    return MORE if i < len(_FIGURES) else DONE


def health_line(context):
    """AT+WIPXHEALTH: the same in one line."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    context.health.measure_heap(context)
    writer = context.writer.begin(b'+WIPXHEALTH: "').text(context.health.cause).char(_QUOTE)
    for figure in _FIGURES:
        writer.comma(figure[1](context))
    writer.end()
    return DONE


def health_set(context):
    """AT+WIPXHEALTH=0: marks and sums begin anew."""
    context.health.reset(context)
    return DONE


def urc_set(context):
    """AT+WIPXURC=<stamps>[,<refused>[,<overruns>]]: what is told unasked, beside the guide's."""
    for i in range(context.arguments.count):
        if context.arguments.given(i):
            context.settings[URC_TIME + i] = context.arguments.value(i)
    return DONE


def urc_read(context):
    settings = context.settings
    writer = context.writer.begin(b"+WIPXURC: ").number(settings[URC_TIME])
    writer.comma(settings[URC_REJECTED]).comma(settings[URC_OVERRUN]).end()
    return DONE


def crash_read(context):
    """AT+WIPXCRASH?: the traceback of what brought the modem down last, a line each."""
    lines = context.board.crash.lines()
    if context.step >= len(lines):
        return DONE
    context.writer.begin(b"+WIPXCRASH: ").text(lines[context.step].encode()[:_TEXT_MOST]).end()
    context.step += 1
    return MORE


def crash_set(context):
    """AT+WIPXCRASH=0: forget it."""
    context.board.crash.clear()
    return DONE


def dialect_set(context):
    """AT+WIPXDIALECT="wipsoft": from the next command on, and kept over power loss."""
    number = find_dialect(context.arguments.text(0).lower())
    if number < 0:
        return context.fail(errors.BAD_VALUE)
    before = context.settings[DIALECT]
    context.settings[DIALECT] = number
    saved = False
    try:
        saved = save(context.settings, context.board.store, AT_ONCE)
    finally:  # also where it found no memory
        if not saved:
            context.settings[DIALECT] = before
    return DONE if saved else context.fail(errors.STORE_FAILED)


def dialect_read(context):
    context.writer.begin(b'+WIPXDIALECT: "').text(dialect(context)).char(_QUOTE).end()
    return DONE


def log_read(context):
    """AT+WIPXLOG?: write the entries of the flight recorder, the oldest first, a line each."""
    recorder = context.recorder
    if context.step >= recorder.used():
        return DONE
    recorder.write_entry(context.writer, context.step)
    context.step += 1
    return MORE


def log_set(context):
    """AT+WIPXLOG=0: delete all entries of the flight recorder."""
    context.recorder.clear()
    return DONE


# +WIPXIPR


class BaudTrial:
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


def trial_set(context):
    """AT+WIPXIPR=<rate>[,<seconds>]: the OK goes out at the old rate."""
    rate = context.arguments.value(0)
    seconds = context.arguments.value_or(1, _TRIAL_S)
    if not supports_rate(context, rate) or not seconds:
        return context.fail(errors.ERROR)
    trial = context.deferred.trial
    if trial is None:
        trial = BaudTrial(context)
        context.active.append(trial)
        context.deferred.trial = trial
    trial.begin(rate, seconds)
    return DONE


def trial_run(context):
    """AT+WIPXIPR: the host is heard."""
    trial = context.deferred.trial
    if trial is None or not trial.under_way:
        return context.fail(errors.BAD_STATE)
    trial.end()
    return DONE


def trial_read(context):
    """The rate, the one that would come back, and the seconds until then; 0 if none would."""
    trial = context.deferred.trial
    under_way = trial is not None and trial.under_way
    speed = context.settings[SPEED] * _HUNDRED
    former = trial.former * _HUNDRED if under_way else speed
    left_s = (trial.left_ms() + 999) // 1000 if under_way else 0
    context.writer.begin(b"+WIPXIPR: ").number(speed).comma(former).comma(left_s).end()
    return DONE
