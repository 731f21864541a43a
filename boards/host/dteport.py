"""The DTE on a PC. Lines to us: bit 0 DTR, bit 1 RTS, bit 2 a break; from us: bit 0 DCD, bit 1
DSR, bit 2 RI.

No line here has a speed: what is configured is only remembered, and told to `say(words)`.
"""

from serialport import SerialPort
from wipmodem.contract import IN, const

_DTR = const(1)
_BREAK = const(4)
_DCD = const(1)
_DSR = const(2)
_RI = const(4)


class Dte(SerialPort):
    rate = 115200  # the launcher says which
    flow = True  # a pty and a socket hold back by themselves
    label = ""  # before what is shown of it
    overruns = framing = breaks = 0  # ... and so lose nothing

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._mask = IN
        self._breaking = 0
        self.say = lambda words: None

    def takes(self, rate):
        return True

    def sent(self):
        return True

    def configure(self, rate, tx_held, rx_held):
        self.rate = rate
        heeds = "CTS holds the modem" if tx_held else "the modem sends at will"
        holds = "RTS holds the host" if rx_held else "the host sends at will"
        self.say("%d bit/s, %s, %s" % (rate, heeds, holds))

    def dtr(self):
        lines = self.look()
        if lines & _BREAK > self._breaking:
            self.breaks += 1
        self._breaking = lines & _BREAK
        return bool(lines & _DTR)

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
