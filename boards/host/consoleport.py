"""The modem's console on a PC: a pty made by the launcher, where a board has its USB console."""

from descriptor import Descriptor


class Console(Descriptor):
    """The console of a single modem."""

    def __init__(self, fd):
        super().__init__(fd)
        self._in = bytearray(4096)  # the most that a pty buffers

    def asked(self):
        """Return True if bytes have arrived since the last call; discard them."""
        return self.readinto(self._in) > 0


class _NoConsole:
    """The console of a modem without one, such as a member of a fleet."""

    def asked(self):
        return False


NO_CONSOLE = _NoConsole()
