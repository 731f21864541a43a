"""Serial ports over machine.UART: the host's port with its control lines, and the radio's port.

No method waits: a read requests no more bytes than have arrived, and a write passes no more bytes
than the UART accepts at once.
"""

from machine import UART, Pin, Signal, mem32

from ..contract import IN, const

_PINS = const(("tx", "rx", "cts", "rts"))
# Rates in bit/s that every chip can generate. Rate 0 (autobauding) is missing, because no chip can
# detect the rate of the host.
_RATES = (300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200)
_RATES += (230400, 460800, 921600)
# On rp2, a write of more bytes than fit into the UART's buffer waits for the time of one byte, and
# again for each further byte. Below this rate in bit/s, the port only writes bytes that fit.
_MIN_PARTIAL_RATE = const(57600)

# Bits and addresses of registers of rp2's PL011 UART. The register RSR reports lost bytes
# (overrun) and bytes without a stop bit (framing error), until a write to RSR clears these errors.
# A break is read from RIS (raw interrupt status), because MicroPython clears every other sign of a
# break.
_OVERRUN = const(8)
_FRAMING = const(1)
_ERRORS = const(9)
_RIS_OFFSET = const(0x38)  # offset of register RIS relative to RSR, in bytes
# Offset of register ICR relative to RSR, in bytes. A write to ICR clears raw interrupts.
_ICR_OFFSET = const(0x40)
_BREAK = const(0x200)


def open_uart(facts):
    """Open the UART of a DTE or RADIO table, and return the machine.UART. The key `fixed` of the
    table means that the chip's UART has fixed pins."""
    given = {name: facts[name] for name in ("baudrate", "txbuf", "rxbuf")}
    if not facts.get("fixed"):
        given.update({name: Pin(facts[name]) for name in _PINS if name in facts})
    if facts["flow"]:
        given["flow"] = UART.RTS | UART.CTS
    return UART(facts["id"], timeout=0, **given)


class Uart:
    """A serial port (contract.py) without control lines.

    facts: the DTE or RADIO table of the board file. Its key `whole` means that a write of more
    bytes than fit into the UART's buffer waits for room (esp32, mimxrt). Its key `rsr` is the
    address of the UART's register RSR, from which errors are counted (rp2).
    """

    # Number of bytes still to be read before the port reports a drop of DTR; -1: no drop is
    # pending.
    _unread_before_drop = -1

    def __init__(self, poller, uart, facts):
        self.rate = facts["baudrate"]  # bit/s
        self._poller = poller
        self._uart = uart
        self._mask = IN
        poller.register(uart, IN)
        # Largest number of bytes in one write: half of the UART's buffer. A larger write may not
        # fit on esp32, which stores bytes in pieces with headers that cannot cross the buffer's
        # end.
        self._max_write = facts["txbuf"] // 2
        self._never_partial = facts.get("whole", False)
        self._whole = self._never_partial or self.rate < _MIN_PARTIAL_RATE
        # Addresses of registers. The sums are stored, because sums of this size allocate.
        self._rsr = facts.get("rsr", 0)
        self._ris = self._rsr + _RIS_OFFSET
        self._icr = self._rsr + _ICR_OFFSET
        self.overruns = self.framing = self.breaks = 0

    def readinto(self, buf):
        """Read bytes that have arrived into buf. Return the number of bytes, which may be 0."""
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
        """Count the receive errors since the last call. An overrun counts as one error, because
        the number of lost bytes is unknown. These bytes came after the bytes that can still be
        read."""
        errors = mem32[self._rsr] & _ERRORS
        if errors:
            if errors & _OVERRUN:
                # any() empties the full FIFO. A full FIFO would report the same overrun again.
                self._uart.any()
                self.overruns += 1
            if errors & _FRAMING:
                self.framing += 1
            mem32[self._rsr] = 0
        if mem32[self._ris] & _BREAK:
            mem32[self._icr] = _BREAK
            self.breaks += 1

    def write(self, buf, off, n):
        """Send n bytes of buf from offset off. Return the number of bytes accepted."""
        if self._whole and not self._uart.txdone():
            return 0
        return self._uart.write(buf, off, min(n, self._max_write)) or 0

    def set_events(self, mask):
        """Choose the events that wake the poller: IN, OUT, both or 0."""
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._uart, mask)


class Dte(Uart):
    """The serial port of the host. An input line that is missing from the DTE table reads as on.

    The core reads DTR once in a pass. If DTR has dropped, all bytes that have arrived until this
    read count as sent before the drop.
    """

    def __init__(self, poller, uart, facts):
        super().__init__(poller, uart, facts)
        self.flow = facts["flow"]
        self._rts = facts.get("rts") if self.flow else None
        self._dtr = _input_line(facts, "dtr")
        self._on = False  # state of DTR after the bytes read so far
        self._dcd = _output_line(facts, "dcd")
        self._dsr = _output_line(facts, "dsr")
        self._ri = _output_line(facts, "ri")

    def supports(self, rate):
        """Return True if the UART can run at `rate`, in bit/s."""
        return rate in _RATES

    def tx_done(self):
        """Return True if the last bit has been sent."""
        return self._uart.txdone()

    def configure(self, rate, cts_flow, rts_flow):
        """Set the rate in bit/s and the flow control. Call configure() only if tx_done() returns
        True. Otherwise esp32 would wait until the last byte is sent, and rp2 and mimxrt would lose
        the last byte.

        The UART object, its buffers and its pins stay the same, and the poller still watches the
        UART. Unread bytes are kept, except for the bytes in rp2's FIFO and all bytes on mimxrt."""
        self.rate = rate
        self._whole = self._never_partial or rate < _MIN_PARTIAL_RATE
        # On rp2, any() moves received bytes from the FIFO to the buffer before init() clears the
        # FIFO.
        self._uart.any()
        if self._rsr:
            self._count_errors()
        # Without timeout_char=0, init() would keep the character timeout of the lowest rate so
        # far.
        if not self.flow:
            self._uart.init(baudrate=rate, timeout_char=0)
            return
        flow = (UART.CTS if cts_flow else 0) | (UART.RTS if rts_flow else 0)
        self._uart.init(baudrate=rate, timeout_char=0, flow=flow)
        if self._rts is not None and not rts_flow:
            # Without RTS flow control the UART would leave RTS off, and the host would not send. A
            # low level means that RTS is on.
            Pin(self._rts, Pin.OUT, value=0)

    def dtr(self):
        """Return the state of DTR after the bytes read so far. The core calls dtr() once in a
        pass, before the first read."""
        if self._dtr is None:
            return True
        on = bool(self._dtr.value())
        if self._unread_before_drop >= 0 or (self._on and not on):
            return self._drop()
        self._on = on
        return on

    def _drop(self):
        """Handle a drop of DTR. Return True while bytes that arrived before the drop are
        unread."""
        waiting = self._uart.any()
        # The number of unread bytes is corrected, because configure() may have lost some of them.
        if self._unread_before_drop < 0 or self._unread_before_drop > waiting:
            self._unread_before_drop = waiting
        if not self._unread_before_drop:
            self._unread_before_drop = -1
            self._on = False
        return self._on

    def dtr_drop_pending(self):
        """Return True if DTR drops after bytes that are still to be read."""
        return self._unread_before_drop > 0

    def set_dcd(self, on):
        _set(self._dcd, on)

    def set_dsr(self, on):
        _set(self._dsr, on)

    def set_ri(self, on):
        _set(self._ri, on)


class RadioLines:
    """The control lines of the radio: DCD, DTR, and the lines `reset` and `power`, called keys."""

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
        """Drive the pin of a key of the radio: power or reset. on: True presses the key."""
        self._keys[key].value(on)


def _input_line(facts, name):
    """Return the input line `name` as a Signal, or None if the table has no such line. The line is
    on while its pin has the level `active`."""
    if name not in facts:
        return None
    low = facts.get("active", 0) == 0
    # The pull resistor makes an unconnected line read as off.
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
