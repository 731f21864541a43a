"""What base commands do that set a value or read one (base.md section 3)."""

from .. import errors
from ..compat import const
from ..settings import CMEE, RX_FLOW, SPEED, TX_FLOW, fits

DONE = const(0)
MORE = const(1)  # a line was said, call again for the next
HOLD = const(2)  # not yet: call again in a later pass
ONLINE = const(3)  # CONNECT, and the DTE is in data mode
ENDED = const(4)  # in a result of its own: modem.ends_in()

# Rates of +IPR, bit/s; 0 asks for autobaud, which few lines can do.
RATES = (0, 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
_HARDWARE = const(2)  # +IFC


def ok(modem):
    return DONE


def cmee_set(modem):
    modem.settings[CMEE] = modem.arguments.value(0)
    return DONE


def cmee_read(modem):
    modem.writer.begin(b"+CMEE: ").number(modem.settings[CMEE]).end()
    return DONE


def takes_rate(modem, rate):
    """Is it one of +IPR, and can the line do it?"""
    return rate in RATES and modem.board.serial.takes(rate)


def ipr_set(modem):
    """F2: the OK goes out at the old rate."""
    rate = modem.arguments.value(0)
    if not takes_rate(modem, rate):
        return errors.ERROR
    modem.settings[SPEED] = rate // 100
    modem.trial.end()
    modem.after.set_line()
    return DONE


def ipr_read(modem):
    modem.writer.begin(b"+IPR: ").number(modem.settings[SPEED] * 100).end()
    return DONE


def ifc_set(modem):
    """One argument may be left out. XON/XOFF is not supported, hardware only where it is wired."""
    arguments = modem.arguments
    for i in range(arguments.count):
        if arguments.given(i) and not _flow_may_be(modem, arguments.value(i)):
            return errors.ERROR
    for i in range(arguments.count):
        if arguments.given(i):
            modem.settings[TX_FLOW + i] = arguments.value(i)
    modem.after.set_flow()
    return DONE


def _flow_may_be(modem, mode):
    return mode == 0 or (mode == _HARDWARE and modem.board.serial.flow)


def ifc_read(modem):
    settings = modem.settings
    modem.writer.begin(b"+IFC: ").number(settings[TX_FLOW]).comma(settings[RX_FLOW]).end()
    return DONE


def s_register_read(modem, setting):
    """Three digits, zero padded."""
    modem.writer.begin().three_digits(modem.settings[setting]).end()


def assign(modem, setting, value):
    """Give a setting a value of its range: DONE or ERROR."""
    if not fits(setting, value):
        return errors.ERROR
    modem.settings[setting] = value
    return DONE
