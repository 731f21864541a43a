"""+CSQ and +CREG without a radio: signal and state of the bearer's network (H22)."""

from .. import errors
from ..context import DONE
from ..settings import DIALECT, REGISTRATION, WIPSOFT, fits
from . import fixed as canned


def answer(context):
    """The command under way, if it is one of these; else ERROR."""
    commands = context.command
    row = canned.find(_ROWS, context.command.line.buf, commands.start, commands.name_end)
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


# In the order of the forms of command_table.py.
_ROWS = (
    (b"+CSQ", _csq_run, None, None, None),
    (b"+CREG", None, _creg_read, _creg_test, _creg_set),
)
