"""Commands whose answer is always the same: who we are, and what hosts ask before dialling (H18).

(name, answer of AT+NAME, answer of AT+NAME?, what AT+NAME= may be given). None: plain ERROR; ():
anything. Loaded when a host sends a command that command_table.py lacks.
"""

from .. import errors
from ..compat import const
from ..context import DONE
from ..settings import BASIC, DIALECT, REGISTRATION, WIPSOFT, fits
from . import table as table_
from .dispatch import spec_of
from .table import ABSENT, ACTIONS, NAME, RADIO, RUN, SET, TEST

_VALUES = const(3)  # column of the values that AT+NAME= may be given

TABLE = (
    (b"+GMI", b"+GMI: WAVECOM MODEM", None, None),
    (b"+CGMI", b"+CGMI: WAVECOM MODEM", None, None),
    (b"+GMM", b"MULTIBAND 800 1900 Model 65", None, None),
    (b"+CGMM", b"MULTIBAND 800 1900 Model 65", None, None),
    (b"+GCAP", b"+GCAP: +CIS707-A", None, None),
    (b"+ICF", None, b"+ICF: 3,3", (b"3", b"3,3")),  # Q39
    (b"+CCED", None, None, (b"0", b"2")),  # off, the only state there is
    (b"+CPIN", None, b"+CPIN: READY", None),
    (b"+CGREG", b"+CGREG: 0,1", b"+CGREG: 0,1", (b"0", b"1", b"2")),
    (b"+CGATT", None, b"+CGATT: 1", (b"1",)),
    (b"+COPS", None, b"+COPS: 0", (b"0",)),
    (b"+CMGF", None, b"+CMGF: 1", (b"0", b"1")),
    (b"+WOPEN", None, b"+WOPEN: 1", (b"1",)),
    (b"+PSRIC", None, None, ()),
    (b"$QCMIP", None, b"$QCMIP: 0", (b"0",)),
    (b"+CGCLASS", None, b'+CGCLASS: "B"', (b'"B"', b"B")),
    (b"+FCLASS", None, b"0", (b"0",)),  # H21: data, no fax
)


_OTHERS = const(((b"D",), (b"S",)))  # commands with a row in no table
_NAMED = (BASIC, ACTIONS, _OTHERS, TABLE, RADIO, table_.TABLE)  # what AT+CLAC lists


def command_name(context, i):
    """The i-th command that there is; b"" if the dialect lacks it, None behind the last."""
    which = 0
    while which < len(_NAMED) and i >= len(_NAMED[which]):
        i -= len(_NAMED[which])
        which += 1
    if which == len(_NAMED):
        return None
    row = _NAMED[which][i]
    lacks = _NAMED[which] is table_.TABLE and spec_of(row, context.settings) is ABSENT
    return b"" if lacks else row[NAME]


def say(context):
    """Answer the command under way: 0, or ERROR. None if it is not in the table."""
    commands = context.command
    line, form = context.command.line.buf, commands.form
    row = find(TABLE, line, commands.start, commands.name_end)
    if row is None:
        return None
    if form == SET:
        return 0 if _allows(row, line, commands.name_end + 1, commands.end) else errors.ERROR
    if form == TEST or row[form] is None:
        return errors.ERROR
    context.writer.begin(row[form]).end()
    return 0


def response(name):
    """Return what AT+NAME answers, for the name of a row with that form, in upper case."""
    return find(TABLE, name, 0, len(name))[RUN]


def find(table, line, start, end):
    """The row whose name is line[start:end], or None."""
    i = len(table)
    while i:
        i -= 1
        if _is(table[i][NAME], line, start, end):
            return table[i]
    return None


def _allows(row, line, start, end):
    """May AT+NAME= be given line[start:end]?"""
    values = row[_VALUES]
    i = len(values) if values else 0
    while i:
        i -= 1
        if _is(values[i], line, start, end):
            return True
    return values == ()


def _is(word, line, start, end):
    return len(word) == end - start and line.find(word, start, end) == start


def answer_without_radio(context):
    """+CSQ and +CREG without a radio: signal and state of the bearer's network (H22)."""
    commands = context.command
    row = find(_WITHOUT_RADIO, context.command.line.buf, commands.start, commands.name_end)
    handler = row and row[commands.form]
    return handler(context) if handler else context.fail(errors.ERROR)


def _csq_run(context):
    context.session.network()  # a board that has not joined one begins to look for it
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
    """The C1 answers a line, the older modules do not."""
    line, start, end = context.command.line.buf, context.command.name_end + 1, context.command.end
    if end - start != 1 or not fits(REGISTRATION, line[start] - 0x30):
        return context.fail(errors.ERROR)
    context.settings[REGISTRATION] = line[start] - 0x30
    return DONE if context.settings[DIALECT] == WIPSOFT else _creg_read(context)


# In the order of the forms of table.py.
_WITHOUT_RADIO = (
    (b"+CSQ", _csq_run, None, None, None),
    (b"+CREG", None, _creg_read, _creg_test, _creg_set),
)
