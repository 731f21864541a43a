"""A serial port on a PC: an inherited descriptor for the data and one for the control lines.

Both descriptors are non-blocking. Each byte on the lines descriptor is the state of all lines that
its sender drives. End of file on the lines descriptor means that the process at the other end has
closed the port.
"""

from descriptor import Descriptor
from system import open_raw
from wipmodem.contract import IN


class SerialPort(Descriptor):
    """Data and control lines of one port. Registers both descriptors with the poller."""

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(data_fd)
        self.gone = False  # True if the other end has closed the lines descriptor
        self._poller = poller
        self._data_fd = data_fd
        self._lines_fd = lines_fd
        self._lines = open_raw(lines_fd)
        self._in = bytearray(1)  # state of the lines that the other end drives
        self._out = bytearray(1)  # state of the lines that the modem drives
        poller.register(data_fd, IN)
        poller.register(lines_fd, IN)

    def read_lines(self):
        """Return the other end's lines as bits. Each call reads at most one change.

        Sets `gone` at end of file.
        """
        if self._read_byte() == 0:
            self.gone = True
        return self._in[0]

    def set_line(self, line, on):
        """Switch the lines of the bit mask `line` and send the new state."""
        self._out[0] = self._out[0] | line if on else self._out[0] & ~line
        self.send_lines()

    def send_lines(self):
        """Send the state of the modem's lines.

        Errors are ignored: read_lines() detects a closed port.
        """
        try:
            self._lines.write(self._out)
        except OSError:
            return

    def _read_byte(self):
        """Return 1 if a byte was read, None if there is none, 0 at end of file or on an error."""
        try:
            return self._lines.readinto(self._in)
        except OSError:
            return 0
