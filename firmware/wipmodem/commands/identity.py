"""Who and what the modem is: ATI, AT&V, +GMR, +GSN, +CLAC. Listings say a line a call."""

from .. import VERSION, lazy
from ..compat import const
from ..context import DONE, MORE
from ..settings import BASIC, CMEE, DIALECT, EACH, NO_EFFECT, RX_FLOW, S_REGISTERS, SPEED, TX_FLOW

_SPACE = const(0x20)
_EQUALS = const(0x3D)
_S = const(0x53)
_HALF = const(8)  # registers in a line of AT&V: all are more than a line holds

_DIALECTS = const((b"c1", b"wipsoft"))


# For lazy.py.
_RESPONSE = const(("commands.fixed", "response"))
_NAME = const(("commands.fixed", "command_name"))


def dialect(context):
    return _DIALECTS[context.settings[DIALECT]]


def find_dialect(name):
    """Its number, or -1."""
    return _DIALECTS.index(name) if name in _DIALECTS else -1


def identify(context):
    """ATI, ATI0, ATI3: product, version, board; whether what was kept over power loss is gone."""
    if context.step:
        context.writer.begin(b"profile damaged: factory values").end()
        return DONE
    _IDENTITIES[context.arguments.value(0)](context, context.writer)
    context.step = 1
    return MORE if context.arguments.value(0) in (0, 3) and _damaged(context.board.store) else DONE


def _damaged(store):
    return store.corrupt or store.foreign


def _product(context, writer):
    writer.begin(b"wipmodem ").text(VERSION).text(b" ").text(context.board.name).end()


def _version(context, writer):
    writer.begin(VERSION).end()


def _checksum(context, writer):
    """ATI2: the firmware has been checked; who starts it does that."""


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


def _number(context, writer):
    writer.begin(context.board.serial_number).end()


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
    _number,
)


def revision(context):
    context.writer.begin(b"wipmodem ").text(VERSION).end()
    return DONE


def serial(context):
    """15 digits."""
    _number(context, context.writer)
    return DONE


def wmsn_read(context):
    context.writer.begin(b"+WMSN: ").text(context.board.serial_number).end()
    return DONE


def list_commands(context):
    """AT+CLAC: a line for each command of the dialect."""
    first = context.step * EACH
    if first < len(NO_EFFECT):
        _say_without_effect(context.writer.begin(b"AT"), first)
        context.step += 1
        return MORE
    name = lazy.need(_NAME)(context, context.step - len(NO_EFFECT) // EACH)
    if name is None:
        return DONE
    if name:
        context.writer.begin(b"AT").text(name).end()
    context.step += 1
    return MORE


def _say_without_effect(writer, i):
    if NO_EFFECT[i] != _SPACE:
        writer.char(NO_EFFECT[i])
    writer.char(NO_EFFECT[i + 1]).end()


def view(context):
    """AT&V: what is in force. Credentials are no setting."""
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
    _say_registers(writer, settings, 0, _HALF)


def _view_more_registers(writer, settings):
    _say_registers(writer, settings, _HALF, len(S_REGISTERS))


def _say_registers(writer, settings, i, end):
    first = i
    while i < end:
        number, setting = S_REGISTERS[i]
        if i > first:
            writer.char(_SPACE)
        writer.char(_S).number(number).char(_EQUALS).three_digits(settings[setting])
        i += 1
    writer.end()


_VIEWS = (_view_basic, _view_line, _view_registers, _view_more_registers)
