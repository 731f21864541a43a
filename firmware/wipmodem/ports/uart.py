"""Serial ports over machine.UART: the host's port with its control lines, and the radio's port.

No method waits. A read takes no more bytes from the UART than have arrived, and a write passes no
more bytes to the UART than the UART accepts at once.
"""

from machine import UART, Pin, Signal, mem32

from ..contract import IN, const

_PINS = const(("tx", "rx", "cts", "rts"))
# Bit rates that every chip can generate, in bit/s. Rate 0 (autobauding) is not in this tuple,
# because no chip can detect the rate of the host.
_RATES = (300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200)
_RATES += (230400, 460800, 921600)
# Lowest rate, in bit/s, at which a write may have more bytes than fit into the UART's buffer. On
# rp2, such a write waits for the time of one byte for each byte that does not fit. This wait is
# too long at lower rates.
_MIN_PARTIAL_RATE = const(57600)

# Bits and offsets of registers in the PL011 UART of rp2. The register RSR reports lost bytes
# (overrun) and bytes without a stop bit (framing error) until a write to RSR clears these errors.
# A break is read from the register RIS (raw interrupt status), because MicroPython clears every
# other sign of a break.
_OVERRUN = const(8)
_FRAMING = const(1)
_ERRORS = const(9)
_RIS_OFFSET = const(0x38)  # offset of the register RIS relative to RSR, in bytes
# Offset of the register ICR relative to RSR, in bytes. A write to ICR clears bits in RIS.
_ICR_OFFSET = const(0x40)
_BREAK = const(0x200)


def open_uart(facts):
    """Open the UART that the DTE or RADIO table `facts` of a board file describes. Return the
    machine.UART. If the key `fixed` of the table is True, the chip has fixed pins for the UART."""
    given = {name: facts[name] for name in ("baudrate", "txbuf", "rxbuf")}
    if not facts.get("fixed"):
        given.update({name: Pin(facts[name]) for name in _PINS if name in facts})
    if facts["flow"]:
        given["flow"] = UART.RTS | UART.CTS
    return UART(facts["id"], timeout=0, **given)


class Uart:
    """A serial port (contract.py) without control lines.

    poller: a select.poll object. uart: a machine.UART. facts: the DTE or RADIO table of the board
    file. The key `whole` of the table is True on esp32 and mimxrt, where a write of more bytes
    than fit into the UART's buffer waits until all bytes have room. The key `rsr` of the table is
    the address of the UART's register RSR, from which the port counts receive errors (rp2).
    """

    # Number of bytes that arrived before a drop of DTR and are still to be read. The port reports
    # the drop after these bytes. -1: the port has no drop of DTR to report.
    _unread_before_drop = -1

    def __init__(self, poller, uart, facts):
        self.rate = facts["baudrate"]  # bit/s
        self._poller = poller
        self._uart = uart
        self._mask = IN
        poller.register(uart, IN)
        # Largest number of bytes in one write: half the size of the UART's buffer. On esp32, a
        # larger write may not fit even if the buffer is empty, because esp32 stores the bytes in
        # pieces that cannot cross the end of the buffer.
        self._max_write = facts["txbuf"] // 2
        self._never_partial = facts.get("whole", False)
        self._whole = self._never_partial or self.rate < _MIN_PARTIAL_RATE
        # Addresses of the registers RSR, RIS and ICR. The sums are stored, because MicroPython
        # allocates memory for an int of this size.
        self._rsr = facts.get("rsr", 0)
        self._ris = self._rsr + _RIS_OFFSET
        self._icr = self._rsr + _ICR_OFFSET
        self.overruns = self.framing = self.breaks = 0

    def readinto(self, buf):
        """Read received bytes from the UART into buf. Return the number of bytes read, 0 if no
        bytes have arrived."""
        n = self._uart.any()
        if self._unread_before_drop >= 0:
            n = min(n, self._unread_before_drop)
        if not n:
            return 0
        n = self._uart.readinto(buf, min(n, len(buf))) or 0
        if self._unread_before_drop > 0:
            self._unread_before_drop -= n
        if self._rsr:
            self._count_errors()
        return n

    def _count_errors(self):
        """Count the receive errors of the UART since the last call of this method. An overrun
        counts as one error, because the number of lost bytes is unknown. The lost bytes arrived
        after all bytes that can still be read."""
        errors = mem32[self._rsr] & _ERRORS
        if errors:
            if errors & _OVERRUN:
                # any() moves the bytes out of the UART's FIFO. A FIFO that stayed full would
                # report the same overrun again.
                self._uart.any()
                self.overruns += 1
            if errors & _FRAMING:
                self.framing += 1
            mem32[self._rsr] = 0
        if mem32[self._ris] & _BREAK:
            mem32[self._icr] = _BREAK
            self.breaks += 1

    def write(self, buf, off, n):
        """Send n bytes of buf, from offset off. Return the number of bytes that the UART has
        accepted."""
        if self._whole and not self._uart.txdone():
            return 0
        return self._uart.write(buf, off, min(n, self._max_write)) or 0

    def set_events(self, mask):
        """Choose the events of the UART that wake the main loop. mask: IN, OUT, both or 0."""
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._uart, mask)


class Dte(Uart):
    """The serial port of the host. DTR reads as on if the DTE table has no DTR line.

    The core reads DTR once in each pass of the main loop. If DTR has dropped, the port assumes
    that all bytes that have arrived by then were sent before the drop.
    """

    def __init__(self, poller, uart, facts):
        super().__init__(poller, uart, facts)
        self.flow = facts["flow"]
        self._rts = facts.get("rts") if self.flow else None
        self._dtr = _input_line(facts, "dtr")
        self._on = False  # state of DTR after the bytes that have been read so far
        self._dcd = _output_line(facts, "dcd")
        self._dsr = _output_line(facts, "dsr")
        self._ri = _output_line(facts, "ri")

    def supports(self, rate):
        """Return True if the UART can run at the bit rate `rate`, in bit/s."""
        return rate in _RATES

    def tx_done(self):
        """Return True if the UART has sent the last bit of all accepted bytes."""
        return self._uart.txdone()

    def configure(self, rate, cts_flow, rts_flow):
        """Set the bit rate and the flow control of the UART. rate: bit rate in bit/s. cts_flow:
        True if the host may stop the modem by CTS. rts_flow: True if the modem may stop the host
        by RTS. Call configure() only if tx_done() returns True. Otherwise esp32 would wait until
        the last byte is sent, and rp2 and mimxrt would lose the last byte.

        The UART object, its buffers and its pins stay the same, and the poller still watches the
        UART. On mimxrt, all unread bytes are lost. On rp2, unread bytes in the FIFO are lost. All
        other unread bytes are kept."""
        self.rate = rate
        self._whole = self._never_partial or rate < _MIN_PARTIAL_RATE
        # On rp2, init() clears the UART's FIFO. Therefore any() is called first: any() moves
        # received bytes from the FIFO to the buffer.
        self._uart.any()
        if self._rsr:
            self._count_errors()
        # timeout_char=0 makes init() choose a character timeout for the new rate. Without this
        # argument, init() would keep the timeout of the lowest rate that the UART has had.
        if not self.flow:
            self._uart.init(baudrate=rate, timeout_char=0)
            return
        flow = (UART.CTS if cts_flow else 0) | (UART.RTS if rts_flow else 0)
        self._uart.init(baudrate=rate, timeout_char=0, flow=flow)
        if self._rts is not None and not rts_flow:
            # Without RTS flow control, the UART would leave RTS off, and the host would not send.
            # Therefore the pin is set low, which means that RTS is on.
            Pin(self._rts, Pin.OUT, value=0)

    def dtr(self):
        """Return the state of DTR: True for on. The port reports a drop of DTR only after all
        bytes that arrived before the drop have been read. The core calls dtr() once in each pass
        of the main loop, before the first read of the pass."""
        if self._dtr is None:
            return True
        on = bool(self._dtr.value())
        if self._unread_before_drop >= 0 or (self._on and not on):
            return self._drop()
        self._on = on
        return on

    def _drop(self):
        """Handle a drop of DTR. Return the state of DTR to act on: True (on) while bytes that
        arrived before the drop have not been read, then False (off)."""
        waiting = self._uart.any()
        # The number of unread bytes is limited to the number of bytes in the UART, because
        # configure() may have lost unread bytes.
        if self._unread_before_drop < 0 or self._unread_before_drop > waiting:
            self._unread_before_drop = waiting
        if not self._unread_before_drop:
            self._unread_before_drop = -1
            self._on = False
        return self._on

    def dtr_drop_pending(self):
        """Return True if DTR has dropped, and bytes that arrived before the drop are still to be
        read."""
        return self._unread_before_drop > 0

    def set_dcd(self, on):
        _set(self._dcd, on)

    def set_dsr(self, on):
        _set(self._dsr, on)

    def set_ri(self, on):
        _set(self._ri, on)


class RadioLines:
    """The control lines of the radio: DCD, DTR, and the lines `reset` and `power`. In this class,
    a key is one of the lines `reset` and `power`. facts: the RADIO table of the board file."""

    def __init__(self, facts):
        self._dcd = _input_line(facts, "dcd")
        self._dtr = _output_line(facts, "dtr")
        keys = [_output_line(facts, name) for name in ("reset", "power")]
        self._keys = [key for key in keys if key]
        self.has_dtr = self._dtr is not None
        self.keys = len(self._keys)

    def carrier(self):
        """Return the state of DCD, or True if the RADIO table has no DCD line."""
        return self._dcd is None or bool(self._dcd.value())

    def set_dtr(self, on):
        _set(self._dtr, on)

    def press(self, key, on):
        """Drive the `reset` or `power` line of the radio. key: index of the line in the list
        _keys. on: True makes the line active, False makes it inactive."""
        self._keys[key].value(on)


def _input_line(facts, name):
    """Return the input line `name` of the table `facts` as a machine.Signal, or None if the table
    has no such line. The line is on while its pin has the level facts["active"], by default 0."""
    if name not in facts:
        return None
    low = facts.get("active", 0) == 0
    # With the pull resistor of the pin, an input line that is not connected reads as off.
    pull = Pin.PULL_UP if low else Pin.PULL_DOWN
    return Signal(Pin(facts[name], Pin.IN, pull), invert=low)


def _output_line(facts, name):
    if name not in facts:
        return None
    low = facts.get("active", 0) == 0
    return Signal(Pin(facts[name], Pin.OUT, value=low), invert=low)


def _set(line, on):
    if line is not None:
        line.value(on)
