"""The radio's serial port on a PC: bytes and control lines, as wipmodem.ports.radio needs them.

On the lines descriptor, bit 0 is DCD in a byte from the radio, and DTR in a byte to the radio. The
modem cannot reset or power the radio. If the radio process ends, the modem continues: DCD is off,
and commands time out.
"""

from serialport import SerialPort
from wipmodem.contract import IN, const

_DCD = const(1)
_DTR = const(1)


class RadioPort(SerialPort):
    """The serial port to the radio."""

    has_dtr = True
    keys = 0  # no line resets the radio or switches its power

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._watched = True  # True while the descriptors are registered with the poller
        self._mask = IN
        # _held[_start:_end] has the bytes that were read from the descriptor and not consumed yet.
        self._held = bytearray(64)
        self._start = self._end = 0

    def any(self):
        """Return the number of bytes that can be read now. Called in every pass of the loop."""
        self.carrier()
        if self._start == self._end:
            self._start = 0
            self._end = super().readinto(self._held)
        return self._end - self._start

    def readinto(self, buf):
        """Read up to len(buf) bytes: bytes that any() has read ahead, or otherwise new bytes."""
        self.carrier()
        if self._start == self._end:
            return super().readinto(buf)
        n = min(self._end - self._start, len(buf))
        buf[:n] = self._held[self._start : self._start + n]
        self._start += n
        return n

    def set_events(self, mask):
        """Set the events (IN, OUT) that wake the loop."""
        if mask != self._mask and self._watched:
            self._mask = mask
            self._poller.modify(self._data_fd, mask)

    def carrier(self):
        """Return True if DCD is on, and False if it is off or the radio has closed its end."""
        lines = self.read_lines()
        if self.gone and self._watched:
            # A closed descriptor is always ready and would keep the loop from sleeping.
            self._watched = False
            self._poller.unregister(self._data_fd)
            self._poller.unregister(self._lines_fd)
        return bool(lines & _DCD) and not self.gone

    def set_dtr(self, on):
        """Switch the radio's DTR."""
        self.set_line(_DTR, on)
