"""What belongs to the radio: passed on to it while it is idle, answered from it (never blocking).

F5, H4: its information lines are said in one piece, once its result is known and is OK.
"""

from .. import errors, lazy
from ..at.writer import LINE_MAX, LONG_MAX
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..session.session import DIAL, is_dial_string

_NO_RADIO = const(("commands.no_radio", "answer"))  # for lazy.py
_LONGEST = LINE_MAX - 4
READY_MS = const(5000)


def pass_on(context):
    """The command under way, as it was typed. In a call, or refused: ERROR."""
    radio = context.session.radio
    if context.step == 0:
        if radio is None:
            answer = lazy.find(_NO_RADIO)
            return context.fail(errors.NO_MEMORY) if answer is None else answer(context)
        if context.session.in_call() or context.online.call.busy():
            return context.fail(errors.ERROR)
        if not radio.ask(context.command.line.buf, context.command.start, context.command.end):
            # Just switched on, or hanging up.
            return HOLD if context.command.age_ms() < READY_MS else context.fail(errors.ERROR)
        context.step = 1
    if radio.asking():
        return HOLD
    if radio.answer:
        return context.fail(errors.ERROR)
    return _say_line(context, radio.chat)


def _say_line(context, chat):
    """The line that begins at step - 1; DONE when there are no more."""
    at = context.step - 1
    if at >= chat.n:
        return DONE
    writer = context.writer.begin()
    stop = chat.lines.find(b"\n", at)
    for i in range(at, min(stop, at + _LONGEST)):
        writer.char(chat.lines[i])
    writer.end()
    context.step = stop + 2
    return MORE


def dial_set(context):
    """AT+WIPXDIAL="ATD*99#": the dial string, kept over power loss; "" is the board's own."""
    radio = context.session.radio
    if radio is None:
        return context.fail(errors.ERROR)
    text = context.arguments.text(0)
    if text and not is_dial_string(text):
        return context.fail(errors.BAD_VALUE)
    if not context.board.store.put({DIAL: text}):
        return context.fail(errors.STORE_FAILED)
    radio.set_dial_string(text)
    return DONE


def dial_read(context):
    radio = context.session.radio
    if radio is None:
        return context.fail(errors.ERROR)
    if not context.writer.room(LONG_MAX):  # a quote in it takes three characters
        return HOLD
    context.writer.begin(b"+WIPXDIAL: ").string(radio.dial_string).end()
    return DONE
