"""The user's terminal joined to the modem's serial line: pyserial's miniterm, fitted for a modem.

Keys go out as they are, but for Enter (CR) and Backspace, which a modem knows as BS. What the
modem sends is shown as it is, but for control bytes, which a terminal would hide or act upon.
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

# CR, LF and TAB act; BS is handled apart; the others become their Unicode pictures.
_PICTURES = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\r\n\t\b"}
_PICTURES[0x7F] = "\u2421"


class ModemText(miniterm.Transform):
    """Between what the user types and sees and what the modem reads and writes."""

    def __init__(self, eol):
        self._end = _ENDS[eol]

    def tx(self, text):
        return text.replace("\r", self._end).replace("\x7f", "\b")

    def rx(self, text):
        return text.translate(_PICTURES).replace("\b", "\b \b")


class Keyboard(miniterm.Console):
    """The terminal in raw mode, output processing aside; getkey() can be cancelled."""

    def __init__(self):
        super().__init__()
        self._cancelled, self._cancel = os.pipe()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def setup(self):
        """miniterm's own turns CR into LF and keeps Ctrl-S, Ctrl-Q and Ctrl-V from the modem."""
        new = termios.tcgetattr(self.fd)
        new[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON | termios.ISTRIP)
        new[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
        new[6][termios.VMIN] = 1
        new[6][termios.VTIME] = 0
        termios.tcsetattr(self.fd, termios.TCSANOW, new)

    def getkey(self):  # pyright: ignore[reportIncompatibleMethodOverride]
        """One character; nothing after cancel(); the wish to leave when the terminal is gone."""
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
        """miniterm's own fakes a key press, which newer kernels forbid."""
        os.write(self._cancel, b"\0")

    def cleanup(self):
        """miniterm's own waits until the terminal has shown everything, which it may never do."""
        try:
            termios.tcflush(self.fd, termios.TCIFLUSH)
            termios.tcsetattr(self.fd, termios.TCSANOW, self.old)
        except termios.error:
            # The terminal itself is gone (SIGHUP): nothing is left to restore.
            return


class Terminal(miniterm.Miniterm):
    """miniterm on the modem's line. on_end() is called, in a thread, when the user wants to leave.

    start() and finish() are for the main thread. When the modem's side of the line is gone the
    terminal falls silent and waits for finish(): whoever runs the modem knows why.
    """

    def __init__(self, path, speed, on_end):
        self._on_end = on_end
        super().__init__(serial.Serial(path, speed), eol="cr")
        # miniterm has made a console of its own, which would tidy up when there is no need.
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
        """Ctrl-] or the menu's Q."""
        super().stop()
        self._on_end()

    def reader(self):
        try:
            super().reader()
        except OSError:
            # Hung up: see the class.
            self.alive = False

    def writer(self):
        try:
            super().writer()
        except OSError:
            # Hung up: see the class.
            self.alive = False

    def handle_menu_key(self, c):
        try:
            super().handle_menu_key(c)
        except OSError as error:
            # A pty has no modem lines to show or to set.
            sys.stderr.write(f"--- not on this line: {error.strerror} ---\n")

    def finish(self):
        """Give the terminal back as it was."""
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
