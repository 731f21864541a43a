"""The DTE on a PC. Lines to us: bit 0 DTR, bit 1 RTS; from us: bit 0 DCD, bit 1 DSR, bit 2 RI."""

from serialport import SerialPort
from wipmodem.contract import IN, const

_DTR = const(1)
_DCD = const(1)
_DSR = const(2)
_RI = const(4)


class Dte(SerialPort):
    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._mask = IN

    def dtr(self):
        return bool(self.look() & _DTR)

    def want(self, mask):
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._data_fd, mask)

    def set_dcd(self, on):
        self.put(_DCD, on)

    def set_dsr(self, on):
        self.put(_DSR, on)

    def set_ri(self, on):
        self.put(_RI, on)
