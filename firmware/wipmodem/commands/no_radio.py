"""+CSQ and +CREG without a radio: signal and state of the bearer's network (H22)."""

from .. import errors
from ..settings import DIALECT, REGISTRATION, WIPSOFT, fits
from . import fixed as canned
from .base import DONE


def answer(modem):
    """The command under way, if it is one of these; else ERROR."""
    commands = modem.commands
    row = canned.find(_ROWS, modem.line.buf, commands.began, commands.name_end)
    handler = row and row[commands.given]
    return handler(modem) if handler else errors.ERROR


def _csq_run(modem):
    modem.stack.network()  # a board that has not joined one begins to look for it
    modem.writer.begin(b"+CSQ: ").number(modem.board.bearer.signal()).text(b",99").end()
    return DONE


def _creg_read(modem):
    mode = modem.settings[REGISTRATION]
    modem.writer.begin(b"+CREG: ").number(mode).comma(modem.stack.network()).end()
    return DONE


def _creg_test(modem):
    modem.writer.begin(b"+CREG: (0-1)").end()
    return DONE


def _creg_set(modem):
    """The C1 answers a line, the older modules do not."""
    line, start, end = modem.line.buf, modem.commands.name_end + 1, modem.commands.at
    if end - start != 1 or not fits(REGISTRATION, line[start] - 0x30):
        return errors.ERROR
    modem.settings[REGISTRATION] = line[start] - 0x30
    return DONE if modem.settings[DIALECT] == WIPSOFT else _creg_read(modem)


# In the order of the forms of command_table.py.
_ROWS = (
    (b"+CSQ", _csq_run, None, None, None),
    (b"+CREG", None, _creg_read, _creg_test, _creg_set),
)
