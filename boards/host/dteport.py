"""The DTE's serial port on a PC: a byte stream and the control lines.

In a byte from the launcher, bit 0 is DTR, bit 1 RTS and bit 2 break. Bit 3 announces that DTR will
drop, and bit 4 that RTS will rise, after data that the modem has not read yet. In a byte to the
launcher, bit 0 is DCD, bit 1 DSR and bit 2 RI; bit 3 acknowledges a change.

The launcher sends a change of the lines after all data before the change, and sends no more data
until the modem has acknowledged the change. So the modem applies a change when a read finds no
data.
"""

from serialport import SerialPort
from wipmodem.contract import IN, OUT, const

_DTR = const(1)
_RTS = const(2)
_BREAK = const(4)
_HOST_LINES = const(7)  # mask of the bits for DTR, RTS and break
_DTR_WILL_DROP = const(8)
_RTS_WILL_RISE = const(16)
_DCD = const(1)
_DSR = const(2)
_RI = const(4)
_ACK = const(8)


class Dte(SerialPort):
    """The DTE's serial port. It has no real speed: the rate is only stored and logged.

    The port calls log(text) with each new configuration. By default log() does nothing.
    """

    rate = 115200  # in bit/s; the board sets the rate from the option --speed
    flow = True  # the port has flow control, because a pty and a socket both have back-pressure
    label = ""  # prefix of this port's lines in the trace
    overruns = framing = breaks = 0  # counters of line errors; only breaks can occur on a PC

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._mask = IN
        self._obeys_rts = True  # True if RTS off stops the modem's output (+IFC)
        self._lines_now = 0  # state of the host's lines after the last byte read, as a bit mask
        self._pty_events = None
        self.log = lambda text: None

    def supports(self, rate):
        return True

    def tx_done(self):
        return True

    def configure(self, rate, tx_held, rx_held):
        """Store the rate in bit/s and log it with the flow control of both directions."""
        self.rate = rate
        self._obeys_rts = tx_held
        output = "RTS stops the modem" if tx_held else "the modem ignores RTS"
        input_ = "CTS stops the host" if rx_held else "CTS is always on"
        self.log("%d bit/s, %s, %s" % (rate, output, input_))

    def readinto(self, buf):
        """Read up to len(buf) bytes and return their number.

        Return 0 if a change of the lines must be applied before more bytes are read.
        """
        if self._pty_events:
            return self._read_with(self._pty_events, buf)
        return super().readinto(buf) or self._all_read()

    def _read_with(self, events, buf):
        if not events.may_read():
            return 0
        n = super().readinto(buf)
        events.on_read(n, len(buf))
        return n

    def _all_read(self):
        """Apply a pending change of the lines. Return 0, the number of bytes read."""
        if self._in[0] & _HOST_LINES != self._lines_now:
            self._apply_change()
        return 0

    def _apply_change(self):
        lines = self._in[0] & _HOST_LINES
        if lines & _BREAK > self._lines_now & _BREAK:
            self.breaks += 1
        self._lines_now = lines
        self.set_line(_ACK, True)
        self._out[0] &= _HOST_LINES

    def dtr(self):
        """Return True if DTR is on after the last byte read. Called once per pass of the loop."""
        self.read_lines()
        if self._pty_events:
            return self._dtr_with(self._pty_events)
        return bool(self._lines_now & _DTR)

    def dtr_drop_pending(self):
        """Return True if DTR is on now and will drop after bytes that are still unread."""
        if self._pty_events:
            return self._pty_events.dtr_drop_pending()
        if not self._lines_now & _DTR:
            return False
        return not self._in[0] & _DTR or self._in[0] & _DTR_WILL_DROP > 0

    def use_events(self, pty_events):
        """Derive DTR from a PtyEvents from now on.

        Changes from the launcher are only acknowledged.
        """
        self._pty_events = pty_events

    def _dtr_with(self, events):
        on = events.dtr()
        if events.broken:
            # The launcher can still find out whether a program has the pty open, so DTR comes from
            # the launcher again.
            self._pty_events = None
            return bool(self._lines_now & _DTR)
        if events.settled() and self._in[0] & _HOST_LINES != self._lines_now:
            self._apply_change()
        return on

    def write(self, buf, off, n):
        """Write buf[off:off+n]. Return the number of bytes that were accepted, 0 while RTS is off.

        While no program has the pty open, the port accepts and discards all bytes, as a serial
        port does.
        """
        if self._pty_events and not self._pty_events.is_open():
            return n
        return 0 if self._is_stopped() else super().write(buf, off, n)

    def set_events(self, mask):
        """Set the events (IN, OUT) that wake the loop."""
        if self._is_stopped():
            mask &= ~OUT  # when RTS changes, the control lines wake the loop
        if self._pty_events and self._pty_events.blocks_read():
            mask |= OUT  # a pty is always writable, so the next poll returns at once
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._data_fd, mask)

    def _is_stopped(self):
        """Return True if DTR is on and RTS off, and the host has not announced a rise of RTS.

        An announced rise ends the stop early. Otherwise the modem could never read the data before
        the rise, because the modem needs room in its output for the responses.
        """
        if not self._obeys_rts or self._lines_now & (_DTR | _RTS) != _DTR:
            return False
        return not self._in[0] & (_RTS | _RTS_WILL_RISE)

    def set_dcd(self, on):
        self.set_line(_DCD, on)

    def set_dsr(self, on):
        self.set_line(_DSR, on)

    def set_ri(self, on):
        self.set_line(_RI, on)
