"""The serial line as a pseudo terminal, with a symbolic link as its name.

The modem gets the master itself: no byte passes through the launcher. The launcher keeps the slave
open, so that nothing hangs up between one host and the next, and the master for the modem that
comes after a loss of power. A pty has no modem lines: DTR and RTS are told as on, once.
"""

import os
import pty
import termios
import tty

from .controllines import DTR, RTS
from .failure import Refused
from .symlink import Symlink

_LOOK_MS = 500

_SIZES = {termios.CS5: 5, termios.CS6: 6, termios.CS7: 7, termios.CS8: 8}


def _speeds():
    """The rates that this system knows: {bits per second: termios constant}."""
    names = (name for name in dir(termios) if name[0] == "B" and name[1:].isdecimal())
    return {int(name[1:]): getattr(termios, name) for name in names if name != "B0"}


_CODES = _speeds()
_RATES = {code: rate for rate, code in _CODES.items()}


class PtyDte:
    """See the module. `modem_fd` is the master: hosts see a hang-up at close(), soon after the
    modem has died."""

    first_lines = DTR | RTS

    def __init__(self, where, speed, loop, lines, journal):
        if not where:
            raise Refused("pty: expected a path, such as pty:/tmp/modem")
        self._loop = loop
        self._journal = journal
        self.modem_fd, self._slave = pty.openpty()
        self._slave_name = os.ttyname(self._slave)
        os.set_blocking(self.modem_fd, False)
        _make_raw(self._slave, speed)
        self._link = Symlink(where, self._slave_name)
        self._shown = describe_settings(self._slave)

    @property
    def place(self):
        """For the ready line."""
        return f"pty:{self._link.path} ({self._slave_name}) {self._shown}"

    def handed_over(self):
        """Kept, see the module."""

    def forget(self):
        """What the modem has not read is lost with its power."""
        termios.tcflush(self._slave, termios.TCOFLUSH)

    def start(self):
        if self._journal.verbose:
            self._look()

    def lines_changed(self):
        """A pty cannot show DCD."""

    def withdraw(self):
        self._link.remove()

    def close(self):
        os.close(self.modem_fd)
        os.close(self._slave)

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


def _make_raw(fd, speed):
    if speed not in _CODES:
        raise Refused(f"--speed {speed}: no rate of a serial line here")
    tty.setraw(fd)
    attributes = termios.tcgetattr(fd)
    attributes[4] = attributes[5] = _CODES[speed]
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
