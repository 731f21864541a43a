"""Commands of our own: what was lost, what brought the modem down, the dialect."""

from . import errors
from . import settings as at
from .base_commands import DONE, MORE
from .compat import const
from .identity import dialect, find_dialect

_TEXT_MOST = const(80)
_QUOTE = const(0x22)


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


def dialect_set(modem):
    """AT+WIPXDIALECT="wipsoft": from the next command on, and kept over power loss."""
    number = find_dialect(modem.arguments.text(0).lower())
    if number < 0:
        return errors.BAD_VALUE
    before = modem.settings[at.DIALECT]
    modem.settings[at.DIALECT] = number
    if modem.profile.save(at.ITSELF):
        return DONE
    modem.settings[at.DIALECT] = before
    return errors.STORE_FAILED


def dialect_read(modem):
    modem.writer.begin(b'+WIPXDIALECT: "').text(dialect(modem)).char(_QUOTE).end()
    return DONE
