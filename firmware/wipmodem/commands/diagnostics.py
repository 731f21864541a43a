"""Commands of our own: how the modem fares, what it tells unasked, its dialect."""

from .. import errors
from ..at.writer import LONG_MAX
from ..compat import const
from ..settings import DIALECT, ITSELF, STAMPS, TELL_OVERRUN, TELL_REFUSED
from .base import DONE, HOLD, MORE
from .identity import dialect, find_dialect

_TEXT_MOST = const(80)
_QUOTE = const(0x22)

# What AT+WIPXHEALTH tells behind the cause, in this order.
_FIGURES = (
    (b"uptime_s", lambda modem: modem.clock.seconds),
    (b"stall_ms", lambda modem: modem.health.stall_ms),
    (b"heap_free", lambda modem: modem.health.heap_free),
    (b"heap_least", lambda modem: modem.health.heap_least),
    (b"sockets_most", lambda modem: modem.table.most),
    (b"urcs_most", lambda modem: modem.urcs.most),
    (b"out_most", lambda modem: modem.health.writer.most),
    (b"session_s", lambda modem: modem.stack.session_s()),
    (b"redials", lambda modem: modem.health.redials()),
    (b"sent", lambda modem: modem.health.sent()),
    (b"received", lambda modem: modem.health.received()),
)


def stat_read(modem):
    """AT+WIPXSTAT?: every counter of what was lost or refused, a line each."""
    counters = modem.counters
    i = modem.step
    if i == 0:
        modem.health.count_all()
    modem.writer.begin(b"+WIPXSTAT: ").text(counters.name(i)).comma(counters.value(i)).end()
    modem.step = i + 1
    return MORE if modem.step < counters.count else DONE


def stat_line(modem):
    """AT+WIPXSTAT: all counters in one line, in the order of AT+WIPXSTAT?."""
    if not modem.writer.room(LONG_MAX):
        return HOLD
    modem.health.count_all()
    counters = modem.counters
    writer = modem.writer.begin(b"+WIPXSTAT: ").number(counters.value(0))
    for i in range(1, counters.count):
        writer.comma(counters.value(i))
    writer.end()
    return DONE


def stat_set(modem):
    """AT+WIPXSTAT=0: they begin anew."""
    modem.health.count_all()
    modem.counters.reset()
    return DONE


def health_read(modem):
    """AT+WIPXHEALTH?: why the modem has started, and each figure, a line each."""
    if modem.step == 0:
        modem.health.look()
    return say_figure(modem)


def say_figure(modem):
    """The next line of them, of the heap what was seen last."""
    i = modem.step
    modem.step = i + 1
    if i == 0:
        modem.writer.begin(b"+WIPXHEALTH: reset").quoted(modem.health.cause).end()
        return MORE
    name, figure = _FIGURES[i - 1]
    modem.writer.begin(b"+WIPXHEALTH: ").text(name).comma(figure(modem)).end()
    return MORE if i < len(_FIGURES) else DONE


def health_line(modem):
    """AT+WIPXHEALTH: the same in one line."""
    if not modem.writer.room(LONG_MAX):
        return HOLD
    modem.health.look()
    writer = modem.writer.begin(b'+WIPXHEALTH: "').text(modem.health.cause).char(_QUOTE)
    for figure in _FIGURES:
        writer.comma(figure[1](modem))
    writer.end()
    return DONE


def health_set(modem):
    """AT+WIPXHEALTH=0: marks and sums begin anew."""
    modem.health.reset()
    return DONE


def urc_set(modem):
    """AT+WIPXURC=<stamps>[,<refused>[,<overruns>]]: what is told unasked, beside the guide's."""
    for i in range(modem.arguments.count):
        if modem.arguments.given(i):
            modem.settings[STAMPS + i] = modem.arguments.value(i)
    return DONE


def urc_read(modem):
    settings = modem.settings
    writer = modem.writer.begin(b"+WIPXURC: ").number(settings[STAMPS])
    writer.comma(settings[TELL_REFUSED]).comma(settings[TELL_OVERRUN]).end()
    return DONE


def crash_read(modem):
    """AT+WIPXCRASH?: the traceback of what brought the modem down last, a line each."""
    lines = modem.board.crash.lines()
    if modem.step >= len(lines):
        return DONE
    modem.writer.begin(b"+WIPXCRASH: ").text(lines[modem.step].encode()[:_TEXT_MOST]).end()
    modem.step += 1
    return MORE


def crash_set(modem):
    """AT+WIPXCRASH=0: forget it."""
    modem.board.crash.clear()
    return DONE


def dialect_set(modem):
    """AT+WIPXDIALECT="wipsoft": from the next command on, and kept over power loss."""
    number = find_dialect(modem.arguments.text(0).lower())
    if number < 0:
        return errors.BAD_VALUE
    before = modem.settings[DIALECT]
    modem.settings[DIALECT] = number
    saved = False
    try:
        saved = modem.profile.save(ITSELF)
    finally:  # also where it found no memory
        if not saved:
            modem.settings[DIALECT] = before
    return DONE if saved else errors.STORE_FAILED


def dialect_read(modem):
    modem.writer.begin(b'+WIPXDIALECT: "').text(dialect(modem)).char(_QUOTE).end()
    return DONE
