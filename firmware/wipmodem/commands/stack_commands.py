"""+WIPCFG: the stack started, stopped, set up, and its options kept (C1-C7, Q3-Q8)."""

from .. import VERSION, errors
from ..settings import STACK, STACK_OPTIONS, find
from .base import DONE, MORE, assign


def wipcfg_set(modem):
    return _MODES[modem.arguments.value(0)](modem, modem.arguments)


def _stop(modem, arguments):
    return modem.stack.stop()


def _start(modem, arguments):
    return modem.stack.start()


def _set_option(modem, arguments):
    """C5, Q6: also while the stack runs; sockets made later have it."""
    setting = find(STACK_OPTIONS, arguments.value(1))
    if setting < 0:
        return errors.NO_OPTION  # C4
    if assign(modem, setting, arguments.value(2)):
        return errors.BAD_VALUE
    modem.table.options.use()
    return DONE


def _version(modem, arguments):
    """H18: in WIPsoft, a line that names it."""
    modem.writer.begin(b"WIPsoft 2.02, wipmodem ").text(VERSION).end()
    return DONE


def _keep(modem, arguments):
    """C7, Q8: 1 saves, 0 restores."""
    if arguments.value(1):
        return DONE if modem.profile.save(STACK) else errors.STORE_FAILED
    whole = modem.profile.load(STACK)
    modem.table.options.use()
    return DONE if whole else errors.NOT_RESTORED


_MODES = {0: _stop, 1: _start, 2: _set_option, 3: _version, 4: _keep}


def wipcfg_read(modem):
    """C6, Q7: an option a line; H18: an error while the stack is stopped."""
    if not modem.stack.started:
        return errors.BAD_STACK_STATE
    number, setting = STACK_OPTIONS[modem.step]
    modem.writer.begin(b"+WIPCFG: ").number(number).comma(modem.settings[setting]).end()
    modem.step += 1
    return MORE if modem.step < len(STACK_OPTIONS) else DONE
