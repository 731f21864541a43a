"""Handlers of commands for diagnostics and settings that only this modem has.

The commands are +WIPXSTAT, +WIPXHEALTH, +WIPXURC, +WIPXLOG, +WIPXCRASH, +WIPXDIALECT and +WIPXIPR.
The module is loaded when a host first uses one of these commands.
"""

from .. import errors
from ..at.writer import LONG_MAX
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..settings import AT_ONCE, DIALECT, SPEED, URC_OVERRUN, URC_REJECTED, URC_TIME, save
from .base import supports_rate
from .identity import dialect, find_dialect

_MAX_TEXT = const(80)  # largest number of bytes of a traceback in one line
_QUOTE = const(0x22)
_TRIAL_S = const(10)  # default time limit of a baud-rate trial, in seconds
_HUNDRED = const(100)  # unit of the SPEED setting, in bit/s
_SECOND_MS = const(1000)
_IDLE_MS = const(1000)

# Figures that AT+WIPXHEALTH reports after the reset cause. An entry is (name, function). The
# function takes a Context and returns the value of the figure, an integer.
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
    """Handle AT+WIPXSTAT?: write each counter of losses and rejections on its own line."""
    counters = context.counters
    i = context.step
    if i == 0:
        context.health.collect_counts(context)
    context.writer.begin(b"+WIPXSTAT: ").text(counters.name(i)).comma(counters.value(i)).end()
    context.step = i + 1
    return MORE if context.step < counters.count else DONE


def stat_line(context):
    """Handle AT+WIPXSTAT: write all counters in one line, in the order of AT+WIPXSTAT?."""
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
    """Handle AT+WIPXSTAT=0: set all counters to 0."""
    context.health.collect_counts(context)
    context.counters.reset()
    return DONE


def health_read(context):
    """Handle AT+WIPXHEALTH?: measure the heap, then write the reset cause and each figure."""
    if context.step == 0:
        context.health.measure_heap(context)
    return write_figure(context)


def write_figure(context):
    """Write the next line of the response to AT+WIPXHEALTH?.

    Return MORE, or DONE after the last line. This function does not measure the free heap, but
    reports the result of the last measurement.
    """
    i = context.step
    context.step = i + 1
    if i == 0:
        context.writer.begin(b"+WIPXHEALTH: reset").quoted(context.health.cause).end()
        return MORE
    name, figure = _FIGURES[i - 1]
    context.writer.begin(b"+WIPXHEALTH: ").text(name).comma(figure(context)).end()
    return MORE if i < len(_FIGURES) else DONE


def health_line(context):
    """Handle AT+WIPXHEALTH: write the reset cause and all figures in one line."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    context.health.measure_heap(context)
    writer = context.writer.begin(b'+WIPXHEALTH: "').text(context.health.cause).char(_QUOTE)
    for figure in _FIGURES:
        writer.comma(figure[1](context))
    writer.end()
    return DONE


def health_set(context):
    """Handle AT+WIPXHEALTH=0: set the health peaks to the present values, and the sums to 0."""
    context.health.reset(context)
    return DONE


def urc_set(context):
    """Handle AT+WIPXURC=[<time>][,<rejected>][,<overrun>]: enable or disable optional URCs.

    The arguments stand for +WIPXTIME, +WIPXREFUSED and +WIPXOVERRUN. Value 1 enables the URC,
    value 0 disables the URC. If an argument is omitted, its URC stays as it is.
    """
    for i in range(context.arguments.count):
        if context.arguments.given(i):
            context.settings[URC_TIME + i] = context.arguments.value(i)
    return DONE


def urc_read(context):
    """Handle AT+WIPXURC?: write 1 or 0 for each optional URC, enabled or disabled."""
    settings = context.settings
    writer = context.writer.begin(b"+WIPXURC: ").number(settings[URC_TIME])
    writer.comma(settings[URC_REJECTED]).comma(settings[URC_OVERRUN]).end()
    return DONE


def crash_read(context):
    """Handle AT+WIPXCRASH?: write the traceback of the last crash, one line in each call."""
    lines = context.board.crash.lines()
    if context.step >= len(lines):
        return DONE
    context.writer.begin(b"+WIPXCRASH: ").text(lines[context.step].encode()[:_MAX_TEXT]).end()
    context.step += 1
    return MORE


def crash_set(context):
    """Handle AT+WIPXCRASH=0: delete the traceback of the last crash."""
    context.board.crash.clear()
    return DONE


def dialect_set(context):
    """Handle AT+WIPXDIALECT=<name>: set and save the dialect.

    The new dialect applies from the next command on. If saving fails, the old dialect stays in
    use.
    """
    number = find_dialect(context.arguments.text(0).lower())
    if number < 0:
        return context.fail(errors.BAD_VALUE)
    before = context.settings[DIALECT]
    context.settings[DIALECT] = number
    saved = False
    try:
        saved = save(context.settings, context.board.store, AT_ONCE)
    finally:  # return to the old dialect also after a MemoryError
        if not saved:
            context.settings[DIALECT] = before
    return context.outcome(0 if saved else errors.STORE_FAILED)


def dialect_read(context):
    """Handle AT+WIPXDIALECT?: write the name of the dialect."""
    context.writer.begin(b'+WIPXDIALECT: "').text(dialect(context)).char(_QUOTE).end()
    return DONE


def log_read(context):
    """Handle AT+WIPXLOG?: write the entries of the flight recorder, the oldest entry first."""
    recorder = context.recorder
    if context.step >= recorder.used():
        return DONE
    recorder.write_entry(context.writer, context.step)
    context.step += 1
    return MORE


def log_set(context):
    """Handle AT+WIPXLOG=0: delete all entries of the flight recorder."""
    context.recorder.clear()
    return DONE


# +WIPXIPR: baud-rate trial with a fallback rate


class BaudTrial:
    """Trial of a new rate on the host's UART.

    Unless the host confirms the new rate in time, the UART returns to the old rate. The time
    limit starts when the UART changes to the new rate, after the OK has been sent.
    """

    def __init__(self, context):
        self.active = False  # True during a baud-rate trial that the host has not confirmed
        self.fallback = 0  # rate before the baud-rate trial, in units of 100 bit/s
        self._context = context
        self._limit_ms = 0  # time limit of the baud-rate trial, in ms
        # Value of clock.now_ms at the end of the time limit, valid only if _started is True.
        self._due_ms = 0
        self._started = False  # True once the time limit of the baud-rate trial has started

    def begin(self, rate, seconds):
        """Begin a baud-rate trial.

        rate: new rate in bit/s. seconds: time limit for the confirmation by the host.

        A trial that begins during another trial keeps the fallback rate of the first trial.
        """
        settings = self._context.settings
        if not self.active:
            self.fallback = settings[SPEED]
        self.active = True
        self._started = False
        self._limit_ms = seconds * _SECOND_MS
        self._set_rate(rate // _HUNDRED)

    def end(self):
        """End the baud-rate trial, and keep the present rate of the host's UART."""
        self.active = False

    def left_ms(self):
        """Return the remaining time in ms for the host to confirm the rate."""
        if not self._started:
            return self._limit_ms
        return max(ticks_diff(self._due_ms, self._context.clock.now_ms), 0)

    def wait_ms(self):
        """Return the time in ms until the next call of tick() is needed."""
        return self.left_ms() if self.active else _IDLE_MS

    def tick(self):
        """Set the fallback rate after the time limit. Return True if the rate was changed."""
        if not self.active:
            return False
        if not self._started and not self._context.deferred.due:
            self._started = True
            self._due_ms = ticks_add(self._context.clock.now_ms, self._limit_ms)
        if not self._started or self.left_ms():
            return False
        self.active = False
        self._set_rate(self.fallback)
        return True

    def _set_rate(self, rate):
        self._context.settings[SPEED] = rate
        self._context.deferred.set_line()


def trial_set(context):
    """Handle AT+WIPXIPR=<rate>[,<seconds>]: begin a baud-rate trial.

    The OK is sent at the old rate.
    """
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
    """Handle AT+WIPXIPR: confirm the new rate, which ends the baud-rate trial."""
    trial = context.deferred.trial
    if trial is None or not trial.active:
        return context.fail(errors.BAD_STATE)
    trial.end()
    return DONE


def trial_read(context):
    """Handle AT+WIPXIPR?: write the rate, the fallback rate, and the remaining time in seconds.

    Without a trial, the fallback rate equals the rate, and the remaining time is 0.
    """
    trial = context.deferred.trial
    active = trial is not None and trial.active
    rate = context.settings[SPEED] * _HUNDRED
    fallback = trial.fallback * _HUNDRED if active else rate
    left_s = (trial.left_ms() + 999) // _SECOND_MS if active else 0
    context.writer.begin(b"+WIPXIPR: ").number(rate).comma(fallback).comma(left_s).end()
    return DONE
