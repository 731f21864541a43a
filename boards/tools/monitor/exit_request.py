"""The user's requests to end the tool: q, Ctrl-C, or SIGTERM."""

import contextlib
import os
import select
import signal
import sys
import termios
import tty

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def exit_requests():
    """Yield a function that returns True after the user has asked to end the tool.

    The terminal does not echo keys during the `with` block, and is restored after it.
    """
    signals = []
    before = {number: signal.signal(number, lambda *_: signals.append(1)) for number in _SIGNALS}
    try:
        with _keys() as pressed:
            yield lambda: bool(signals) or pressed()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _keys():
    """Yield a function that returns True if q was pressed; always False without a terminal."""
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
