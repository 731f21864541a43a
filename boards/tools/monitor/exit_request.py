"""How people leave: q, Ctrl-C, or a signal to end."""

import contextlib
import os
import select
import signal
import sys
import termios
import tty

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def leaving():
    """A function that tells whether somebody wants to leave. No key is shown on the screen; the
    terminal is as before afterwards."""
    told = []
    before = {number: signal.signal(number, lambda *_: told.append(1)) for number in _SIGNALS}
    try:
        with _keys() as pressed:
            yield lambda: bool(told) or pressed()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _keys():
    """A function that tells whether q was pressed; always False where there is no keyboard."""
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
