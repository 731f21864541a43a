"""The modem's console on a PC: a pty that `make monitor` opens, like the USB port of a board."""

from .pseudo import Pseudo

_SPEED = 115200  # in bit/s; a pty ignores the speed


def open_console(options, loop):
    """Return the console at the path of --console, by default beside the DTE's pty.

    Returns a NoConsole if there is no path for it, or if there is more than one modem. Raises
    Refused.
    """
    path = options.console or _beside(options.dte)
    return ConsolePty(path, loop) if path and options.count == 1 else NoConsole()


def _beside(dte):
    kind, _, path = dte.partition(":")
    return f"{path}.console" if kind == "pty" and path else ""


class ConsolePty(Pseudo):
    """A pty whose descriptor the modem inherits as its console."""

    def __init__(self, path, loop):
        super().__init__(path, _SPEED, loop)
        self.modem_fds = {"console": self.modem_fd}


class NoConsole:
    """A stand-in for the console of a modem that has none."""

    modem_fds = {}

    def close(self):
        """Do nothing."""

    lose_power = withdraw = close
