"""Handlers of commands for the IP stack and its session: +WIPCFG, +WIPBR, ATH and +WCHD.

A handler takes a Context and returns an outcome (context.py).
"""

from .. import VERSION, errors
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..contract import RESULT_NO_CARRIER
from ..settings import S7, STACK, STACK_OPTIONS, find, load, save
from ..urc import RESULT
from .base import assign

_SESSION_MS = const(60000)  # longest time in ms until the result of AT+WIPBR=4,6,0 (H7)
# Option numbers of +WIPBR.
_APN = const(11)
_LOCAL_ADDRESS = const(15)
_FIRST_DNS = const(17)  # first DNS server; the second DNS server is option 18


# +WIPCFG: the IP stack and its options


def wipcfg_set(context):
    """Handle AT+WIPCFG=<mode>[,<option or action>[,<value>]]: call the function for the mode."""
    return _MODES[context.arguments.value(0)](context)


def _stop(context):
    return context.outcome(context.session.stop())


def _start(context):
    return context.outcome(context.session.start())


def _set_stack_option(context):
    """Set an option of the IP stack, whether the stack runs or not.

    The new value applies to sockets that are created later (C5).
    """
    setting = find(STACK_OPTIONS, context.arguments.value(1))
    if setting < 0:
        return context.fail(errors.NO_OPTION)  # no such option (C4)
    if assign(context, setting, context.arguments.value(2)):
        return context.fail(errors.BAD_VALUE)
    context.table.options.use()
    return DONE


def _write_version(context):
    """Write a line with the name WIPsoft, because some hosts search for that name (H18)."""
    context.writer.begin(b"WIPsoft 2.02, wipmodem ").text(VERSION).end()
    return DONE


def _save_or_restore(context):
    """Save the options of the IP stack (action 1), or restore the saved options (action 0).

    The rule is C7. Allocates.
    """
    if context.arguments.value(1):
        saved = save(context.settings, context.board.store, STACK)
        return DONE if saved else context.fail(errors.STORE_FAILED)
    loaded = load(context.settings, context.board.store, STACK)
    context.table.options.use()
    return DONE if loaded else context.fail(errors.NOT_RESTORED)


# Functions for +WIPCFG, indexed by the mode.
_MODES = {0: _stop, 1: _start, 2: _set_stack_option, 3: _write_version, 4: _save_or_restore}


def wipcfg_read(context):
    """Handle AT+WIPCFG?: write one option of the IP stack in each call (C6).

    While the IP stack is stopped, the command fails with error 803 (Q7).
    """
    if not context.session.started:
        return context.fail(errors.BAD_STACK_STATE)
    number, setting = STACK_OPTIONS[context.step]
    context.writer.begin(b"+WIPCFG: ").number(number).comma(context.settings[setting]).end()
    context.step += 1
    return MORE if context.step < len(STACK_OPTIONS) else DONE


# +WIPBR: the bearer and its session


def wipbr_set(context):
    """Handle AT+WIPBR=<action>,6[,<option>[,<text>]]: call the function for the action."""
    return _ACTIONS[context.arguments.value(0)](context)


def _close_device(context):
    return context.outcome(context.session.close_device())


def _open_device(context):
    return context.outcome(context.session.open_device())


def _set_session_option(context):
    """Set the user name or the password of the next session (B4). Allocates.

    A text that contains a zero byte is refused with error 801, because PPP and Wi-Fi stacks
    treat a zero byte as the end of the text. An APN is accepted and ignored, because the
    radio has its own APN (H6).
    """
    option = context.arguments.value(2)
    if option == _APN:
        return DONE
    text = context.arguments.text(3)
    if b"\0" in text:
        return context.fail(errors.BAD_VALUE)
    return context.outcome(context.session.set_credentials(option, text))


def _read_session_option(context):
    """Write the modem's address or the address of a DNS server (B5, Q11). Allocates.

    Without a session, the command fails with error 803.
    """
    session = context.session
    if not session.up():
        return context.fail(errors.BAD_STACK_STATE)
    option = context.arguments.value(2)
    if option == _LOCAL_ADDRESS:
        address = session.address()
    else:
        address = session.server(option - _FIRST_DNS)
    context.writer.begin(b"+WIPBR: 6").comma(option).address(address).end()
    return DONE


def _open_session(context):
    """Open a session. The command returns OK at once, and a URC reports the outcome (B2).

    If a third argument is given, the final result code reports the outcome instead (H7).
    """
    if context.step == 0:
        context.step = 1
        awaited = context.arguments.count > 2
        error = _request_session(context, awaited)
        if error or not awaited:
            return context.outcome(error)
    return _await_session(context)


def _request_session(context, awaited):
    """Begin to open a session. Return 0 or an error number.

    awaited: True if the final result code reports the outcome, so that no URC is sent.
    """
    call = context.online.call
    if call and call.busy():
        return errors.BAD_STACK_STATE  # the radio is in a data call (B1)
    return context.session.open_session(awaited, context.settings[S7] * 1000)


def _await_session(context):
    """Return DONE once the session is up, HOLD while it is being opened, else FAILED."""
    session = context.session
    if session.up():
        return DONE
    error = session.failure()
    if not error and context.command.age_ms() < _SESSION_MS:
        return HOLD
    session.end()
    return context.fail(error or errors.NOT_IN_TIME)


def _close_session(context):
    return context.outcome(context.session.close_session())


# Functions for +WIPBR, indexed by the action.
_ACTIONS = {
    0: _close_device,
    1: _open_device,
    2: _set_session_option,
    3: _read_session_option,
    4: _open_session,
    5: _close_session,
}


def wipbr_read(context):
    """Handle AT+WIPBR?: write 1 if the session is up, otherwise 0 (B6)."""
    context.writer.begin(b"+WIPBR: 6").comma(context.session.up()).end()
    return DONE


# ATH and +WCHD: hang up


def hang_up(context):
    """Handle ATH: end the data call, close all sockets and end the session (Q40)."""
    if context.online.call:
        context.online.call.hang_up()
    context.session.hang_up()
    return DONE


def wchd_run(context):
    """Handle AT+WCHD: do the same as ATH, and report NO CARRIER after a data call (Q40)."""
    if context.online.call and context.online.call.hang_up():
        context.urcs.put(RESULT, RESULT_NO_CARRIER)
    context.session.hang_up()
    return DONE
