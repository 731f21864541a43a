"""Handlers of the IP stack and its session: +WIPCFG, +WIPBR, H and +WCHD (Q40)."""

from .. import VERSION, errors
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..contract import RESULT_NO_CARRIER
from ..settings import S7, STACK, STACK_OPTIONS, find, load, save
from .base import assign

_SESSION_MS = const(60000)  # H7
_LOCAL_ADDRESS = const(15)  # options of +WIPBR=3
_FIRST_DNS = const(17)
_APN = const(11)


def wipcfg_set(context):
    return _MODES[context.arguments.value(0)](context, context.arguments)


def _stop(context, arguments):
    return context.outcome(context.session.stop())


def _start(context, arguments):
    return context.outcome(context.session.start())


def _set_stack_option(context, arguments):
    """C5, Q6: also while the stack runs; sockets made later have it."""
    setting = find(STACK_OPTIONS, arguments.value(1))
    if setting < 0:
        return context.fail(errors.NO_OPTION)  # C4
    if assign(context, setting, arguments.value(2)):
        return context.fail(errors.BAD_VALUE)
    context.table.options.use()
    return DONE


def _version(context, arguments):
    """H18: in WIPsoft, a line that names it."""
    context.writer.begin(b"WIPsoft 2.02, wipmodem ").text(VERSION).end()
    return DONE


def _keep(context, arguments):
    """C7, Q8: 1 saves, 0 restores."""
    if arguments.value(1):
        saved = save(context.settings, context.board.store, STACK)
        return DONE if saved else context.fail(errors.STORE_FAILED)
    whole = load(context.settings, context.board.store, STACK)
    context.table.options.use()
    return DONE if whole else context.fail(errors.NOT_RESTORED)


_MODES = {0: _stop, 1: _start, 2: _set_stack_option, 3: _version, 4: _keep}


def wipcfg_read(context):
    """C6, Q7: an option a line; H18: an error while the stack is stopped."""
    if not context.session.started:
        return context.fail(errors.BAD_STACK_STATE)
    number, setting = STACK_OPTIONS[context.step]
    context.writer.begin(b"+WIPCFG: ").number(number).comma(context.settings[setting]).end()
    context.step += 1
    return MORE if context.step < len(STACK_OPTIONS) else DONE


def wipbr_set(context):
    return _TYPES[context.arguments.value(0)](context, context.arguments)


def _close_device(context, arguments):
    return context.outcome(context.session.close_device())


def _open_device(context, arguments):
    return context.outcome(context.session.open_device())


def _set_session_option(context, arguments):
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


def _get_session_option(context, arguments):
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
    2: _set_session_option,
    3: _get_session_option,
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
