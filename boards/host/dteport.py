"""The DTE on a PC. Lines to us: bit 0 DTR, bit 1 RTS, bit 2 a break; bits 3 and 4, notices that
DTR drops, and that RTS rises, after bytes that are still to come. From us: bit 0 DCD, bit 1 DSR,
bit 2 RI, bit 3: the change has been taken.

A change is sent to us after all bytes before it, and no byte after it until we have taken it: it
takes its place where a read finds nothing.

No line here has a speed: what is configured is only remembered, and told to `say(words)`.
"""

from serialport import SerialPort
from wipmodem.contract import IN, OUT, const

_DTR = const(1)
_RTS = const(2)
_BREAK = const(4)
_HOST = const(7)  # the lines among the bits
_DROP_COMES = const(8)
_RTS_COMES = const(16)
_DCD = const(1)
_DSR = const(2)
_RI = const(4)
_TAKEN = const(8)


class Dte(SerialPort):
    rate = 115200  # the launcher says which
    flow = True  # a pty and a socket hold back by themselves
    label = ""  # before what is shown of it
    overruns = framing = breaks = 0  # ... and so lose nothing

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._mask = IN
        self._heeds_rts = True  # +IFC=2
        self._now = 0  # the host's lines after the bytes read so far
        self._trail = None
        self.say = lambda words: None

    def takes(self, rate):
        return True

    def sent(self):
        return True

    def configure(self, rate, tx_held, rx_held):
        self.rate = rate
        self._heeds_rts = tx_held
        heeds = "CTS holds the modem" if tx_held else "the modem sends at will"
        holds = "RTS holds the host" if rx_held else "the host sends at will"
        self.say("%d bit/s, %s, %s" % (rate, heeds, holds))

    def readinto(self, buf):
        if self._trail:
            return self._read_by(self._trail, buf)
        return super().readinto(buf) or self._all_read()

    def _read_by(self, trail, buf):
        if not trail.may_read():
            return 0
        n = super().readinto(buf)
        trail.was_read(n, len(buf))
        return n

    def _all_read(self):
        """A change of the lines takes its place here. Return 0, the number of bytes read."""
        if self._in[0] & _HOST != self._now:
            self._take_change()
        return 0

    def _take_change(self):
        lines = self._in[0] & _HOST
        if lines & _BREAK > self._now & _BREAK:
            self.breaks += 1
        self._now = lines
        self.put(_TAKEN, True)
        self._out[0] &= _HOST

    def dtr(self):
        self.look()
        if self._trail:
            return self._dtr_by(self._trail)
        return bool(self._now & _DTR)

    def dropping(self):
        if self._trail:
            return self._trail.dropping()
        if not self._now & _DTR:
            return False
        return not self._in[0] & _DTR or self._in[0] & _DROP_COMES > 0

    def follow(self, trail):
        """From now on DTR is by the trail of a pty's openers; the launcher's changes are only
        answered."""
        self._trail = trail

    def _dtr_by(self, trail):
        on = trail.dtr()
        if trail.broken:  # the launcher, which can look anew, knows
            self._trail = None
            return bool(self._now & _DTR)
        if trail.settled() and self._in[0] & _HOST != self._now:
            self._take_change()
        return on

    def write(self, buf, off, n):
        """What is sent while no program has the pty open is lost, as on a serial port."""
        if self._trail and not self._trail.is_open():
            return n
        return 0 if self._is_held() else super().write(buf, off, n)

    def want(self, mask):
        """While RTS holds us there is no wait for room: the lines tell when it is on again."""
        if self._is_held():
            mask &= ~OUT
        if self._trail and self._trail.holds():
            mask |= OUT  # a pty takes bytes at any time: the next pass comes at once
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._data_fd, mask)

    def _is_held(self):
        """Whether a host that is there, DTR on, has RTS off. RTS holds no longer than until it is
        known to rise: the bytes before that may wait for room for their answers."""
        if not self._heeds_rts or self._now & (_DTR | _RTS) != _DTR:
            return False
        return not self._in[0] & (_RTS | _RTS_COMES)

    def set_dcd(self, on):
        self.put(_DCD, on)

    def set_dsr(self, on):
        self.put(_DSR, on)

    def set_ri(self, on):
        self.put(_RI, on)
