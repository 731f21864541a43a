"""The terminal's keys: none is shown on the screen, q leaves."""

import contextlib
import os
import select
import sys
import termios
import tty


@contextlib.contextmanager
def keys():
    """A function that tells whether q was pressed; always False where there is no keyboard.
    Ctrl-C stays what it is. The terminal is as before afterwards."""
    if not sys.stdin.isatty():
        yield lambda: False
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)
    try:
        yield lambda: _pressed(keyboard)
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _pressed(keyboard):
    return bool(select.select([keyboard], [], [], 0)[0]) and b"q" in os.read(keyboard, 64)
