"""Handlers that identify the modem: ATI, AT&V, +GMR, +CGMR, +GSN, +CGSN, +WMSN.

The module is loaded when a host first uses one of these commands.
"""

from .. import VERSION, lazy
from ..compat import const
from ..context import DONE, MORE
from ..settings import BASIC, CMEE, DIALECT, RX_FLOW, S_REGISTERS, SPEED, TX_FLOW

_SPACE = const(0x20)
_EQUALS = const(0x3D)
_S = const(0x53)
# Number of S-registers in the first of the two lines with S-registers that AT&V writes. One line
# has no room for all S-registers.
_HALF = const(8)

# Dialect names that +WIPXDIALECT uses, indexed by the DIALECT setting.
_DIALECTS = const((b"c1", b"wipsoft"))

_RESPONSE = const(("commands.fixed", "response"))


def dialect(context):
    """Return the name of the current dialect, as bytes."""
    return _DIALECTS[context.settings[DIALECT]]


def find_dialect(name):
    """Return the value of the DIALECT setting for a dialect name, or -1 for an unknown name.

    name: bytes in lower case.
    """
    return _DIALECTS.index(name) if name in _DIALECTS else -1


def identify(context):
    """Handle ATI<value>: write the line that _IDENTITIES defines for the value.

    ATI0 and ATI3 write a second line if the saved settings were corrupt or foreign. Foreign
    settings are in a form that this firmware cannot use.
    """
    if context.step:
        context.writer.begin(b"profile damaged: factory values").end()
        return DONE
    context.step = 1
    value = context.arguments.value(0)
    _IDENTITIES[value](context, context.writer)
    store = context.board.store
    return MORE if value in (0, 3) and (store.corrupt or store.foreign) else DONE


def _product(context, writer):
    writer.begin(b"wipmodem ").text(VERSION).text(b" ").text(context.board.name).end()


def _version(context, writer):
    writer.begin(VERSION).end()


def _checksum(context, writer):
    """Write nothing. The OK is sufficient, because the installer has verified the firmware."""


def _model(context, writer):
    writer.begin(lazy.need(_RESPONSE)(b"+GMM")).end()


def _dialect(context, writer):
    writer.begin(dialect(context)).end()


def _sockets(context, writer):
    sizes = context.board.sizes
    writer.begin(b"sockets ").number(sizes.sockets)
    writer.text(b", rx ").number(sizes.max_rx()).text(b", tx ").number(sizes.max_tx()).end()


def _maker(context, writer):
    writer.begin(lazy.need(_RESPONSE)(b"+GMI")[len(b"+GMI: ") :]).end()


def _bearer(context, writer):
    writer.begin(b"radio" if context.session.radio is not None else b"network").end()


def _serial_number(context, writer):
    writer.begin(context.board.serial_number).end()


# Functions that write the line of ATI<value>, indexed by the value.
_IDENTITIES = (
    _product,
    _version,
    _checksum,
    _product,
    _model,
    _dialect,
    _sockets,
    _maker,
    _bearer,
    _serial_number,
)


def revision(context):
    """Handle AT+GMR and AT+CGMR: write the version of the firmware."""
    context.writer.begin(b"wipmodem ").text(VERSION).end()
    return DONE


def serial(context):
    """Handle AT+GSN and AT+CGSN: write the serial number, which has 15 digits."""
    _serial_number(context, context.writer)
    return DONE


def wmsn_read(context):
    """Handle AT+WMSN?: write the serial number."""
    context.writer.begin(b"+WMSN: ").text(context.board.serial_number).end()
    return DONE


def view(context):
    """Handle AT&V: write the current settings, one line in each call."""
    context.step += 1
    _VIEWS[context.step - 1](context.writer.begin(), context.settings)
    return MORE if context.step < len(_VIEWS) else DONE


def _view_basic(writer, settings):
    i = 0
    while i < len(BASIC):
        name, setting = BASIC[i]
        writer.text(name).number(settings[setting]).char(_SPACE)
        i += 1
    writer.text(b"+CMEE=").number(settings[CMEE]).end()


def _view_line(writer, settings):
    writer.text(b"+IPR=").number(settings[SPEED] * 100).text(b" +ICF=3,3 +IFC=")
    writer.number(settings[TX_FLOW]).comma(settings[RX_FLOW]).end()


def _view_registers(writer, settings):
    _write_registers(writer, settings, 0, _HALF)


def _view_more_registers(writer, settings):
    _write_registers(writer, settings, _HALF, len(S_REGISTERS))


def _write_registers(writer, settings, i, end):
    """Write a line with the registers S_REGISTERS[i:end], each value as three digits."""
    first = i
    while i < end:
        number, setting = S_REGISTERS[i]
        if i > first:
            writer.char(_SPACE)
        writer.char(_S).number(number).char(_EQUALS).three_digits(settings[setting])
        i += 1
    writer.end()


_VIEWS = (_view_basic, _view_line, _view_registers, _view_more_registers)
