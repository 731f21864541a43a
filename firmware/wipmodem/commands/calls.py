"""D, A, O: calls of the host's own (base.md section 3, Q41)."""

from .. import errors
from ..at import writer as text
from ..compat import const
from .base import HOLD, ONLINE
from .radio_commands import READY_MS, pass_on

_LONGEST = const(64)
_SEMICOLON = const(0x3B)
_DEAF_MS = const(125)  # V.250, 5.6.1: what follows a command line so soon aborts nothing

# Steps of D and A, in modem.step.
_NEW = const(0)
_WAITING = const(1)  # for the radio, which starts or hangs up
_CALLING = const(2)


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
    """D or A, as typed. Held until the radio says what became of it, S7 seconds at most, or the
    host has typed a character."""
    if modem.step == _NEW:
        modem.calls.watch_host()
        modem.step = _WAITING
    if _aborted(modem):
        modem.calls.hang_up()
        return modem.ends_in(text.NO_CARRIER)
    if modem.step == _WAITING:
        failure = _begin(modem)
        if failure:
            return failure
        modem.step = _CALLING
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
    modem.data.need_call()  # before the radio dials: it allocates
    if calls.begin(b"AT" + bytes(modem.line.buf[commands.began : commands.at])):
        return 0
    return HOLD if modem.line_age_ms() < READY_MS else errors.ERROR


def _aborted(modem):
    """Return whether the host has typed a character behind the line, and take it (V.250, 5.6.1).

    What came in the first 125 ms, its LF or lines typed ahead (H3), waits in `host` and stays
    there. So does what the host types while S0 answers: it has asked for no call.
    """
    calls = modem.calls
    host = modem.host
    if calls.ahead < 0:
        while _read_ahead(modem):
            pass
        # Whatever is there in the first look after that time may have come within it.
        if modem.line_age_ms() >= _DEAF_MS:
            calls.ahead = host.left()
        return False
    if not (calls.abortable and (host.left() > calls.ahead or _read_ahead(modem))):
        return False
    if calls.ahead:
        host.end -= 1  # read just now, a single one
    else:
        host.take(1)
    return True


def _read_ahead(modem):
    """Read one byte more behind those that wait in `host`, if there is room for it. Return
    whether one came."""
    host = modem.host
    if not host.left():
        host.load(0)
    if host.end == len(host.buf) or modem.board.serial.readinto(modem.calls.byte) <= 0:
        return False
    host.buf[host.end] = modem.calls.byte[0]
    host.end += 1
    return True


def resume(modem):
    """ATO: back to a call on hold (Q41)."""
    if not modem.calls.up():
        return errors.ERROR
    modem.data.begin_call()
    return ONLINE
