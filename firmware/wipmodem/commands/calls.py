"""Handlers of data calls (ATD, ATA, ATO), of commands for the radio, and of +WIPXDIAL.

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
_MAX_TEXT = LINE_MAX - 4  # characters of radio text in one line: LINE_MAX without two CR LF
_READY_MS = const(5000)  # longest wait for a radio that is starting or hanging up
_TYPED_AHEAD_MS = const(125)  # bytes that arrive within this time after ATD do not abort the call

# Values of context.step during the setup of a call.
_NEW = const(0)
_WAITING = const(1)  # waiting until the radio is free
_DIALLING = const(2)


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

    Return HOLD during the setup, then ONLINE, RESULT or FAILED. The setup ends with the radio's
    result, after the time limit in S7, or when the host aborts the call.
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
    # The channel for the call's data is created before the radio dials, because creating the
    # channel may run out of memory.
    context.online.need_call_channel(context)
    if call.begin(b"AT" + bytes(command.line.buf[command.start : command.end])):
        return DONE
    return _hold_for_radio(context)


def _hold_for_radio(context):
    """Return HOLD while the radio may become free within _READY_MS, or FAILED after that time."""
    return HOLD if context.command.age_ms() < _READY_MS else context.fail(errors.ERROR)


def _outcome(context):
    """Return HOLD while the radio sets up the call, ONLINE after CONNECT, else RESULT."""
    result = context.online.call.result()
    if result is None:
        return HOLD
    if result == RESULT_CONNECT:
        context.online.enter_call(context)
        return ONLINE
    return context.finish(result)


# A character from the host aborts a call that is being set up (V.250 5.6.1)


def _is_aborted(context):
    """Return True if the host has sent a character that aborts the call; remove the character.

    Bytes that arrive in the first 125 ms, such as an LF or lines sent ahead (H3), do not abort
    the call and stay in the input. While S0 answers a call, no byte aborts the call, because the
    host has not requested it.
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
    """Read the bytes that the host has sent ahead, and count these bytes once 125 ms are over.

    The first read after the 125 ms still counts, because its bytes may have arrived earlier.
    """
    while _append_byte(context):
        pass
    if context.command.age_ms() >= _TYPED_AHEAD_MS:
        context.online.call.ahead = context.command.line.input.remaining()


def _append_byte(context):
    """Read one byte from the host and append the byte to the input.

    Return False if no byte has arrived or the input is full.
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


# Commands for the radio


def pass_on(context):
    """Pass a command on to the radio as typed (H23), and write the radio's information text.

    The text is written only after the radio's result, and only if the result is OK (F5, H4). The
    command ends in ERROR without a radio, during a call, or after any other result.
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

    Return MORE, or DONE after the last line.
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


# +WIPXDIAL


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
    # The line may be long, because a quote or backslash in the dial string is written as three
    # characters.
    if not context.writer.room(LONG_MAX):
        return HOLD
    context.writer.begin(b"+WIPXDIAL: ").string(radio.dial_string).end()
    return DONE
