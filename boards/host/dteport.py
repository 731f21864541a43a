"""The DTE's serial port on a PC: a byte stream and the control lines.

A byte to the modem has bit 0 DTR, bit 1 RTS, bit 2 break, and two notices: bit 3, DTR will drop,
and bit 4, RTS will rise, after data that is still to come. A byte from the modem has bit 0 DCD,
bit 1 DSR, bit 2 RI, and bit 3 as the acknowledgement of a change.

The launcher sends a change of the lines after all data before it, and sends no data after it until
the modem has acknowledged the change. So a change applies where a read finds no data.
"""

from serialport import SerialPort
from wipmodem.contract import IN, OUT, const

_DTR = const(1)
_RTS = const(2)
_BREAK = const(4)
_HOST_LINES = const(7)  # DTR, RTS and break
_DTR_WILL_DROP = const(8)
_RTS_WILL_RISE = const(16)
_DCD = const(1)
_DSR = const(2)
_RI = const(4)
_ACK = const(8)


class Dte(SerialPort):
    """The serial port of the contract. It has no real speed: the rate is only stored and logged.

    log(text) is called with each new configuration; it does nothing unless it is replaced.
    """

    rate = 115200  # bit/s; the board sets it from the option --speed
    flow = True  # flow control exists: a pty and a socket both have back-pressure
    label = ""  # prefix of this port's lines in the trace
    overruns = framing = breaks = 0  # only breaks can occur here

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._mask = IN
        self._obeys_rts = True  # RTS off stops the modem's output (+IFC)
        self._lines_now = 0  # the host's lines after the bytes read so far
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
        """Read up to len(buf) bytes, none after a change of the lines that is not applied yet."""
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
        """Return True if DTR is on after the bytes read so far. Called once a pass."""
        self.read_lines()
        if self._pty_events:
            return self._dtr_with(self._pty_events)
        return bool(self._lines_now & _DTR)

    def dtr_drop_pending(self):
        """Return True if DTR is on now and off after bytes that are still to be read."""
        if self._pty_events:
            return self._pty_events.dtr_drop_pending()
        if not self._lines_now & _DTR:
            return False
        return not self._in[0] & _DTR or self._in[0] & _DTR_WILL_DROP > 0

    def use_events(self, pty_events):
        """Take DTR from a PtyEvents from now on; only acknowledge the launcher's changes."""
        self._pty_events = pty_events

    def _dtr_with(self, events):
        on = events.dtr()
        if events.broken:
            # The launcher can still find out whether a program has the pty open: use its changes.
            self._pty_events = None
            return bool(self._lines_now & _DTR)
        if events.settled() and self._in[0] & _HOST_LINES != self._lines_now:
            self._apply_change()
        return on

    def write(self, buf, off, n):
        """Write buf[off:off+n]. Return how many bytes were accepted, 0 while RTS is off.

        Accepts and discards everything while no program has the pty open, as a serial port does.
        """
        if self._pty_events and not self._pty_events.is_open():
            return n
        return 0 if self._is_stopped() else super().write(buf, off, n)

    def set_events(self, mask):
        """Set the events (IN, OUT) that wake the loop."""
        if self._is_stopped():
            mask &= ~OUT  # a change of RTS wakes the loop
        if self._pty_events and self._pty_events.blocks_read():
            mask |= OUT  # a pty is always writable: the next pass follows without a wait
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._data_fd, mask)

    def _is_stopped(self):
        """Return True if the host has DTR on and RTS off, and RTS is not known to rise.

        The notice of a rise ends the stop early: otherwise the modem could never read the data
        before the rise, as it needs room in its output for the responses.
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
