"""The console of a modem on a PC: a pty of the launcher's, in the place of a board's USB."""

from system import open_raw, writer


class Console:
    def __init__(self, fd):
        self._stream = open_raw(fd)
        self._put = writer(self._stream)
        self._in = bytearray(4096)  # all that a pty holds

    def asked(self):
        """Have bytes come since last asked?"""
        try:
            return bool(self._stream.readinto(self._in))
        except OSError:
            return False

    def write(self, buf, off, n):
        """How many were taken: none while nobody reads."""
        try:
            return self._put(buf, off, n) or 0
        except OSError:
            return 0


class _NoConsole:
    """Of one modem among many."""

    def asked(self):
        return False


NO_CONSOLE = _NoConsole()
