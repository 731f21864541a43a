"""Handlers of AT+CLAC and of commands that have a fixed response or are passed on to the radio.

The module is loaded when a host first sends AT+CLAC or a command that the command table lacks.
"""

from .. import errors, lazy
from ..compat import const
from ..context import DONE, MORE
from ..settings import BASIC, DIALECT, NO_EFFECT, NO_EFFECT_SIZE, REGISTRATION, WIPSOFT, fits
from .dispatch import spec_of
from .table import ABSENT, ACTIONS, NAME, RADIO, RUN, SET, SPEC, TABLE, TEST

_SPACE = const(0x20)
_ZERO = const(0x30)
_OWN_PREFIX = const(b"+WIP")  # commands with this prefix are never passed on to the radio
_PASS_ON = const(("commands.calls", "pass_on"))

# Commands with a fixed response (H18). A row is (name, response to AT+NAME, response to AT+NAME?,
# texts that AT+NAME= accepts). None means that the modem answers this form of the command with
# plain ERROR. An empty tuple means that AT+NAME= accepts any text.
_ACCEPTED = const(3)  # column of RESPONSES with the texts that AT+NAME= accepts
RESPONSES = (
    (b"+GMI", b"+GMI: WAVECOM MODEM", None, None),
    (b"+CGMI", b"+CGMI: WAVECOM MODEM", None, None),
    (b"+GMM", b"MULTIBAND 800 1900 Model 65", None, None),
    (b"+CGMM", b"MULTIBAND 800 1900 Model 65", None, None),
    (b"+GCAP", b"+GCAP: +CIS707-A", None, None),
    (b"+ICF", None, b"+ICF: 3,3", (b"3", b"3,3")),  # format 8N1 only (Q39)
    (b"+CCED", None, None, (b"0", b"2")),  # the modem never sends a cell environment report
    (b"+CPIN", None, b"+CPIN: READY", None),
    (b"+CGREG", b"+CGREG: 0,1", b"+CGREG: 0,1", (b"0", b"1", b"2")),
    (b"+CGATT", None, b"+CGATT: 1", (b"1",)),
    (b"+COPS", None, b"+COPS: 0", (b"0",)),
    (b"+CMGF", None, b"+CMGF: 1", (b"0", b"1")),
    (b"+WOPEN", None, b"+WOPEN: 1", (b"1",)),
    (b"+PSRIC", None, None, ()),
    (b"$QCMIP", None, b"$QCMIP: 0", (b"0",)),
    (b"+CGCLASS", None, b'+CGCLASS: "B"', (b'"B"', b"B")),
    (b"+FCLASS", None, b"0", (b"0",)),  # class 0 means data; the modem has no fax (H21)
)

# Tables of the commands that AT+CLAC lists, in this order, after the basic commands without
# effect. ATD and the S-registers have an entry here because no other table contains them.
_LISTED = (BASIC, ACTIONS, ((b"D",), (b"S",)), RESPONSES, RADIO, TABLE)


def answer(context):
    """Handle a command that the command table lacks.

    Write a fixed response if there is one, otherwise pass the command on to the radio. Without a
    radio, +CSQ and +CREG describe the network (H22), and the modem answers any other command with
    plain ERROR.
    """
    command = context.command
    line = command.line.buf
    row = _find(RESPONSES, line, command.start, command.name_end)
    if row is not None:
        return _respond(context, row)
    if line.find(_OWN_PREFIX, command.start, command.end) == command.start:
        return context.fail(errors.ERROR)
    if context.session.radio is not None:
        return lazy.need(_PASS_ON)(context)
    row = _find(_NETWORK, line, command.start, command.name_end)
    handler = row and row[command.form]
    return handler(context) if handler else context.fail(errors.ERROR)


def response(name):
    """Return the fixed response to the run form of a command, AT+NAME, as bytes.

    name: name of a command that has a fixed response, such as b"+GMM".
    """
    return _find(RESPONSES, name, 0, len(name))[RUN]


def _respond(context, row):
    command = context.command
    form = command.form
    if form == SET:
        accepted = _accepts(row, command.line.buf, command.name_end + 1, command.end)
        return DONE if accepted else context.fail(errors.ERROR)
    if form == TEST or row[form] is None:
        return context.fail(errors.ERROR)
    context.writer.begin(row[form]).end()
    return DONE


# _find() and _accepts() contain a while loop over an index. With a for loop, these functions would
# need so many variables that MicroPython would allocate their frames on the heap.


def _find(table, line, start, end):
    """Return the table row whose name is line[start:end], or None."""
    i = len(table)
    while i:
        i -= 1
        if _equals(table[i][NAME], line, start, end):
            return table[i]
    return None


def _accepts(row, line, start, end):
    """Return True if the set form of the row's command accepts the text line[start:end]."""
    texts = row[_ACCEPTED]
    i = len(texts) if texts else 0
    while i:
        i -= 1
        if _equals(texts[i], line, start, end):
            return True
    return texts == ()


def _equals(text, line, start, end):
    return len(text) == end - start and line.find(text, start, end) == start


# +CSQ and +CREG on a board without a radio (H22)


def _csq_run(context):
    # This call makes a Wi-Fi board without a session join its network.
    context.session.network()
    context.writer.begin(b"+CSQ: ").number(context.board.bearer.signal()).text(b",99").end()
    return DONE


def _creg_read(context):
    mode = context.settings[REGISTRATION]
    context.writer.begin(b"+CREG: ").number(mode).comma(context.session.network()).end()
    return DONE


def _creg_test(context):
    context.writer.begin(b"+CREG: (0-1)").end()
    return DONE


def _creg_set(context):
    """Handle AT+CREG=<mode>: enable (mode 1) or disable (mode 0) the +CREG URC.

    The URC reports changes of the network registration. In the dialect c1 the command also writes
    the line of AT+CREG?, as the guide describes. WIPsoft modems send only OK.
    """
    command = context.command
    start = command.name_end + 1
    mode = command.line.buf[start] - _ZERO if command.end - start == 1 else -1
    if not fits(REGISTRATION, mode):
        return context.fail(errors.ERROR)
    context.settings[REGISTRATION] = mode
    return DONE if context.settings[DIALECT] == WIPSOFT else _creg_read(context)


# Commands about the network on a board without a radio. A row has the columns NAME to SET of the
# command table (table.py).
_NETWORK = (
    (b"+CSQ", _csq_run, None, None, None),
    (b"+CREG", None, _creg_read, _creg_test, _creg_set),
)


# +CLAC: list of all commands


def list_commands(context):
    """Handle AT+CLAC: write the name of one command in each call."""
    position = context.step * NO_EFFECT_SIZE
    context.step += 1
    if position < len(NO_EFFECT):
        _write_no_effect(context.writer.begin(b"AT"), position)
        return MORE
    row = _listed_row(context.step - 1 - len(NO_EFFECT) // NO_EFFECT_SIZE)
    if row is None:
        return DONE
    if _is_in_dialect(row, context.settings):
        context.writer.begin(b"AT").text(row[NAME]).end()
    return MORE


def _write_no_effect(writer, position):
    """Write the command name at a position of NO_EFFECT: a letter, or a prefix and a letter."""
    if NO_EFFECT[position] != _SPACE:
        writer.char(NO_EFFECT[position])
    writer.char(NO_EFFECT[position + 1]).end()


def _listed_row(i):
    """Return row i of the tables in _LISTED, or None after the last row of the last table.

    The rows of all tables are numbered together, starting at 0.
    """
    for table in _LISTED:
        if i < len(table):
            return table[i]
        i -= len(table)
    return None


def _is_in_dialect(row, settings):
    """Return True if the current dialect has the command of a row.

    Only rows of TABLE depend on the dialect.
    """
    return len(row) <= SPEC or spec_of(row, settings) is not ABSENT
