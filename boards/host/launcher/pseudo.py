"""A pseudo terminal with a symbolic link as its name.

The modem gets the master itself: no byte passes through the launcher. The launcher keeps the slave
open, so that nothing hangs up between one user and the next, and the master for the modem that
comes after a loss of power.
"""

import os
import termios
import tty

from .failure import Refused
from .symlink import Symlink


def _speeds():
    """The rates that this system knows: {bits per second: termios constant}."""
    names = (name for name in dir(termios) if name[0] == "B" and name[1:].isdecimal())
    return {int(name[1:]): getattr(termios, name) for name in names if name != "B0"}


CODES = _speeds()


class Pseudo:
    """Raw, and there at once, or Refused. `modem_fd` is the master: users see a hang-up at
    close(), soon after the modem has died."""

    def __init__(self, path, speed):
        try:
            self.modem_fd, self._slave = os.openpty()
        except OSError as error:
            raise Refused(f"pty:{path}: {error.strerror}") from error
        self._name = os.ttyname(self._slave)
        os.set_blocking(self.modem_fd, False)
        _make_raw(self._slave, speed)
        self._link = Symlink(path, self._name)
        self._path = path

    def forget(self):
        """What the modem has not read is lost with its power."""
        termios.tcflush(self._slave, termios.TCOFLUSH)

    def withdraw(self):
        self._link.remove()

    def close(self):
        os.close(self.modem_fd)
        os.close(self._slave)


def _make_raw(fd, speed):
    if speed not in CODES:
        raise Refused(f"--speed {speed}: no rate of a serial line here")
    tty.setraw(fd)
    attributes = termios.tcgetattr(fd)
    attributes[4] = attributes[5] = CODES[speed]
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
