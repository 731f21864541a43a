"""Command handlers for error reporting, the host's UART, saved settings and restart.

A handler takes a Context and returns an outcome, such as DONE (context.py).
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

# Rates that are valid for +IPR, in bit/s. Rate 0 selects automatic rate detection, which few
# UARTs support.
RATES = (0, 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_HARDWARE = const(2)  # +IFC mode for flow control by RTS and CTS


def ok(context):
    """Handle a command form that has no effect and returns OK."""
    return DONE


def cmee_set(context):
    """Handle AT+CMEE=<mode>: report errors by number (mode 1) or by a plain ERROR (mode 0).

    The rules are E1 and E2.
    """
    context.settings[CMEE] = context.arguments.value(0)
    return DONE


def cmee_read(context):
    """Handle AT+CMEE?: write the error reporting mode."""
    context.writer.begin(b"+CMEE: ").number(context.settings[CMEE]).end()
    return DONE


# Commands for the host's UART: +IPR and +IFC


def supports_rate(context, rate):
    """Return True if a rate (bit/s) is valid for +IPR and the host's UART supports the rate."""
    return rate in RATES and context.board.serial.supports(rate)


def ipr_set(context):
    """Handle AT+IPR=<rate>: set the rate of the host's UART, and end a baud-rate trial.

    The OK is sent at the old rate (F2).
    """
    rate = context.arguments.value(0)
    if not supports_rate(context, rate):
        return context.fail(errors.ERROR)
    context.settings[SPEED] = rate // 100
    if context.deferred.trial:
        context.deferred.trial.end()
    context.deferred.set_line()
    return DONE


def ipr_read(context):
    """Handle AT+IPR?: write the rate of the host's UART in bit/s."""
    context.writer.begin(b"+IPR: ").number(context.settings[SPEED] * 100).end()
    return DONE


def ifc_set(context):
    """Handle AT+IFC=[<tx>][,<rx>]: set the flow control of the host's UART.

    Mode 0 means no flow control. Mode 2 means RTS and CTS, and fails on a board without these
    lines. Flow control by XON and XOFF is not supported. For an omitted argument, the mode does
    not change.
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
    """Handle AT+IFC?: write the flow control modes of the transmit and receive directions."""
    settings = context.settings
    context.writer.begin(b"+IFC: ").number(settings[TX_FLOW]).comma(settings[RX_FLOW]).end()
    return DONE


# Functions that write or change one setting


def write_s_register(context, setting):
    """Write a line with the value of an S-register as three digits.

    setting: index of the value of the register in the list of settings.
    """
    context.writer.begin().three_digits(context.settings[setting]).end()


def assign(context, setting, value):
    """Store a value in a setting. Return 0, or errors.ERROR if the value is out of range.

    setting: index in the list of settings.
    """
    if not fits(setting, value):
        return errors.ERROR
    context.settings[setting] = value
    return 0


# Commands for the saved profile: AT&F, ATZ and AT&W


def restore_factory(context):
    """Handle AT&F: restore factory values, but keep the UART settings and the dialect.

    With another rate, the host could no longer communicate with the modem. With another dialect,
    the host's program might fail.
    """
    restore(context.settings, (PROFILE, NEVER))
    return DONE


def restore_profile(context):
    """Handle ATZ: restore the profile that AT&W has saved. Allocates.

    A data call and the sockets stay open.
    """
    # The profile is loaded first, so that ATZ changes nothing if loading runs out of memory.
    loaded = load(context.settings, context.board.store, PROFILE)
    restore(context.settings, (NEVER,))
    return DONE if loaded else context.fail(errors.NOT_RESTORED)


def save_profile(context):
    """Handle AT&W: save the profile, and save the UART settings for the next start. Allocates."""
    saved = save(context.settings, context.board.store, PROFILE, LINE)
    return DONE if saved else context.fail(errors.STORE_FAILED)


# Restart of the modem: +CFUN


def cfun_set(context):
    """Handle AT+CFUN=1 and AT+CFUN=1,1: restart the modem after the OK has been sent (H20).

    AT+CFUN=1,0 has no effect and returns OK.
    """
    arguments = context.arguments
    restarts = arguments.value_or(1, 1)
    if arguments.value(0) != 1 or restarts > 1:
        return context.fail(errors.ERROR)
    if restarts:
        context.deferred.restart()
    return DONE


def cfun_read(context):
    """Handle AT+CFUN?: write level 1, full functionality, which is the only level."""
    context.writer.begin(b"+CFUN: 1").end()
    return DONE
