"""The radio's line on a PC: a UART and its control lines, for ports/radio.py.

Lines to us: bit 0 DCD; from us: bit 0 DTR. Its reset and power keys are the person's. When the
radio is gone the modem goes on: there is no carrier, and nobody answers.
"""

from serialport import SerialPort
from wipmodem.contract import IN, const

_DCD = const(1)
_DTR = const(1)


class RadioPort(SerialPort):
    has_dtr = True
    keys = 0

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._watched = True
        self._mask = IN
        # held[start:end] has been read and not been taken.
        self._held = bytearray(64)
        self._start = self._end = 0

    def any(self):
        """How many bytes can be read now; asked in every pass."""
        self.carrier()
        if self._start == self._end:
            self._start = 0
            self._end = super().readinto(self._held)
        return self._end - self._start

    def readinto(self, buf):
        """What is held first, and then blocks as large as there is room for."""
        self.carrier()
        if self._start == self._end:
            return super().readinto(buf)
        n = min(self._end - self._start, len(buf))
        buf[:n] = self._held[self._start : self._start + n]
        self._start += n
        return n

    def want(self, mask):
        if mask != self._mask and self._watched:
            self._mask = mask
            self._poller.modify(self._data_fd, mask)

    def carrier(self):
        lines = self.look()
        if self.gone and self._watched:
            self._watched = False  # else its end would keep the loop from sleeping
            self._poller.unregister(self._data_fd)
            self._poller.unregister(self._lines_fd)
        return bool(lines & _DCD) and not self.gone

    def set_dtr(self, on):
        self.put(_DTR, on)
