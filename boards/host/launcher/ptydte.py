"""The serial line as a pseudo terminal (pseudo.py).

DTR and RTS are on while a program has it open, as on a serial port; a pty cannot show DCD. When
the last program closes it, the modem gets what that program has written, and then the drop of DTR;
until the modem has taken the drop, the next program's output is stopped. What the program has not
read is discarded, as on a serial port.
"""

import termios

from .controllines import DTR, RTS
from .failure import Refused
from .pseudo import CODES, Pseudo

_LOOK_MS = 500

_SIZES = {termios.CS5: 5, termios.CS6: 6, termios.CS7: 7, termios.CS8: 8}
_RATES = {code: rate for rate, code in CODES.items()}


class PtyDte(Pseudo):
    def __init__(self, where, speed, loop, lines, journal):
        if not where:
            raise Refused("pty: expected a path, such as pty:/tmp/modem")
        self._loop = loop
        self._journal = journal
        self._lines = lines
        lines.on_settled = self._let_write
        super().__init__(where, speed, loop)
        self._shown = describe_settings(self._slave)

    @property
    def place(self):
        """For the ready line."""
        return f"pty:{self._path} ({self.name}) {self._shown}"

    def handed_over(self):
        """Kept, see pseudo.py."""

    def start(self):
        if self._journal.verbose:
            self._look()

    def on_open(self):
        self._lines.set(DTR | RTS, True)

    def on_close(self):
        termios.tcflow(self._slave, termios.TCOOFF)
        super().on_close()
        termios.tcflush(self._slave, termios.TCIFLUSH)
        self._lines.set(DTR | RTS, False)

    def forget(self):
        super().forget()
        self._let_write()

    def lines_changed(self):
        """A pty cannot show DCD."""

    def _let_write(self):
        termios.tcflow(self._slave, termios.TCOON)

    def _look(self):
        """No event tells that a host has changed the speed."""
        settings = describe_settings(self._slave)
        if settings != self._shown:
            self._shown = settings
            self._journal.detail(f"speed {settings}")
        self._loop.after(_LOOK_MS, self._look)


def describe_settings(fd):
    """`9600 8N1`"""
    cflag = termios.tcgetattr(fd)[2]
    speed = termios.tcgetattr(fd)[5]
    parity = "N"
    if cflag & termios.PARENB:
        parity = "O" if cflag & termios.PARODD else "E"
    stops = 2 if cflag & termios.CSTOPB else 1
    return f"{_RATES.get(speed, 'nonstandard')} {_SIZES[cflag & termios.CSIZE]}{parity}{stops}"
