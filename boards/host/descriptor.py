"""An inherited descriptor as a stream of bytes both ways that never waits. An error on it means
the same as nothing to be read or taken."""

from system import open_raw, writer


class Descriptor:
    def __init__(self, fd):
        self._data = open_raw(fd)
        self._put_data = writer(self._data)
        # Operands of the call under way: with them as locals, the frame would come from the heap.
        self._buf = b""
        self._off = self._n = 0

    def readinto(self, buf):
        try:
            return self._data.readinto(buf) or 0
        except OSError:
            return 0

    def write(self, buf, off, n):
        self._buf = buf
        self._off = off
        self._n = n
        return self._write()

    def _write(self):
        try:
            return self._put_data(self._buf, self._off, self._n) or 0
        except OSError:
            return 0
