"""+WIPBR: the session (B1-B10, H6, H7, Q9-Q11). H, +WCHD: the end of it and of a call (Q40)."""

from .. import errors
from ..at import writer as text
from ..compat import const
from ..settings import S7
from .base import DONE, HOLD

_SESSION_MS = const(60000)  # H7
_LOCAL_ADDRESS = const(15)  # options of +WIPBR=3
_FIRST_DNS = const(17)
_APN = const(11)


def wipbr_set(modem):
    return _TYPES[modem.arguments.value(0)](modem, modem.arguments)


def _close_device(modem, arguments):
    return modem.stack.close_device()


def _open_device(modem, arguments):
    return modem.stack.open_device()


def _set_option(modem, arguments):
    """B4: user id or password of the next session. H6: an APN is the radio's business.

    Refused with a zero byte in it: PPP and Wi-Fi stacks take zero for the end of a text.
    """
    option = arguments.value(2)
    if option == _APN:
        return DONE
    given = arguments.text(3)
    return errors.BAD_VALUE if b"\0" in given else modem.stack.credentials(option, given)


def _get_option(modem, arguments):
    """B5: only while a session is up."""
    stack = modem.stack
    if not stack.up():
        return errors.BAD_STACK_STATE  # Q11
    option = arguments.value(2)
    addr = stack.address() if option == _LOCAL_ADDRESS else stack.server(option - _FIRST_DNS)
    modem.writer.begin(b"+WIPBR: 6").comma(option).address(addr).end()
    return DONE


def _open_session(modem, arguments):
    """4,6: OK at once, the outcome as URC (B2). 4,6,0: the result is the outcome (H7)."""
    stack = modem.stack
    silent = arguments.count > 2
    if modem.step == 0:
        modem.step = 1
        if modem.calls.busy():
            return errors.BAD_STACK_STATE  # B1
        failure = stack.open_session(silent, modem.settings[S7] * 1000)
        if failure or not silent:
            return failure
    if stack.up():
        return DONE
    failure = stack.failure()
    if not failure and modem.line_age_ms() < _SESSION_MS:
        return HOLD
    stack.give_up()
    return failure or errors.NOT_IN_TIME


def _close_session(modem, arguments):
    return modem.stack.close_session()


_TYPES = {
    0: _close_device,
    1: _open_device,
    2: _set_option,
    3: _get_option,
    4: _open_session,
    5: _close_session,
}


def wipbr_read(modem):
    modem.writer.begin(b"+WIPBR: 6").comma(modem.stack.up()).end()
    return DONE


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
