"""Handlers of ATD, ATA, ATO, +WIPXDIAL, and of commands that are passed on to the radio.

The module is loaded when a host first uses one of these commands. A handler takes a Context and
returns an outcome (context.py).
"""

from .. import errors
from ..at.writer import LINE_MAX, LONG_MAX
from ..compat import const
from ..context import DONE, HOLD, MORE, ONLINE
from ..contract import RESULT_CONNECT, RESULT_NO_CARRIER
from ..session.session import DIAL, is_dial_string

_SEMICOLON = const(0x3B)
_MAX_DIAL = const(64)  # longest dial command in characters, without AT
# Largest number of characters of the radio's text in one line: LINE_MAX without the CR LF before
# and the CR LF after the text.
_MAX_TEXT = LINE_MAX - 4
# Longest time in ms that a command waits for a radio that is starting or hanging up.
_READY_MS = const(5000)
# Time in ms after an ATD or ATA command line. Bytes that arrive within this time do not abort the
# call.
_TYPED_AHEAD_MS = const(125)

# Values of context.step during the setup of a call.
_NEW = const(0)  # the handler of the command has not run before
_WAITING = const(1)  # the command waits until the radio is free
_DIALLING = const(2)  # the radio is setting up the call


def dial(context):
    """Handle ATD<dial string>: set up a data call.

    A semicolon at the end of the dial string requests a voice call. The modem passes such a
    command on to the radio, which handles voice calls itself.
    """
    command = context.command
    length = command.end - command.start
    if length > 1 and command.line.buf[command.end - 1] == _SEMICOLON:
        return pass_on(context)
    return _call(context) if 1 < length <= _MAX_DIAL else context.fail(errors.ERROR)


def answer(context):
    """Handle ATA: answer an incoming data call."""
    return _call(context)


def resume(context):
    """Handle ATO: return to the data call that the host left by the escape sequence (Q41)."""
    call = context.online.call
    if call is None or not call.up():
        return context.fail(errors.ERROR)
    context.online.enter_call(context)
    return ONLINE


def _call(context):
    """Set up a data call by sending the host's command to the radio unchanged. Allocates.

    Return HOLD during the call setup, then ONLINE, RESULT or FAILED. The setup ends with a result
    code from the radio, after the time limit in S7, or when the host aborts the call.
    """
    call = context.online.call
    if call is None:
        return context.fail(errors.ERROR)
    if context.step == _NEW:
        call.prepare()
        context.step = _WAITING
    if _is_aborted(context):
        call.hang_up()
        return context.finish(RESULT_NO_CARRIER)
    if context.step == _WAITING:
        outcome = _begin(context)
        if outcome != DONE:
            return outcome
        context.step = _DIALLING
    return _outcome(context)


def _begin(context):
    """Send the call command to the radio.

    Return DONE once the radio has accepted the command, HOLD while the radio is not free, or
    FAILED.
    """
    call = context.online.call
    command = context.command
    if context.session.in_session() or call.busy():
        return context.fail(errors.ERROR)
    # Create the channel for the call's data before the radio dials, because there may not be
    # enough memory for the channel.
    context.online.need_call_channel(context)
    if call.begin(b"AT" + bytes(command.line.buf[command.start : command.end])):
        return DONE
    return _hold_for_radio(context)


def _hold_for_radio(context):
    """Return HOLD until the command line is _READY_MS old, then FAILED."""
    return HOLD if context.command.age_ms() < _READY_MS else context.fail(errors.ERROR)


def _outcome(context):
    """Return HOLD during the call setup, ONLINE after CONNECT, RESULT after other result codes."""
    result = context.online.call.result()
    if result is None:
        return HOLD
    if result == RESULT_CONNECT:
        context.online.enter_call(context)
        return ONLINE
    return context.finish(result)


# Abort of a call setup by a character from the host (V.250 5.6.1)


def _is_aborted(context):
    """Return True if the host has sent a character that aborts the call; remove the character.

    Bytes that arrive in the first 125 ms, such as an LF or lines sent ahead (H3), do not abort
    the call and stay in the input. If the modem answers a call automatically (S0), no byte aborts
    that call, because the host has not requested the call.
    """
    call = context.online.call
    span = context.command.line.input
    if call.ahead < 0:
        _count_typed_ahead(context)
        return False
    if not call.abortable or (span.remaining() <= call.ahead and not _append_byte(context)):
        return False
    if call.ahead:
        span.end -= 1  # remove the aborting character, which is the last byte
    else:
        span.consume(1)
    return True


def _count_typed_ahead(context):
    """Read the bytes that the host has sent ahead, and store their number after 125 ms.

    Bytes that are first read after the 125 ms are also counted as sent ahead, because these bytes
    may have arrived before.
    """
    while _append_byte(context):
        pass
    if context.command.age_ms() >= _TYPED_AHEAD_MS:
        context.online.call.ahead = context.command.line.input.remaining()


def _append_byte(context):
    """Read one byte from the host and append the byte to the input span.

    Return False if no byte has arrived or the span is full.
    """
    span = context.command.line.input
    if not span.remaining():
        span.fill(0)
    byte = context.online.call.byte
    if span.end == len(span.buf) or context.board.serial.readinto(byte) <= 0:
        return False
    span.buf[span.end] = byte[0]
    span.end += 1
    return True


# Commands that are passed on to the radio


def pass_on(context):
    """Pass a command on to the radio unchanged (H23), and write the radio's information text.

    The text is written only after the radio's result code, and only if this code is OK (F5, H4).
    The command ends in ERROR on a board without a radio, while a session or a data call occupies
    the radio, or after any other result code.
    """
    radio = context.session.radio
    if radio is None:
        return context.fail(errors.ERROR)
    if context.step == 0:
        if context.session.in_call() or context.online.call.busy():
            return context.fail(errors.ERROR)
        if not radio.ask(context.command.line.buf, context.command.start, context.command.end):
            return _hold_for_radio(context)
        context.step = 1
    if radio.asking():
        return HOLD
    if radio.answer:
        return context.fail(errors.ERROR)
    return _write_line(context, radio.chat)


def _write_line(context, chat):
    """Write the line of the radio's text that starts at position context.step - 1.

    Return MORE if a line was written, or DONE after the last line.
    """
    start = context.step - 1
    if start >= chat.n:
        return DONE
    writer = context.writer.begin()
    end = chat.lines.find(b"\n", start)
    for i in range(start, min(end, start + _MAX_TEXT)):
        writer.char(chat.lines[i])
    writer.end()
    context.step = end + 2
    return MORE


# +WIPXDIAL: dial string for sessions


def dial_set(context):
    """Handle AT+WIPXDIAL=<text>: set and save the dial string for sessions. Allocates.

    An empty text restores the dial string that the board file defines.
    """
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
    """Handle AT+WIPXDIAL?: write the dial string for sessions."""
    radio = context.session.radio
    if radio is None:
        return context.fail(errors.ERROR)
    # The line may be longer than LINE_MAX, because each quote or backslash in the dial string is
    # written as three characters.
    if not context.writer.room(LONG_MAX):
        return HOLD
    context.writer.begin(b"+WIPXDIAL: ").string(radio.dial_string).end()
    return DONE
