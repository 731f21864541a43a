"""+WIPCFG: the stack started, stopped, set up, and its options kept (C1-C7, Q3-Q8)."""

from .. import VERSION, errors
from ..context import DONE, MORE
from ..settings import STACK, STACK_OPTIONS, find, load, save
from .base import assign


def wipcfg_set(context):
    return _MODES[context.arguments.value(0)](context, context.arguments)


def _stop(context, arguments):
    return context.outcome(context.session.stop())


def _start(context, arguments):
    return context.outcome(context.session.start())


def _set_option(context, arguments):
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


_MODES = {0: _stop, 1: _start, 2: _set_option, 3: _version, 4: _keep}


def wipcfg_read(context):
    """C6, Q7: an option a line; H18: an error while the stack is stopped."""
    if not context.session.started:
        return context.fail(errors.BAD_STACK_STATE)
    number, setting = STACK_OPTIONS[context.step]
    context.writer.begin(b"+WIPCFG: ").number(number).comma(context.settings[setting]).end()
    context.step += 1
    return MORE if context.step < len(STACK_OPTIONS) else DONE
