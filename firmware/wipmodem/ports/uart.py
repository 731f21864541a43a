"""machine.UART as serial ports: the host's with its control lines, and the radio's.

Nothing here waits: a read asks for no more bytes than have arrived, and a write is given no more
than the UART accepts at once.
"""

from machine import UART, Pin, Signal, mem32

from ..contract import IN, const

_PINS = const(("tx", "rx", "cts", "rts"))
# The rates that every chip's divider reaches. Rate 0 is missing: no chip detects the host's rate.
_RATES = (300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200)
_RATES += (230400, 460800, 921600)
# On rp2, a write that does not fit waits for one byte's time, and again for each further byte.
# Below this rate a write is therefore given only as many bytes as fit.
_MIN_PARTIAL_RATE = const(57600)

# Registers of rp2's PL011 UART. RSR shows, until it is written to, that bytes were lost (overrun)
# or had no stop bit (framing error). A break is read from RIS, the raw interrupts, because
# MicroPython clears every other sign of a break.
_OVERRUN = const(8)
_FRAMING = const(1)
_ERRORS = const(9)
_RIS_OFFSET = const(0x38)  # distance of register RIS from register RSR
_ICR_OFFSET = const(0x40)  # distance of register ICR, which clears raw interrupts, from RSR
_BREAK = const(0x200)


def open_uart(facts):
    """Open the UART of a DTE or RADIO table. `fixed`: the chip has fixed the UART's pins."""
    given = {name: facts[name] for name in ("baudrate", "txbuf", "rxbuf")}
    if not facts.get("fixed"):
        given.update({name: Pin(facts[name]) for name in _PINS if name in facts})
    if facts["flow"]:
        given["flow"] = UART.RTS | UART.CTS
    return UART(facts["id"], timeout=0, **given)


class Uart:
    """A serial port (contract.py) without control lines. facts: the table of the board file.

    `whole`: a write that does not fit into the UART's buffer waits for room (esp32, mimxrt).
    `rsr`: address of the UART's RSR, by which errors are counted (rp2).
    """

    _unread_before_drop = -1  # bytes still to be read before DTR drops; -1: no drop is pending

    def __init__(self, poller, uart, facts):
        self.rate = facts["baudrate"]  # bit/s
        self._poller = poller
        self._uart = uart
        self._mask = IN
        poller.register(uart, IN)
        # The most bytes of one write: half the buffer, because esp32's buffer stores bytes in
        # pieces with headers, and no piece crosses the end of the buffer.
        self._max_write = facts["txbuf"] // 2
        self._never_partial = facts.get("whole", False)
        self._whole = self._never_partial or self.rate < _MIN_PARTIAL_RATE
        # Addresses of the registers. They are stored, because a sum of this size allocates.
        self._rsr = facts.get("rsr", 0)
        self._ris = self._rsr + _RIS_OFFSET
        self._icr = self._rsr + _ICR_OFFSET
        self.overruns = self.framing = self.breaks = 0

    def readinto(self, buf):
        """Read the bytes that have arrived. Return their count, which may be 0."""
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
        """Count the errors since the last call. An overrun has lost an unknown number of bytes
        after those that are waiting to be read."""
        errors = mem32[self._rsr] & _ERRORS
        if errors:
            if errors & _OVERRUN:
                # any() empties the full FIFO, which would otherwise report the same overrun again.
                self._uart.any()
                self.overruns += 1
            if errors & _FRAMING:
                self.framing += 1
            mem32[self._rsr] = 0
        if mem32[self._ris] & _BREAK:
            mem32[self._icr] = _BREAK
            self.breaks += 1

    def write(self, buf, off, n):
        """Return how many of the n bytes from offset off were accepted."""
        if self._whole and not self._uart.txdone():
            return 0
        return self._uart.write(buf, off, min(n, self._max_write)) or 0

    def set_events(self, mask):
        """Choose the events that wake the poller: IN, OUT, both or 0."""
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._uart, mask)


class Dte(Uart):
    """The host's serial port. An input line that the table does not name reads as on.

    DTR is read once a pass: bytes that have arrived by then came before a drop of DTR.
    """

    def __init__(self, poller, uart, facts):
        super().__init__(poller, uart, facts)
        self.flow = facts["flow"]
        self._rts = facts.get("rts") if self.flow else None
        self._dtr = _input_line(facts, "dtr")
        self._on = False  # the state of DTR after the bytes read so far
        self._dcd = _output_line(facts, "dcd")
        self._dsr = _output_line(facts, "dsr")
        self._ri = _output_line(facts, "ri")

    def supports(self, rate):
        """Return True if the UART can run at this rate in bit/s."""
        return rate in _RATES

    def tx_done(self):
        """Return True if the last bit has been sent."""
        return self._uart.txdone()

    def configure(self, rate, cts_flow, rts_flow):
        """Set rate and flow control, after tx_done(): otherwise esp32 would wait for the last
        byte, and rp2 and mimxrt would lose it.

        init() keeps the UART object, its buffers and its pins, so that the poller still has it.
        Unread bytes are kept, except for the last ones on rp2 (its FIFO) and all on mimxrt."""
        self.rate = rate
        self._whole = self._never_partial or rate < _MIN_PARTIAL_RATE
        # any() reads the FIFO of rp2, which init() would clear.
        self._uart.any()
        if self._rsr:
            self._count_errors()
        # timeout_char 0, because init() would else keep the character time of the lowest rate.
        if not self.flow:
            self._uart.init(baudrate=rate, timeout_char=0)
            return
        flow = (UART.CTS if cts_flow else 0) | (UART.RTS if rts_flow else 0)
        self._uart.init(baudrate=rate, timeout_char=0, flow=flow)
        if self._rts is not None and not rts_flow:
            # The UART would leave RTS off, and the host would not send. A low level is on.
            Pin(self._rts, Pin.OUT, value=0)

    def dtr(self):
        """Return DTR as of the bytes read so far. Called once a pass, before the first read."""
        if self._dtr is None:
            return True
        on = bool(self._dtr.value())
        if self._unread_before_drop >= 0 or (self._on and not on):
            return self._drop()
        self._on = on
        return on

    def _drop(self):
        """DTR has dropped: return True while bytes from before the drop are to be read."""
        waiting = self._uart.any()
        # The number is corrected, because configure() may have lost some of the bytes.
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
    """The control lines of the radio: DCD, DTR, and the keys `reset` and `power`."""

    def __init__(self, facts):
        self._dcd = _input_line(facts, "dcd")
        self._dtr = _output_line(facts, "dtr")
        keys = [_output_line(facts, name) for name in ("reset", "power")]
        self._keys = [key for key in keys if key]
        self.has_dtr = self._dtr is not None
        self.keys = len(self._keys)

    def carrier(self):
        """Return DCD, or True without that line."""
        return self._dcd is None or bool(self._dcd.value())

    def set_dtr(self, on):
        _set(self._dtr, on)

    def press(self, key, on):
        """Make key number `key` active or inactive."""
        self._keys[key].value(on)


def _input_line(facts, name):
    """Return an input as a Signal, or None if the table does not name it. The line is on when the
    pin has the level `active`."""
    if name not in facts:
        return None
    low = facts.get("active", 0) == 0
    # The pull makes a line that is not connected read as off.
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
