"""Diagnostics and settings that only this modem has; the module is loaded on first use.

+WIPXSTAT, +WIPXHEALTH, +WIPXURC, +WIPXLOG, +WIPXCRASH, +WIPXDIALECT, +WIPXIPR.
"""

from .. import errors
from ..at.writer import LONG_MAX
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..settings import AT_ONCE, DIALECT, SPEED, URC_OVERRUN, URC_REJECTED, URC_TIME, save
from .base import supports_rate
from .identity import dialect, find_dialect

_MAX_TEXT = const(80)  # bytes of a line of a traceback that are written
_QUOTE = const(0x22)
_TRIAL_S = const(10)  # time limit of a baud-rate trial, unless the host gives another one
_HUNDRED = const(100)  # bit/s: the unit of the setting SPEED
_SECOND_MS = const(1000)
_IDLE_MS = const(1000)

# The figures of AT+WIPXHEALTH after the reason for the start: name, and a function that
# returns the figure of a Context.
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
    """Write every counter of losses and rejections, each in a line: AT+WIPXSTAT?."""
    counters = context.counters
    i = context.step
    if i == 0:
        context.health.collect_counts(context)
    context.writer.begin(b"+WIPXSTAT: ").text(counters.name(i)).comma(counters.value(i)).end()
    context.step = i + 1
    return MORE if context.step < counters.count else DONE


def stat_line(context):
    """Write all counters in one line, in the order of AT+WIPXSTAT?: AT+WIPXSTAT."""
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
    """Set all counters to 0: AT+WIPXSTAT=0."""
    context.health.collect_counts(context)
    context.counters.reset()
    return DONE


def health_read(context):
    """Measure the heap; write the reason for the start and every figure: AT+WIPXHEALTH?."""
    if context.step == 0:
        context.health.measure_heap(context)
    return write_figure(context)


def write_figure(context):
    """Write the next line of AT+WIPXHEALTH?, with the heap as it was last measured."""
    i = context.step
    context.step = i + 1
    if i == 0:
        context.writer.begin(b"+WIPXHEALTH: reset").quoted(context.health.cause).end()
        return MORE
    name, figure = _FIGURES[i - 1]
    context.writer.begin(b"+WIPXHEALTH: ").text(name).comma(figure(context)).end()
    return MORE if i < len(_FIGURES) else DONE


def health_line(context):
    """Write the reason for the start and all figures in one line: AT+WIPXHEALTH."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    context.health.measure_heap(context)
    writer = context.writer.begin(b'+WIPXHEALTH: "').text(context.health.cause).char(_QUOTE)
    for figure in _FIGURES:
        writer.comma(figure[1](context))
    writer.end()
    return DONE


def health_set(context):
    """Set peaks to the present values and sums to 0: AT+WIPXHEALTH=0."""
    context.health.reset(context)
    return DONE


def urc_set(context):
    """Choose optional URCs: AT+WIPXURC=[<time>][,<rejected>][,<overrun>], each 0 or 1."""
    for i in range(context.arguments.count):
        if context.arguments.given(i):
            context.settings[URC_TIME + i] = context.arguments.value(i)
    return DONE


def urc_read(context):
    """Write which optional URCs are on: AT+WIPXURC?."""
    settings = context.settings
    writer = context.writer.begin(b"+WIPXURC: ").number(settings[URC_TIME])
    writer.comma(settings[URC_REJECTED]).comma(settings[URC_OVERRUN]).end()
    return DONE


def crash_read(context):
    """Write the traceback of the last crash line by line: AT+WIPXCRASH?."""
    lines = context.board.crash.lines()
    if context.step >= len(lines):
        return DONE
    context.writer.begin(b"+WIPXCRASH: ").text(lines[context.step].encode()[:_MAX_TEXT]).end()
    context.step += 1
    return MORE


def crash_set(context):
    """Delete the traceback: AT+WIPXCRASH=0."""
    context.board.crash.clear()
    return DONE


def dialect_set(context):
    """Set and save the dialect, for the next command on: AT+WIPXDIALECT="wipsoft"."""
    number = find_dialect(context.arguments.text(0).lower())
    if number < 0:
        return context.fail(errors.BAD_VALUE)
    before = context.settings[DIALECT]
    context.settings[DIALECT] = number
    saved = False
    try:
        saved = save(context.settings, context.board.store, AT_ONCE)
    finally:  # also after MemoryError
        if not saved:
            context.settings[DIALECT] = before
    return context.outcome(0 if saved else errors.STORE_FAILED)


def dialect_read(context):
    """Write the name of the dialect: AT+WIPXDIALECT?."""
    context.writer.begin(b'+WIPXDIALECT: "').text(dialect(context)).char(_QUOTE).end()
    return DONE


def log_read(context):
    """Write the entries of the flight recorder, the oldest first: AT+WIPXLOG?."""
    recorder = context.recorder
    if context.step >= recorder.used():
        return DONE
    recorder.write_entry(context.writer, context.step)
    context.step += 1
    return MORE


def log_set(context):
    """Delete all entries of the flight recorder: AT+WIPXLOG=0."""
    context.recorder.clear()
    return DONE


# +WIPXIPR: a baud-rate trial with a fallback rate


class BaudTrial:
    """A rate of the host's UART that falls back to the former rate unless the host confirms it.

    The time limit starts once the UART has the new rate, after the OK was sent.
    """

    def __init__(self, context):
        self.active = False  # the host has not confirmed the rate yet
        self.fallback = 0  # rate before the trial, 100 bit/s
        self._context = context
        self._limit_ms = 0
        self._due_ms = 0  # end of the time limit, once it has started
        self._started = False  # the time limit has started

    def begin(self, rate, seconds):
        """Begin a trial of a rate, bit/s. A trial during another one keeps the fallback rate."""
        settings = self._context.settings
        if not self.active:
            self.fallback = settings[SPEED]
        self.active = True
        self._started = False
        self._limit_ms = seconds * _SECOND_MS
        self._set_rate(rate // _HUNDRED)

    def end(self):
        """End the trial. The present rate stays."""
        self.active = False

    def left_ms(self):
        """Return the time in ms that the host has for its confirmation."""
        if not self._started:
            return self._limit_ms
        return max(ticks_diff(self._due_ms, self._context.clock.now_ms), 0)

    def wait_ms(self):
        """Return the time in ms until tick() is needed."""
        return self.left_ms() if self.active else _IDLE_MS

    def tick(self):
        """Return to the fallback rate after the time limit. Return True if it did."""
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
    """Begin a baud-rate trial: AT+WIPXIPR=<rate>[,<seconds>]. The OK has the old rate."""
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
    """Confirm the rate on trial: AT+WIPXIPR."""
    trial = context.deferred.trial
    if trial is None or not trial.active:
        return context.fail(errors.BAD_STATE)
    trial.end()
    return DONE


def trial_read(context):
    """Report the rate, the fallback rate, and the seconds until the modem returns to it.

    Without a trial the last number is 0.
    """
    trial = context.deferred.trial
    active = trial is not None and trial.active
    rate = context.settings[SPEED] * _HUNDRED
    fallback = trial.fallback * _HUNDRED if active else rate
    left_s = (trial.left_ms() + 999) // _SECOND_MS if active else 0
    context.writer.begin(b"+WIPXIPR: ").number(rate).comma(fallback).comma(left_s).end()
    return DONE
