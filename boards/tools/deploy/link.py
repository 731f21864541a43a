"""The connection to a board: a raw REPL, by mpremote's own transport.

`open()` stops what runs. A modem that runs answers Ctrl-C by a reset, after which the REPL waits:
the port may vanish meanwhile, and is looked for again. There is no soft reset: its end is not
waited for by the IP stack. `with link:` closes it; a Failure resets the board as well.
"""

import ast
import contextlib
import io
import time
from pathlib import Path

import serial
from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from boards.tools import ports

from . import Failure

LOST = (TransportError, *ports.LOST)

_ON_BOARD = Path(__file__).parent / "on_board"
_ANSWER_S = 2  # how long a REPL may take to show itself
_SCRIPT_S = 60  # how long a script may say nothing
_AGAIN_S = 0.2
_LONG_S = 5


class Link:
    def __init__(self, port, patience_s):
        self._port = port
        self._patience_s = patience_s
        self._transport = None

    def open(self, say=None):
        """A raw REPL, within the patience. What no patience helps against is said at once; `say`
        is told once that this takes long, for who sees nothing move."""
        if not self._port:
            raise Failure("there is no port given: the board's console, such as /dev/ttyACM0")
        if trouble := ports.hopeless(self._port):
            raise Failure(trouble)
        begun = time.monotonic()
        opened = False
        while not self._ready():
            opened = opened or self._transport is not None
            waited_s = time.monotonic() - begun
            if say and waited_s > _LONG_S:
                say(f"{self._port} does not answer yet; trying for {self._patience_s:g} s")
                say = None
            if waited_s > self._patience_s:
                self._close()
                raise Failure(self._silent() if opened else self._refused())

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        """What was there before runs again, unless it was replaced and runs already."""
        if kind and issubclass(kind, Failure) and self._transport:
            self.reset()
        self._close()

    def run(self, text):
        """Run Python on the board; gives what it printed."""
        try:
            said, wrong = self._transport.exec_raw(text, timeout=_SCRIPT_S)
        except LOST as error:
            self._close()
            raise Failure("the connection to the board was lost: deploy again") from error
        if wrong:
            raise Wrong(wrong.decode().strip().splitlines()[-1])
        return said.decode()

    def values(self, name, **given):
        """Run on_board/name.py with `given` names set; a Python value for each line it prints."""
        head = "".join(f"{key} = {value!r}\n" for key, value in given.items())
        printed = self.run(head + _script(name))
        return [ast.literal_eval(line) for line in printed.splitlines()]

    def reset(self):
        """Start the board anew; the connection is closed."""
        with contextlib.suppress(*LOST):
            self._transport.exec_raw_no_follow(_script("reset"))
        self._close()

    def _ready(self):
        """Is there a raw REPL now?"""
        try:
            if self._transport is None:
                self._transport = SerialTransport(self._port, timeout=_ANSWER_S)
            # mpremote prints what it did not understand.
            with contextlib.redirect_stdout(io.StringIO()):
                self._transport.enter_raw_repl(soft_reset=False, timeout_overall=_ANSWER_S)
                said, _ = self._transport.exec_raw("print(1 + 1)", timeout=_ANSWER_S)
                return said.strip() == b"2"
        except TransportError:
            time.sleep(_AGAIN_S)
        except ports.LOST:
            self._close()
            time.sleep(_AGAIN_S)
        return False

    def _silent(self):
        return f"{self._port} does not answer as MicroPython does"

    def _refused(self):
        """Why the port does not open."""
        try:
            serial.serial_for_url(self._port, exclusive=True).close()
        except ports.LOST as error:
            return ports.told(self._port, error)
        return self._silent()

    def _close(self):
        if self._transport:
            with contextlib.suppress(*LOST):
                self._transport.close()
        self._transport = None


class Wrong(Failure):
    """A script ended with an exception on the board; the text is its last line."""


def _script(name):
    return (_ON_BOARD / f"{name}.py").read_text()
