"""Handlers of base commands: error reporting, the host's UART, saved settings, restart.

A handler takes a Context and returns an outcome (context.py).
"""

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

# Rates of +IPR, bit/s. Rate 0 is automatic detection, which few UARTs support.
RATES = (0, 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_HARDWARE = const(2)  # mode of +IFC: RTS and CTS


def ok(context):
    """Handle a form of a command that only answers OK."""
    return DONE


def cmee_set(context):
    """Handle AT+CMEE=<mode>: 1 reports errors by number, 0 by the word ERROR (E1, E2)."""
    context.settings[CMEE] = context.arguments.value(0)
    return DONE


def cmee_read(context):
    """Handle AT+CMEE?."""
    context.writer.begin(b"+CMEE: ").number(context.settings[CMEE]).end()
    return DONE


# The host's UART


def supports_rate(context, rate):
    """Return True if +IPR has a rate, in bit/s, and the UART supports it."""
    return rate in RATES and context.board.serial.supports(rate)


def ipr_set(context):
    """Handle AT+IPR=<rate>, which ends a baud-rate trial. The OK has the old rate (F2)."""
    rate = context.arguments.value(0)
    if not supports_rate(context, rate):
        return context.fail(errors.ERROR)
    context.settings[SPEED] = rate // 100
    if context.deferred.trial:
        context.deferred.trial.end()
    context.deferred.set_line()
    return DONE


def ipr_read(context):
    """Handle AT+IPR?."""
    context.writer.begin(b"+IPR: ").number(context.settings[SPEED] * 100).end()
    return DONE


def ifc_set(context):
    """Handle AT+IFC=[<tx>][,<rx>]: 0 is no flow control, 2 is RTS and CTS, where they are wired.

    An argument that is left out changes nothing. Flow control by XON and XOFF is not supported.
    """
    arguments = context.arguments
    for i in range(arguments.count):
        if arguments.given(i) and not _supports_flow(context, arguments.value(i)):
            return context.fail(errors.ERROR)
    for i in range(arguments.count):
        if arguments.given(i):
            context.settings[TX_FLOW + i] = arguments.value(i)
    context.deferred.set_flow()
    return DONE


def _supports_flow(context, mode):
    return mode == 0 or (mode == _HARDWARE and context.board.serial.flow)


def ifc_read(context):
    """Handle AT+IFC?."""
    settings = context.settings
    context.writer.begin(b"+IFC: ").number(settings[TX_FLOW]).comma(settings[RX_FLOW]).end()
    return DONE


# Single settings


def write_s_register(context, setting):
    """Write the value of an S-register, three digits with leading zeros."""
    context.writer.begin().three_digits(context.settings[setting]).end()


def assign(context, setting, value):
    """Give a setting a value. Return 0, or the error number ERROR if the value is out of range."""
    if not fits(setting, value):
        return errors.ERROR
    context.settings[setting] = value
    return 0


# The profile


def restore_factory(context):
    """Handle AT&F: set factory values, except for the UART and the dialect.

    The host must not lose its rate, and its program was written for the dialect.
    """
    restore(context.settings, (PROFILE, NEVER))
    return DONE


def restore_profile(context):
    """Handle ATZ: restore what AT&W has saved. Calls and sockets stay. Allocates."""
    # This comes first: if there is no memory to load the profile, ATZ changes nothing.
    loaded = load(context.settings, context.board.store, PROFILE)
    restore(context.settings, (NEVER,))
    return DONE if loaded else context.fail(errors.NOT_RESTORED)


def save_profile(context):
    """Handle AT&W: save the profile, and the UART's settings for the next start. Allocates."""
    saved = save(context.settings, context.board.store, PROFILE, LINE)
    return DONE if saved else context.fail(errors.STORE_FAILED)


# Restart


def cfun_set(context):
    """Handle AT+CFUN=1 and AT+CFUN=1,1: restart after the OK (H20). AT+CFUN=1,0 does nothing."""
    arguments = context.arguments
    restarts = arguments.value_or(1, 1)
    if arguments.value(0) != 1 or restarts > 1:
        return context.fail(errors.ERROR)
    if restarts:
        context.deferred.restart()
    return DONE


def cfun_read(context):
    """Handle AT+CFUN?: the modem is always in full operation."""
    context.writer.begin(b"+CFUN: 1").end()
    return DONE
