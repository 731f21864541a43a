"""The modem's console on a PC: a pty that `make monitor` opens, like the USB port of a board."""

from .pseudo import Pseudo

_SPEED = 115200  # bit/s; without effect on a pty


def open_console(options, loop):
    """Return the console at the path of --console, or else beside the DTE's pty.

    Returns a NoConsole if there is no such path, or more than one modem. Raises Refused.
    """
    path = options.console or _beside(options.dte)
    return ConsolePty(path, loop) if path and options.count == 1 else NoConsole()


def _beside(dte):
    kind, _, path = dte.partition(":")
    return f"{path}.console" if kind == "pty" and path else ""


class ConsolePty(Pseudo):
    """A pty whose descriptor the modem gets as its console."""

    def __init__(self, path, loop):
        super().__init__(path, _SPEED, loop)
        self.modem_fds = {"console": self.modem_fd}


class NoConsole:
    """A console that does not exist."""

    modem_fds = {}

    def close(self):
        """Do nothing."""

    lose_power = withdraw = close
