"""What the commands of base.md do beyond setting a value."""

from . import VERSION, errors
from . import settings as at
from .compat import const

DONE = const(0)
MORE = const(1)  # a line was said, call again for the next
HOLD = const(2)  # not yet: call again in a later pass
ONLINE = const(3)  # CONNECT, and the DTE is in data mode

_TEXT_MOST = const(80)


def identify(modem):
    """ATI: product, version, board; whether what was kept over power loss is gone."""
    if modem.step:
        modem.writer.begin(b"profile damaged: factory values").end()
        return DONE
    modem.writer.begin(b"wipmodem ").text(VERSION).text(b" ").text(modem.board.name).end()
    modem.step = 1
    return MORE if modem.board.store.torn else DONE


def cmee_set(modem):
    modem.settings[at.CMEE] = modem.arguments.value(0)
    return DONE


def cmee_read(modem):
    modem.writer.begin(b"+CMEE: ").number(modem.settings[at.CMEE]).end()
    return DONE


def ok(modem):
    return DONE


def stat_read(modem):
    """AT+WIPXSTAT?: every counter of what was lost or refused, a line each."""
    counters = modem.counters
    i = modem.step
    if i == 0:
        modem.count_all()
    modem.writer.begin(b"+WIPXSTAT: ").text(counters.name(i)).comma(counters.value(i)).end()
    modem.step = i + 1
    return MORE if modem.step < counters.count else DONE


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


def s_register_read(modem, setting):
    """Three digits, zero padded."""
    value = modem.settings[setting]
    writer = modem.writer.begin()
    writer.number(value // 100).number(value // 10 % 10).number(value % 10).end()


def assign(modem, setting, value):
    """Give a setting a value of its range: DONE or ERROR."""
    low, high, _ = at.RANGES[setting]
    if not low <= value <= high:
        return errors.ERROR
    modem.settings[setting] = value
    return DONE
