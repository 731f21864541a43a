"""A serial port on a PC: an inherited descriptor for the bytes and one for the control lines.

Both are non-blocking. A byte on the lines channel is the state of all lines of the side that sent
it; its end means that whoever holds the other end is gone.
"""

from system import open_raw, write_block
from wipmodem.contract import IN
from wipmodem.ports.net import guard


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
        # Operands of the call under way, and the guarded calls, bound once: see ports/net.py.
        self._buf = self._in
        self._off = self._n = 0
        self._read = self._read_data
        self._write = self._write_data
        self._read_lines = self._read_one_change
        self._write_lines = self._write_one_change
        poller.register(data_fd, IN)
        poller.register(lines_fd, IN)

    def readinto(self, buf):
        self._buf = buf
        return max(guard(self._read) or 0, 0)

    def write(self, buf, off, n):
        self._buf = buf
        self._off = off
        self._n = n
        return max(guard(self._write) or 0, 0)

    def look(self):
        """The other side's lines as last told; also where the end of the channel is noticed."""
        n = guard(self._read_lines)
        if n is not None and n <= 0:
            self.gone = True
        return self._in[0]

    def put(self, line, on):
        """One of our lines; a channel that has ended is noticed by look()."""
        self._out[0] = self._out[0] | line if on else self._out[0] & ~line
        self.tell()

    def tell(self):
        """How our lines stand."""
        guard(self._write_lines)

    def _read_data(self):
        return self._data.readinto(self._buf)

    def _write_data(self):
        return write_block(self._data, self._buf, self._off, self._n)

    def _read_one_change(self):
        return self._lines.readinto(self._in)

    def _write_one_change(self):
        return self._lines.write(self._out)
