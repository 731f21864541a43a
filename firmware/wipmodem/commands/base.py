"""What base commands do that set a value or read one."""

from .. import errors
from ..compat import const
from ..context import DONE
from ..settings import CMEE, RX_FLOW, SPEED, TX_FLOW, fits

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
