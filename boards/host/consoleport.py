"""The console of a modem on a PC: a pty of the launcher's, in the place of a board's USB."""

from descriptor import Descriptor


class Console(Descriptor):
    def __init__(self, fd):
        super().__init__(fd)
        self._in = bytearray(4096)  # all that a pty holds

    def asked(self):
        """Have bytes come since last asked?"""
        return self.readinto(self._in) > 0


class _NoConsole:
    """Of one modem among many."""

    def asked(self):
        return False


NO_CONSOLE = _NoConsole()
