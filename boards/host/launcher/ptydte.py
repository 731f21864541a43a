"""The serial line as a pseudo terminal (pseudo.py).

DTR and RTS are on while a program has the pty open, as on a serial port. A pty cannot show DCD.
When the last program closes the pty, the modem reads the rest of the program's bytes and then sees
DTR drop. Until then the launcher stops the output of the next program.

The next program may write before the launcher can stop its output. So the modem also gets an
inotify descriptor, which shows the drop of DTR in time (ptyevents.py). With that descriptor, the
modem's output is lost while no program has the pty open, as on a serial port. Without the
descriptor, the output is kept for the next program. The modems of a fleet have no such descriptor,
because the system limits the number of inotify instances. A modem after a power cycle has none
either.
"""

import os
import select
import termios

from .controllines import DTR, RTS
from .failure import Refused
from .openers import pty_events_fd
from .pseudo import CODES, Pseudo

_POLL_MS = 500  # interval in ms of checks for a changed speed

# Time in ms that the modem gets to see a drop of DTR in the inotify events.
_EVENTS_MS = 5

_SIZES = {termios.CS5: 5, termios.CS6: 6, termios.CS7: 7, termios.CS8: 8}
_RATES = {code: rate for rate, code in CODES.items()}


class PtyDte(Pseudo):
    """A DTE on a pty; see dte.py for its members."""

    def __init__(self, where, speed, loop, lines, journal, alone):
        """Create the pty. where: path of its link; speed: bit/s; lines: the ControlLines.

        alone: True if the process runs no other modem. Raises Refused.
        """
        if not where:
            raise Refused("pty: expected a path, such as pty:/tmp/modem")
        self._loop = loop
        self._journal = journal
        self._lines = lines
        lines.on_settled = self._resume_program
        self._alone = alone
        # inotify descriptor for the modem, or -1 after the modem has inherited it
        self._events_fd = -1
        self._modem_has_events = False
        super().__init__(where, speed, loop)
        self._shown = describe_settings(self._slave)

    @property
    def place(self):
        """Text for the ready line."""
        return f"pty:{self._path} ({self.name}) {self._shown}"

    @property
    def more_fds(self):
        return {"pty-events": self._events_fd} if self._events_fd >= 0 else {}

    def on_made(self):
        if self._alone:
            self._events_fd = pty_events_fd(self.name)

    def handed_over(self):
        """Close the copy of the inotify descriptor; the master stays open (pseudo.py)."""
        if self._events_fd >= 0:
            os.close(self._events_fd)
        self._modem_has_events = self._events_fd >= 0
        self._events_fd = -1

    def start(self):
        if self._journal.verbose:
            self._poll_settings()

    def on_open(self):
        self._lines.set(DTR | RTS, True)

    def on_close(self):
        if not self._modem_has_events or self._has_unread():
            termios.tcflow(self._slave, termios.TCOOFF)
        super().on_close()
        self._lines.set(DTR | RTS, False)
        self._loop.after(_EVENTS_MS, self._stop_next)

    def lose_power(self):
        super().lose_power()
        self._resume_program()

    def lines_changed(self):
        """Do nothing: a pty cannot show DCD."""

    def _has_unread(self):
        """Return True if the modem has not read all bytes from the last program."""
        poller = select.poll()
        poller.register(self.modem_fd, select.POLLIN)
        return bool(poller.poll(0))

    def _stop_next(self):
        """Stop the next program's output until the modem has acknowledged the drop of DTR."""
        if not self._lines.settled:
            termios.tcflow(self._slave, termios.TCOOFF)

    def _resume_program(self):
        termios.tcflow(self._slave, termios.TCOON)

    def _poll_settings(self):
        """Log a change of the line speed. The operating system sends no event for it."""
        settings = describe_settings(self._slave)
        if settings != self._shown:
            self._shown = settings
            self._journal.debug(f"speed {settings}")
        self._loop.after(_POLL_MS, self._poll_settings)


def describe_settings(fd):
    """Return the settings of a terminal as text, such as `9600 8N1`."""
    cflag = termios.tcgetattr(fd)[2]
    speed = termios.tcgetattr(fd)[5]
    parity = "N"
    if cflag & termios.PARENB:
        parity = "O" if cflag & termios.PARODD else "E"
    stops = 2 if cflag & termios.CSTOPB else 1
    return f"{_RATES.get(speed, 'nonstandard')} {_SIZES[cflag & termios.CSIZE]}{parity}{stops}"
