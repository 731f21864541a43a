"""A pseudo terminal with a symbolic link as its name.

The modem gets the master itself: no byte passes through the launcher. The launcher keeps the slave
open, so that nothing hangs up between one user and the next, and the master for the modem that
comes after a loss of power. What a serial port does at its last close and a pty does not is done
here: exclusive mode (TIOCEXCL) ends.
"""

import fcntl
import os
import select
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

    def __init__(self, path, speed, loop):
        try:
            self.modem_fd, self._slave = os.openpty()
        except OSError as error:
            raise Refused(f"pty:{path}: {error.strerror}") from error
        self.name = os.ttyname(self._slave)
        os.set_blocking(self.modem_fd, False)
        _make_raw(self._slave, speed)
        self._openers = loop.openers
        self._openers.watch(self)
        self.on_made()
        self._link = Symlink(path, self.name)
        self._path = path

    def on_made(self):
        """No program knows the pty yet."""

    def on_open(self):
        """A program has opened the pty, and no other has."""

    def on_close(self):
        """The last program has closed it."""
        fcntl.ioctl(self._slave, termios.TIOCNXCL)

    def is_open(self):
        """Whether a program has it open. Ends exclusive mode, which would keep us out, too."""
        fcntl.ioctl(self._slave, termios.TIOCNXCL)
        os.close(self._slave)
        poller = select.poll()
        poller.register(self.modem_fd, 0)
        hung_up = bool(poller.poll(0))
        self._slave = os.open(self.name, os.O_RDWR | os.O_NOCTTY)
        return not hung_up

    def forget(self):
        """What the modem has not read is lost with its power."""
        termios.tcflush(self._slave, termios.TCOFLUSH)

    def withdraw(self):
        self._link.remove()

    def close(self):
        self._openers.unwatch(self)
        os.close(self.modem_fd)
        os.close(self._slave)


def _make_raw(fd, speed):
    if speed not in CODES:
        raise Refused(f"--speed {speed}: no rate of a serial line here")
    tty.setraw(fd)
    attributes = termios.tcgetattr(fd)
    attributes[4] = attributes[5] = CODES[speed]
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
