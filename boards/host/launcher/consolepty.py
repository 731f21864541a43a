"""The console of a modem: a pty, as a board has its USB. `make monitor` opens it."""

from .pseudo import Pseudo

_SPEED = 115200  # nobody heeds it


def open_console(options, loop):
    """At --console; else beside the DTE's own path. One modem among many has none."""
    path = options.console or _beside(options.dte)
    return ConsolePty(path, loop) if path and options.count == 1 else NoConsole()


def _beside(dte):
    kind, _, path = dte.partition(":")
    return f"{path}.console" if kind == "pty" and path else ""


class ConsolePty(Pseudo):
    def __init__(self, path, loop):
        super().__init__(path, _SPEED, loop)
        self.modem_fds = {"console": self.modem_fd}


class NoConsole:
    modem_fds = {}

    def forget(self):
        """There is nothing to forget, and so on."""

    withdraw = close = forget
