"""Handlers of D, A and O (Q41), of commands that are passed on to the radio, and of +WIPXDIAL.

Loaded when a host first uses one of them.
"""

from .. import errors, lazy
from ..at.writer import LINE_MAX, LONG_MAX
from ..compat import const
from ..context import DONE, HOLD, MORE, ONLINE
from ..contract import RESULT_CONNECT, RESULT_NO_CARRIER
from ..session.session import DIAL, is_dial_string

_NO_RADIO = const(("commands.fixed", "answer_without_radio"))  # for lazy.py

_LONGEST = const(64)
_LONGEST_LINE = LINE_MAX - 4
_READY_MS = const(5000)
_SEMICOLON = const(0x3B)
_DEAF_MS = const(125)  # V.250, 5.6.1: what follows a command line so soon aborts nothing

# Steps of D and A, in context.step.
_NEW = const(0)
_WAITING = const(1)  # for the radio, which starts or hangs up
_CALLING = const(2)


def dial(context):
    """ATD<number>: a data call. ATD<number>; is a voice call, the radio's own business."""
    command = context.command
    length = command.end - command.start
    if length > 1 and command.line.buf[command.end - 1] == _SEMICOLON:
        return pass_on(context)
    return _call(context) if 1 < length <= _LONGEST else context.fail(errors.ERROR)


def answer(context):
    return _call(context)


def _call(context):
    """D or A, as typed. Held until the radio says what became of it, S7 seconds at most, or the
    host has typed a character."""
    call = context.online.call
    if call is None:
        return context.fail(errors.ERROR)
    if context.step == _NEW:
        call.prepare()
        context.step = _WAITING
    if _aborted(context):
        call.hang_up()
        return context.finish(RESULT_NO_CARRIER)
    if context.step == _WAITING:
        outcome = _begin(context)
        if outcome != DONE:
            return outcome
        context.step = _CALLING
    result = call.result()
    if result is None:
        return HOLD
    if result == RESULT_CONNECT:
        context.online.enter_call(context)
        return ONLINE
    return context.finish(result)


def _begin(context):
    """Return DONE once the radio dials, HOLD while it starts or hangs up, or FAILED."""
    call = context.online.call
    command = context.command
    if context.session.in_session() or call.busy():
        return context.fail(errors.ERROR)
    context.online.need_call_channel(context)  # before the radio dials: it allocates
    if call.begin(b"AT" + bytes(command.line.buf[command.start : command.end])):
        return DONE
    return HOLD if context.command.age_ms() < _READY_MS else context.fail(errors.ERROR)


def _aborted(context):
    """Return whether the host has typed a character behind the line, and take it (V.250, 5.6.1).

    What came in the first 125 ms, its LF or lines typed ahead (H3), waits in `host` and stays
    there. So does what the host types while S0 answers: it has asked for no call.
    """
    calls = context.online.call
    host = context.command.line.input
    if calls.ahead < 0:
        while _read_ahead(context):
            pass
        # Whatever is there in the first look after that time may have come within it.
        if context.command.age_ms() >= _DEAF_MS:
            calls.ahead = host.left()
        return False
    if not (calls.abortable and (host.left() > calls.ahead or _read_ahead(context))):
        return False
    if calls.ahead:
        host.end -= 1  # read just now, a single one
    else:
        host.take(1)
    return True


def _read_ahead(context):
    """Read one byte more behind those that wait in `host`, if there is room for it. Return
    whether one came."""
    host = context.command.line.input
    if not host.left():
        host.load(0)
    if host.end == len(host.buf) or context.board.serial.readinto(context.online.call.byte) <= 0:
        return False
    host.buf[host.end] = context.online.call.byte[0]
    host.end += 1
    return True


def resume(context):
    """ATO: back to a call on hold (Q41)."""
    call = context.online.call
    if call is None or not call.up():
        return context.fail(errors.ERROR)
    context.online.enter_call(context)
    return ONLINE


def pass_on(context):
    """The command under way, as it was typed. In a call, or refused: ERROR.

    F5, H4: the radio's information lines are said in one piece, once its result is known and OK.
    """
    radio = context.session.radio
    if context.step == 0:
        if radio is None:
            answer = lazy.find(_NO_RADIO)
            return context.fail(errors.NO_MEMORY) if answer is None else answer(context)
        if context.session.in_call() or context.online.call.busy():
            return context.fail(errors.ERROR)
        if not radio.ask(context.command.line.buf, context.command.start, context.command.end):
            # Just switched on, or hanging up.
            return HOLD if context.command.age_ms() < _READY_MS else context.fail(errors.ERROR)
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
    for i in range(at, min(stop, at + _LONGEST_LINE)):
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
