"""An inherited non-blocking descriptor as a byte stream in both directions.

An error on the descriptor counts as would-block: the transfer moves 0 bytes.
"""

from system import open_raw, writer


class Descriptor:
    """A byte stream whose reads and writes never block, never raise and allocate nothing."""

    def __init__(self, fd):
        self._data = open_raw(fd)
        self._write_data = writer(self._data)
        # Arguments of the write in progress. As locals they would make the frame of _write() so
        # large that MicroPython allocates it on the heap.
        self._buf = b""
        self._off = self._n = 0

    def readinto(self, buf):
        """Read into a bytearray. Return the number of bytes read, 0 if there are none."""
        try:
            return self._data.readinto(buf) or 0
        except OSError:
            return 0

    def write(self, buf, off, n):
        """Write buf[off:off+n]. Return the number of bytes that were accepted, 0 to n."""
        self._buf = buf
        self._off = off
        self._n = n
        return self._write()

    def _write(self):
        try:
            return self._write_data(self._buf, self._off, self._n) or 0
        except OSError:
            return 0
