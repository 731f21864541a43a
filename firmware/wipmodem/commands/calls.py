"""D, A, O: calls of the host's own (Q41)."""

from .. import errors
from ..compat import const
from ..context import DONE, HOLD, ONLINE
from ..contract import RESULT_CONNECT, RESULT_NO_CARRIER
from .radio_commands import READY_MS, pass_on

_LONGEST = const(64)
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
    return HOLD if context.command.age_ms() < READY_MS else context.fail(errors.ERROR)


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
