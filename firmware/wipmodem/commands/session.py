"""+WIPBR: the session (B1-B10, H6, H7, Q9-Q11). H, +WCHD: the end of it and of a call (Q40)."""

from .. import errors
from ..compat import const
from ..context import DONE, HOLD
from ..contract import RESULT_NO_CARRIER
from ..settings import S7

_SESSION_MS = const(60000)  # H7
_LOCAL_ADDRESS = const(15)  # options of +WIPBR=3
_FIRST_DNS = const(17)
_APN = const(11)


def wipbr_set(context):
    return _TYPES[context.arguments.value(0)](context, context.arguments)


def _close_device(context, arguments):
    return context.outcome(context.session.close_device())


def _open_device(context, arguments):
    return context.outcome(context.session.open_device())


def _set_option(context, arguments):
    """B4: user id or password of the next session. H6: an APN is the radio's business.

    Refused with a zero byte in it: PPP and Wi-Fi stacks take zero for the end of a text.
    """
    option = arguments.value(2)
    if option == _APN:
        return DONE
    given = arguments.text(3)
    if b"\0" in given:
        return context.fail(errors.BAD_VALUE)
    return context.outcome(context.session.set_credentials(option, given))


def _get_option(context, arguments):
    """B5: only while a session is up."""
    stack = context.session
    if not stack.up():
        return context.fail(errors.BAD_STACK_STATE)  # Q11
    option = arguments.value(2)
    addr = stack.address() if option == _LOCAL_ADDRESS else stack.server(option - _FIRST_DNS)
    context.writer.begin(b"+WIPBR: 6").comma(option).address(addr).end()
    return DONE


def _open_session(context, arguments):
    """4,6: OK at once, the outcome as URC (B2). 4,6,0: the result is the outcome (H7)."""
    stack = context.session
    silent = arguments.count > 2
    if context.step == 0:
        context.step = 1
        call = context.online.call
        if call and call.busy():
            return context.fail(errors.BAD_STACK_STATE)  # B1
        failure = stack.open_session(silent, context.settings[S7] * 1000)
        if failure or not silent:
            return context.outcome(failure)
    if stack.up():
        return DONE
    failure = stack.failure()
    if not failure and context.command.age_ms() < _SESSION_MS:
        return HOLD
    stack.end()
    return context.fail(failure or errors.NOT_IN_TIME)


def _close_session(context, arguments):
    return context.outcome(context.session.close_session())


_TYPES = {
    0: _close_device,
    1: _open_device,
    2: _set_option,
    3: _get_option,
    4: _open_session,
    5: _close_session,
}


def wipbr_read(context):
    context.writer.begin(b"+WIPBR: 6").comma(context.session.up()).end()
    return DONE


def hang_up(context):
    """ATH: every call ends, the session's too (Q40)."""
    if context.online.call:
        context.online.call.hang_up()
    context.session.hang_up()
    return DONE


def end_all(context):
    """AT+WCHD: as ATH, and the end of a data call is told."""
    if context.online.call and context.online.call.hang_up():
        context.urcs.result(RESULT_NO_CARRIER)
    context.session.hang_up()
    return DONE
