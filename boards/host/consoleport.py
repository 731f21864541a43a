"""The modem's console on a PC: a pty made by the launcher, where a board has its USB console."""

from descriptor import Descriptor


class Console(Descriptor):
    """The console of a modem that runs alone in its process."""

    def __init__(self, fd):
        super().__init__(fd)
        self._in = bytearray(4096)  # receive buffer in bytes, as large as the buffer of a pty

    def asked(self):
        """Return True if bytes have arrived since the last call; discard them."""
        return self.readinto(self._in) > 0


class _NoConsole:
    """A stand-in for the console of a modem that has none, such as a modem of a fleet."""

    def asked(self):
        return False


NO_CONSOLE = _NoConsole()
