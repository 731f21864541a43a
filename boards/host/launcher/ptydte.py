"""The serial line as a pseudo terminal (pseudo.py).

DTR and RTS are on while a program has it open, as on a serial port; a pty cannot show DCD. When
the last program closes it, the modem gets what that program has written, and then the drop of DTR;
the next program's output is stopped while it would come before the drop.

The next program may be faster than we are: the modem gets a trail of the openers, too, and sees
the drop before it reads what comes after it (ptyevents.py). With it the modem's output is lost
while no program has the pty open, as on a serial port. A fleet's modems have no trail, as a user
may have few inotify instances, nor has one that comes after a loss of power: what they send is
kept for the next program.
"""

import os
import select
import termios

from .controllines import DTR, RTS
from .failure import Refused
from .openers import trail_of
from .pseudo import CODES, Pseudo

_LOOK_MS = 500

# How long a modem may take to see a drop in the trail of openers.
_TRAIL_MS = 5

_SIZES = {termios.CS5: 5, termios.CS6: 6, termios.CS7: 7, termios.CS8: 8}
_RATES = {code: rate for rate, code in CODES.items()}


class PtyDte(Pseudo):
    def __init__(self, where, speed, loop, lines, journal, alone):
        if not where:
            raise Refused("pty: expected a path, such as pty:/tmp/modem")
        self._loop = loop
        self._journal = journal
        self._lines = lines
        lines.on_settled = self._let_write
        self._alone = alone
        self._trail = -1
        self._trailed = False  # the modem has it
        super().__init__(where, speed, loop)
        self._shown = describe_settings(self._slave)

    @property
    def place(self):
        """For the ready line."""
        return f"pty:{self._path} ({self.name}) {self._shown}"

    @property
    def more_fds(self):
        return {"pty-events": self._trail} if self._trail >= 0 else {}

    def on_made(self):
        if self._alone:
            self._trail = trail_of(self.name)

    def handed_over(self):
        """The master is kept, see pseudo.py."""
        if self._trail >= 0:
            os.close(self._trail)
        self._trailed = self._trail >= 0
        self._trail = -1

    def start(self):
        if self._journal.verbose:
            self._look()

    def on_open(self):
        self._lines.set(DTR | RTS, True)

    def on_close(self):
        if not self._trailed or self._unread():
            termios.tcflow(self._slave, termios.TCOOFF)
        super().on_close()
        self._lines.set(DTR | RTS, False)
        self._loop.after(_TRAIL_MS, self._stop_next)

    def forget(self):
        super().forget()
        self._let_write()

    def lines_changed(self):
        """A pty cannot show DCD."""

    def _unread(self):
        """Whether the last program has written what the modem has not read."""
        poller = select.poll()
        poller.register(self.modem_fd, select.POLLIN)
        return bool(poller.poll(0))

    def _stop_next(self):
        """The next program's bytes would come before a drop that the modem has not taken."""
        if not self._lines.settled:
            termios.tcflow(self._slave, termios.TCOOFF)

    def _let_write(self):
        termios.tcflow(self._slave, termios.TCOON)

    def _look(self):
        """No event tells that a host has changed the speed."""
        settings = describe_settings(self._slave)
        if settings != self._shown:
            self._shown = settings
            self._journal.debug(f"speed {settings}")
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
