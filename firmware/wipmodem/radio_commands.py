"""What belongs to the radio: passed on to it while it is idle, answered from it (never blocking).

F5, H4: its information lines are said in one piece, once its result is known and is OK.
"""

from . import errors
from .base_commands import DONE, HOLD, MORE
from .compat import const
from .text import LINE_MAX

_LONGEST = LINE_MAX - 4
_READY_MS = const(5000)


def pass_on(modem):
    """The command under way, as it was typed. Without a radio, in a call, or refused: ERROR."""
    radio = modem.stack.radio
    if modem.step == 0:
        if radio is None or modem.stack.in_call():
            return errors.ERROR
        start, end = modem.command_text()
        if not radio.ask(modem.line.buf, start, end):  # just switched on, or hanging up
            return HOLD if modem.line_age_ms() < _READY_MS else errors.ERROR
        modem.step = 1
    if radio.asking():
        return HOLD
    if radio.answer:
        return errors.ERROR
    return _say_line(modem, radio.chat)


def _say_line(modem, chat):
    """The line that begins at step - 1; DONE when there are no more."""
    at = modem.step - 1
    if at >= chat.n:
        return DONE
    writer = modem.writer.begin()
    stop = chat.lines.find(b"\n", at)
    for i in range(at, min(stop, at + _LONGEST)):
        writer.char(chat.lines[i])
    writer.end()
    modem.step = stop + 2
    return MORE
