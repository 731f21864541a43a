"""What brought the modem down last, kept in a small file with its traceback."""

import io
import os
import sys

from ..contract import const

_PATH = const("crash.txt")


def keep(error):
    """A crash like the last one is not written again: flash wears."""
    text = _traceback(error)
    if text != _text():
        with open(_PATH, "w") as file:
            file.write(text)


def lines():
    """As text, the oldest call first; none if nothing has happened."""
    return [line.strip() for line in _text().split("\n") if line]


def clear():
    try:
        os.remove(_PATH)
    except OSError:
        return  # there is none


def _traceback(error):
    text = io.StringIO()
    sys.print_exception(error, text)  # type: ignore (the stub has other streams)
    return text.getvalue()  # type: ignore


def _text():
    try:
        with open(_PATH) as file:
            return file.read()
    except (OSError, ValueError):  # none, or damaged: no text
        return ""
