"""A serial port on a PC: an inherited descriptor for the bytes and one for the control lines.

Both are non-blocking. A byte on the lines channel is the state of all lines of the side that sent
it; its end means that whoever holds the other end is gone: look() notices it.
"""

from descriptor import Descriptor
from system import open_raw
from wipmodem.contract import IN


class SerialPort(Descriptor):
    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(data_fd)
        self.gone = False
        self._poller = poller
        self._data_fd = data_fd
        self._lines_fd = lines_fd
        self._lines = open_raw(lines_fd)
        self._in = bytearray(1)
        self._out = bytearray(1)
        poller.register(data_fd, IN)
        poller.register(lines_fd, IN)

    def look(self):
        """The other side's lines, one change a call; also notices the end of the channel."""
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

    def _read_lines(self):
        """1: they have changed, None: they have not, 0: the channel has ended."""
        try:
            return self._lines.readinto(self._in)
        except OSError:
            return 0
