"""A serial port on a PC: an inherited descriptor for the bytes and one for the control lines.

Both are non-blocking. A byte on the lines channel is the state of all lines of the side that sent
it; its end means that whoever holds the other end is gone. An error on a descriptor means the same
as nothing to be read or taken: look() notices the end.
"""

from system import open_raw, writer
from wipmodem.contract import IN


class SerialPort:
    def __init__(self, poller, data_fd, lines_fd):
        self.gone = False
        self._poller = poller
        self._data_fd = data_fd
        self._lines_fd = lines_fd
        self._data = open_raw(data_fd)
        self._lines = open_raw(lines_fd)
        self._in = bytearray(1)
        self._out = bytearray(1)
        self._put_data = writer(self._data)
        # Operands of the call under way: with them as locals, the frame would come from the heap.
        self._buf = self._in
        self._off = self._n = 0
        poller.register(data_fd, IN)
        poller.register(lines_fd, IN)

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

    def look(self):
        """The other side's lines as last told; also where the end of the channel is noticed."""
        if self._read_lines() == 0:
            self.gone = True
        return self._in[0]

    def put(self, line, on):
        """One of our lines; a channel that has ended is noticed by look()."""
        self._out[0] = self._out[0] | line if on else self._out[0] & ~line
        self.tell()

    def tell(self):
        """How our lines stand."""
        try:
            self._lines.write(self._out)
        except OSError:
            return

    def _write(self):
        try:
            return self._put_data(self._buf, self._off, self._n) or 0
        except OSError:
            return 0

    def _read_lines(self):
        """1: they have changed, None: they have not, 0: the channel has ended."""
        try:
            return self._lines.readinto(self._in)
        except OSError:
            return 0
