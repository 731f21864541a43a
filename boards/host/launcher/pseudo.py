"""A pseudo terminal (pty) with a symbolic link as its public name.

The modem inherits the master, so that no byte passes through the launcher. The launcher keeps the
slave open, to prevent a hang-up between one program and the next, and keeps the master for the
modem process that follows a power cycle. When the last program closes the pty, exclusive mode
(TIOCEXCL) ends, as it does on a serial port.
"""

import fcntl
import os
import select
import termios
import tty

from .failure import Refused
from .symlink import Symlink


def _speeds():
    """Return the rates that this system supports, as {bits per second: termios constant}."""
    names = (name for name in dir(termios) if name[0] == "B" and name[1:].isdecimal())
    return {int(name[1:]): getattr(termios, name) for name in names if name != "B0"}


CODES = _speeds()


class Pseudo:
    """A pty in raw mode. `modem_fd` is the master. Programs see close() as a hang-up."""

    def __init__(self, path, speed, loop):
        """Create the pty and the link `path` to it. speed: bit/s. Raises Refused."""
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
        """Do nothing. Called before any program can find the pty; a subclass may override it."""

    def on_open(self):
        """Do nothing. Called when the first program has opened the pty."""

    def on_close(self):
        """End exclusive mode. Called when the last program has closed the pty."""
        fcntl.ioctl(self._slave, termios.TIOCNXCL)

    def is_open(self):
        """Return True if a program has the pty open.

        Also ends exclusive mode, in which this process could not open the slave again.
        """
        fcntl.ioctl(self._slave, termios.TIOCNXCL)
        os.close(self._slave)
        poller = select.poll()
        poller.register(self.modem_fd, 0)
        hung_up = bool(poller.poll(0))
        self._slave = os.open(self.name, os.O_RDWR | os.O_NOCTTY)
        return not hung_up

    def lose_power(self):
        """Discard bytes that the modem has not read, as a loss of power does."""
        termios.tcflush(self._slave, termios.TCOFLUSH)

    def withdraw(self):
        """Remove the link."""
        self._link.remove()

    def close(self):
        """Close the pty. Programs that have it open see a hang-up."""
        self._openers.unwatch(self)
        os.close(self.modem_fd)
        os.close(self._slave)


def _make_raw(fd, speed):
    if speed not in CODES:
        raise Refused(f"--speed {speed}: not a serial rate of this system")
    tty.setraw(fd)
    attributes = termios.tcgetattr(fd)
    attributes[4] = attributes[5] = CODES[speed]
    termios.tcsetattr(fd, termios.TCSANOW, attributes)
