"""The connection to a board: a raw REPL, through the transport of mpremote.

`open()` stops the running program. A running modem resets the board after Ctrl-C and then starts
the REPL; the port may disappear during the reset, and is then opened again. The tool uses no soft
reset, because the IP stack continues to run during a soft reset. `with link:` closes the
connection; after a Failure it also resets the board.
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
_ANSWER_S = 2  # longest time in s to wait for a response of the REPL
_SCRIPT_S = 60  # longest time in s that a script may run without output
_AGAIN_S = 0.2  # pause in s before the next attempt to open the REPL
_LONG_S = 5  # time in s after which the user gets a message


class Link:
    """A raw REPL on a board.

    port: name of the board's console; patience_s: longest time to wait for the REPL, in seconds.
    """

    def __init__(self, port, patience_s):
        self._port = port
        self._patience_s = patience_s
        self._transport = None  # transport of mpremote while the port is open, otherwise None

    def open(self, say=None):
        """Open the raw REPL. Raise Failure if the port cannot open or the board does not respond.

        say: function that is called with one line of text if opening takes long, or None.
        """
        if not self._port:
            raise Failure("no port given: PORT= is the board's console, such as /dev/ttyACM0")
        if problem := ports.permanent_problem(self._port):
            raise Failure(problem)
        began = time.monotonic()
        opened = False
        while not self._ready():
            opened = opened or self._transport is not None
            waited_s = time.monotonic() - began
            if say and waited_s > _LONG_S:
                say(f"{self._port} does not answer yet; trying for {self._patience_s:g} s")
                say = None
            if waited_s > self._patience_s:
                self._close()
                raise Failure(self._no_answer() if opened else self._not_opened())

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        """Close the connection.

        After a Failure first reset the board, so that it runs its program.
        """
        if kind and issubclass(kind, Failure) and self._transport:
            self.reset()
        self._close()

    def run(self, text):
        """Run Python source on the board and return its output.

        Raise ScriptError after an exception on the board, Failure if the connection is lost.
        """
        try:
            output, error_output = self._transport.exec_raw(text, timeout=_SCRIPT_S)
        except LOST as error:
            self._close()
            raise Failure("the connection to the board was lost: deploy again") from error
        if error_output:
            raise ScriptError(error_output.decode().strip().splitlines()[-1])
        return output.decode()

    def values(self, name, **given):
        """Run on_board/name.py with the variables `given`. Return a value for each output line."""
        head = "".join(f"{key} = {value!r}\n" for key, value in given.items())
        output = self.run(head + _script(name))
        return [ast.literal_eval(line) for line in output.splitlines()]

    def reset(self):
        """Reset the board and close the connection."""
        with contextlib.suppress(*LOST):
            self._transport.exec_raw_no_follow(_script("reset"))
        self._close()

    def _ready(self):
        """Return True if the raw REPL runs an expression now."""
        try:
            if self._transport is None:
                self._transport = SerialTransport(self._port, timeout=_ANSWER_S)
            # mpremote prints all bytes that it does not expect.
            with contextlib.redirect_stdout(io.StringIO()):
                self._transport.enter_raw_repl(soft_reset=False, timeout_overall=_ANSWER_S)
                output, _ = self._transport.exec_raw("print(1 + 1)", timeout=_ANSWER_S)
                return output.strip() == b"2"
        except TransportError:
            time.sleep(_AGAIN_S)
        except ports.LOST:
            self._close()
            time.sleep(_AGAIN_S)
        return False

    def _no_answer(self):
        return f"{self._port} does not answer like MicroPython"

    def _not_opened(self):
        """Return the reason why the port does not open."""
        try:
            serial.serial_for_url(self._port, exclusive=True).close()
        except ports.LOST as error:
            return ports.describe(self._port, error)
        return self._no_answer()

    def _close(self):
        if self._transport:
            with contextlib.suppress(*LOST):
                self._transport.close()
        self._transport = None


class ScriptError(Failure):
    """An exception ended a script on the board. The text is the last line of its traceback."""


def _script(name):
    return (_ON_BOARD / f"{name}.py").read_text()
