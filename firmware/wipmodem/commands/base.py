"""Handlers of V.250 base commands that set, read, save or restore settings."""

from .. import errors
from ..compat import const
from ..context import DONE
from ..settings import (
    CMEE,
    LINE,
    NEVER,
    PROFILE,
    RX_FLOW,
    SPEED,
    TX_FLOW,
    fits,
    load,
    restore,
    save,
)

# Rates of +IPR, bit/s; 0 asks for autobaud, which few lines can do.
RATES = (0, 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_HARDWARE = const(2)  # +IFC


def ok(context):
    return DONE


def cmee_set(context):
    context.settings[CMEE] = context.arguments.value(0)
    return DONE


def cmee_read(context):
    context.writer.begin(b"+CMEE: ").number(context.settings[CMEE]).end()
    return DONE


def takes_rate(context, rate):
    """Is it one of +IPR, and can the line do it?"""
    return rate in RATES and context.board.serial.supports(rate)


def ipr_set(context):
    """F2: the OK goes out at the old rate."""
    rate = context.arguments.value(0)
    if not takes_rate(context, rate):
        return context.fail(errors.ERROR)
    context.settings[SPEED] = rate // 100
    if context.deferred.trial:
        context.deferred.trial.end()
    context.deferred.set_line()
    return DONE


def ipr_read(context):
    context.writer.begin(b"+IPR: ").number(context.settings[SPEED] * 100).end()
    return DONE


def ifc_set(context):
    """One argument may be left out. XON/XOFF is not supported, hardware only where it is wired."""
    arguments = context.arguments
    for i in range(arguments.count):
        if arguments.given(i) and not _flow_may_be(context, arguments.value(i)):
            return context.fail(errors.ERROR)
    for i in range(arguments.count):
        if arguments.given(i):
            context.settings[TX_FLOW + i] = arguments.value(i)
    context.deferred.set_flow()
    return DONE


def _flow_may_be(context, mode):
    return mode == 0 or (mode == _HARDWARE and context.board.serial.flow)


def ifc_read(context):
    settings = context.settings
    context.writer.begin(b"+IFC: ").number(settings[TX_FLOW]).comma(settings[RX_FLOW]).end()
    return DONE


def s_register_read(context, setting):
    """Three digits, zero padded."""
    context.writer.begin().three_digits(context.settings[setting]).end()


def assign(context, setting, value):
    """Give a setting a value of its range. Return 0 or ERROR."""
    if not fits(setting, value):
        return errors.ERROR
    context.settings[setting] = value
    return 0


def factory(context):
    """AT&F: all but the line, which the host must not lose, and the dialect it was written for."""
    restore(context.settings, (PROFILE, NEVER))
    return DONE


def reset(context):
    """ATZ: as kept by &W; calls and sockets stay."""
    whole = load(context.settings, context.board.store, PROFILE)  # first: it allocates
    restore(context.settings, (NEVER,))
    return DONE if whole else context.fail(errors.NOT_RESTORED)


def write(context):
    """AT&W: the profile now, the line for the next start."""
    saved = save(context.settings, context.board.store, PROFILE, LINE)
    return DONE if saved else context.fail(errors.STORE_FAILED)


def cfun_set(context):
    """AT+CFUN=1, AT+CFUN=1,1: a restart after the OK has been sent (H20). AT+CFUN=1,0: nothing."""
    arguments = context.arguments
    restarts = arguments.value_or(1, 1)
    if arguments.value(0) != 1 or restarts > 1:
        return context.fail(errors.ERROR)
    if restarts:
        context.deferred.restart()
    return DONE


def cfun_read(context):
    context.writer.begin(b"+CFUN: 1").end()
    return DONE
