"""Connect the user's terminal to the modem's serial line, with pyserial's miniterm.

Keys are sent unchanged, except Enter (sent as CR) and Backspace (sent as BS). Output of the modem
is shown unchanged, except control characters, which a terminal would hide or execute: they are
shown as symbols.
"""

import atexit
import codecs
import os
import select
import sys
import termios
import threading
import time

import serial
from serial.tools import miniterm

_ENDS = {"cr": "\r", "lf": "\n", "crlf": "\r\n"}
_LEAVE = "\x1d"
_JOIN_S = 0.5

# CR, LF and TAB keep their effect, rx() replaces BS, and other control characters become Unicode
# control pictures.
_PICTURES = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\r\n\t\b"}
_PICTURES[0x7F] = "\u2421"


class ModemText(miniterm.Transform):
    """A translation of keys (tx) and of the modem's output (rx)."""

    def __init__(self, eol):
        self._end = _ENDS[eol]

    def tx(self, text):
        return text.replace("\r", self._end).replace("\x7f", "\b")

    def rx(self, text):
        return text.translate(_PICTURES).replace("\b", "\b \b")


class Keyboard(miniterm.Console):
    """The terminal in raw mode for input. Another thread can cancel getkey()."""

    def __init__(self):
        super().__init__()
        self._cancelled, self._cancel = os.pipe()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def setup(self):
        """Switch to raw mode. miniterm's mode turns CR into LF and swallows Ctrl-S, -Q and -V."""
        new = termios.tcgetattr(self.fd)
        new[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.ISTRIP)
        new[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
        new[6][termios.VMIN] = 1
        new[6][termios.VTIME] = 0
        termios.tcsetattr(self.fd, termios.TCSANOW, new)

    def getkey(self):  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return one character, "" after cancel(), or the exit key if the terminal is gone."""
        while True:
            ready, _, _ = select.select([self.fd, self._cancelled], [], [])
            if self._cancelled in ready:
                return ""
            data = _read_byte(self.fd)
            if not data:
                return _LEAVE
            key = self._decoder.decode(data)
            if key:
                return key

    def cancel(self):
        """End getkey(). miniterm's method simulates a key press, which newer kernels forbid."""
        os.write(self._cancel, b"\0")

    def cleanup(self):
        """Restore the terminal at once. miniterm's method waits for output and could hang."""
        try:
            termios.tcflush(self.fd, termios.TCIFLUSH)
            termios.tcsetattr(self.fd, termios.TCSANOW, self.old)
        except termios.error:
            # The terminal is gone (SIGHUP), so there is nothing to restore.
            return


class Terminal(miniterm.Miniterm):
    """miniterm on the modem's serial line.

    start() and finish() must be called in the main thread. If the modem closes the line, the
    terminal stops and waits for finish(), because the service reports the cause.
    """

    def __init__(self, path, speed, on_end):
        """Open the pty `path`. on_end() is called in another thread when the user leaves."""
        self._on_end = on_end
        super().__init__(serial.Serial(path, speed), eol="cr")
        # miniterm has created a console whose clean-up at exit would change the terminal again.
        atexit.unregister(self.console.cleanup)
        self.console = Keyboard()
        self.exit_character = _LEAVE
        self.set_rx_encoding("utf-8")
        self.set_tx_encoding("utf-8")

    def update_transformations(self):
        chosen = [miniterm.TRANSFORMATIONS[name]() for name in self.filters]
        self.tx_transformations = [ModemText(self.eol), *chosen]
        self.rx_transformations = list(reversed(self.tx_transformations))

    def stop(self):
        """Leave the terminal. Called after the user has pressed Ctrl-] or chosen Q in the menu."""
        super().stop()
        self._on_end()

    def reader(self):
        try:
            super().reader()
        except OSError:
            # The modem has closed the line. The service reports the cause and calls finish().
            self.alive = False

    def writer(self):
        try:
            super().writer()
        except OSError:
            # The modem has closed the line. The service reports the cause and calls finish().
            self.alive = False

    def handle_menu_key(self, c):
        try:
            super().handle_menu_key(c)
        except OSError as error:
            # A pty has no modem control lines.
            sys.stderr.write(f"--- not on this line: {error.strerror} ---\n")

    def finish(self):
        """End the threads and restore the terminal."""
        self.alive = False
        self.console.cancel()
        self.serial.cancel_read()
        self.serial.cancel_write()
        deadline = time.monotonic() + _JOIN_S
        for thread in (self.receiver_thread, self.transmitter_thread):
            if isinstance(thread, threading.Thread):
                thread.join(max(0, deadline - time.monotonic()))
        self.console.cleanup()
        self.close()


def _read_byte(fd):
    try:
        return os.read(fd, 1)
    except OSError:
        return b""
