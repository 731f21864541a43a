"""What belongs to the radio: passed on to it while it is idle, answered from it (never blocking).

F5, H4: its information lines are said in one piece, once its result is known and is OK.
"""

from .. import errors, lazy
from ..at.writer import LINE_MAX, LONG_MAX
from ..compat import const
from .base import DONE, HOLD, MORE

_NO_RADIO = const(("commands.no_radio", "answer"))  # for lazy.py
_DIAL = const(b"dial")  # its name in the store
_DIAL_LONGEST = const(40)
_LONGEST = LINE_MAX - 4
READY_MS = const(5000)
_SPACE = const(0x20)
_DELETE = const(0x7F)


def pass_on(modem):
    """The command under way, as it was typed. In a call, or refused: ERROR."""
    radio = modem.stack.radio
    if modem.step == 0:
        if radio is None:
            answer = lazy.find(_NO_RADIO)
            return errors.NO_MEMORY if answer is None else answer(modem)
        if modem.stack.in_call() or modem.calls.busy():
            return errors.ERROR
        if not radio.ask(modem.line.buf, modem.commands.began, modem.commands.at):
            # Just switched on, or hanging up.
            return HOLD if modem.line_age_ms() < READY_MS else errors.ERROR
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


def restore_dial(modem):
    """At start: what AT+WIPXDIAL has kept."""
    kept = modem.board.store.values.get(_DIAL, b"")
    if _is_dial_string(kept) and modem.stack.radio is not None:
        modem.stack.radio.dial_with(kept)


def dial_set(modem):
    """AT+WIPXDIAL="ATD*99#": the dial string, kept over power loss; "" is the board's own."""
    radio = modem.stack.radio
    if radio is None:
        return errors.ERROR
    text = modem.arguments.text(0)
    if text and not _is_dial_string(text):
        return errors.BAD_VALUE
    if not modem.board.store.put({_DIAL: text}):
        return errors.STORE_FAILED
    radio.dial_with(text)
    return DONE


def _is_dial_string(text):
    """Return whether it is one dial command: a CR in it would make two lines of it, and an LF two
    of what the store keeps."""
    if text[:3].upper() != b"ATD" or not 3 < len(text) <= _DIAL_LONGEST:
        return False
    return all(_SPACE <= char < _DELETE for char in text)


def dial_read(modem):
    radio = modem.stack.radio
    if radio is None:
        return errors.ERROR
    if not modem.writer.room(LONG_MAX):  # a quote in it takes three characters
        return HOLD
    modem.writer.begin(b"+WIPXDIAL: ").string(radio.dial_string).end()
    return DONE
