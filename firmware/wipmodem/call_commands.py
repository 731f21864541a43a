"""D, A, O, H, +WCHD: calls of the host's own, and the end of all (base.md section 3, Q40, Q41)."""

from . import errors, text
from .base_commands import DONE, HOLD, ONLINE
from .compat import const
from .radio_commands import READY_MS, pass_on

_LONGEST = const(64)
_SEMICOLON = const(0x3B)


def dial(modem):
    """ATD<number>: a data call. ATD<number>; is a voice call, the radio's own business."""
    commands = modem.commands
    length = commands.at - commands.began
    if length > 1 and modem.line.buf[commands.at - 1] == _SEMICOLON:
        return pass_on(modem)
    return _call(modem) if 1 < length <= _LONGEST else errors.ERROR


def answer(modem):
    return _call(modem)


def _call(modem):
    """D or A, as typed. Held until the radio says what became of it, S7 seconds at most."""
    if modem.step == 0:
        failure = _begin(modem)
        if failure:
            return failure
        modem.step = 1
    outcome = modem.calls.outcome()
    if outcome is None:
        return HOLD
    if outcome == text.CONNECT:
        modem.data.begin_call()
        return ONLINE
    return modem.ends_in(outcome)


def _begin(modem):
    """0; HOLD while the radio starts or hangs up; or ERROR."""
    calls = modem.calls
    commands = modem.commands
    if modem.stack.in_session() or calls.busy() or modem.stack.radio is None:
        return errors.ERROR
    if calls.begin(b"AT" + bytes(modem.line.buf[commands.began : commands.at])):
        return 0
    return HOLD if modem.line_age_ms() < READY_MS else errors.ERROR


def resume(modem):
    """ATO: back to a call on hold (Q41)."""
    if not modem.calls.up():
        return errors.ERROR
    modem.data.begin_call()
    return ONLINE


def hang_up(modem):
    """ATH: every call ends, the session's too (Q40)."""
    modem.calls.hang_up()
    modem.stack.hang_up()
    return DONE


def end_all(modem):
    """AT+WCHD: as ATH, and the end of a data call is told."""
    if modem.calls.hang_up():
        modem.urcs.result(text.NO_CARRIER)
    modem.stack.hang_up()
    return DONE
