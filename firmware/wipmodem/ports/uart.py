"""machine.UART as serial ports: the DTE's with its control lines, the radio's with its own.

Nothing here blocks: a read asks for no more than has come, a write gives what is taken at once.
"""

from machine import UART, Pin, Signal, mem32

from ..contract import IN, const

_PINS = const(("tx", "rx", "cts", "rts"))
# What the dividers of all chips come to. None of them finds a rate by itself (0).
_RATES = (300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200)
_RATES += (230400, 460800, 921600)
# Below, rp2 too may only be given what fits: it waits for each byte's time once it has begun to.
_SLOW = const(57600)
# Of a PL011. RSR, until anything is written there: bytes were lost, the last one had no stop bit.
# A break is one of the raw interrupts, RIS: MicroPython clears all but that.
_OVERRUN = const(8)
_FRAMING = const(1)
_ERRORS = const(9)
_RIS = const(0x38)  # behind RSR
_ICR = const(0x40)
_BREAK = const(0x200)


def open_uart(facts):
    """The UART of a DTE or RADIO table; `fixed`: its pins are what the chip makes them."""
    given = {name: facts[name] for name in ("baudrate", "txbuf", "rxbuf")}
    if not facts.get("fixed"):
        given.update({name: Pin(facts[name]) for name in _PINS if name in facts})
    if facts["flow"]:
        given["flow"] = UART.RTS | UART.CTS
    return UART(facts["id"], timeout=0, **given)


class Uart:
    """`whole`: what write() is given must fit, for it waits otherwise (esp32, mimxrt).

    `rsr`: where the chip tells of bytes that it had no room for (rp2); the others do not tell.
    """

    _before = -1  # bytes to be read before a drop of DTR; -1: no drop waits

    def __init__(self, poller, uart, facts):
        self.rate = facts["baudrate"]  # bit/s
        self._poller = poller
        self._uart = uart
        self._mask = IN
        poller.register(uart, IN)
        # Half: esp32's buffer holds bytes in pieces with headers, none across its end.
        self._most = facts["txbuf"] // 2
        self._must_fit = facts.get("whole", False)
        self._whole = self._must_fit or self.rate < _SLOW
        self._rsr = facts.get("rsr", 0)
        self._ris = self._rsr + _RIS  # such addresses are no small integers
        self._icr = self._rsr + _ICR
        self.overruns = self.framing = self.breaks = 0

    def readinto(self, buf):
        n = self._uart.any()
        if self._before >= 0:
            n = min(n, self._before)
        if not n:
            return 0
        n = self._uart.readinto(buf, min(n, len(buf))) or 0
        if self._before > 0:
            self._before -= n
        if self._rsr:
            self._look()
        return n

    def _look(self):
        """At what went wrong on the line. How many bytes an overrun has cost nobody knows; they
        are behind those that wait to be read."""
        errors = mem32[self._rsr] & _ERRORS
        if errors:
            if errors & _OVERRUN:
                self._uart.any()  # out of the full FIFO: the same gap would be told again
                self.overruns += 1
            if errors & _FRAMING:
                self.framing += 1
            mem32[self._rsr] = 0
        if mem32[self._ris] & _BREAK:
            mem32[self._icr] = _BREAK
            self.breaks += 1

    def write(self, buf, off, n):
        if self._whole and not self._uart.txdone():
            return 0
        return self._uart.write(buf, off, min(n, self._most)) or 0

    def set_events(self, mask):
        if mask != self._mask:
            self._mask = mask
            self._poller.modify(self._uart, mask)


class Dte(Uart):
    """The host's side. A control line that the board does not name reads as on.

    DTR is looked at once a pass: what has come by then came before a drop.
    """

    def __init__(self, poller, uart, facts):
        super().__init__(poller, uart, facts)
        self.flow = facts["flow"]
        self._rts = facts.get("rts") if self.flow else None
        self._dtr = input_line(facts, "dtr")
        self._on = False  # DTR after the bytes read so far
        self._dcd = output_line(facts, "dcd")
        self._dsr = output_line(facts, "dsr")
        self._ri = output_line(facts, "ri")

    def supports(self, rate):
        return rate in _RATES

    def tx_done(self):
        return self._uart.txdone()

    def configure(self, rate, tx_held, rx_held):
        """Once all is sent(): esp32 would wait for it, rp2 and mimxrt would forget it.

        init() keeps the object, its buffers and pins, and so the poller's hold on it. What has
        come and is unread stays, but for the last bytes on rp2 (its FIFO) and all on mimxrt.
        """
        self.rate = rate
        self._whole = self._must_fit or rate < _SLOW
        self._uart.any()  # rp2: out of the FIFO, which init() clears
        if self._rsr:
            self._look()
        # timeout_char: init() only ever raises it, to a character's time at the slowest rate.
        if not self.flow:
            self._uart.init(baudrate=rate, timeout_char=0)
            return
        flow = (UART.CTS if tx_held else 0) | (UART.RTS if rx_held else 0)
        self._uart.init(baudrate=rate, timeout_char=0, flow=flow)
        if self._rts is not None and not rx_held:
            Pin(self._rts, Pin.OUT, value=0)  # on: the UART would leave it off

    def dtr(self):
        if self._dtr is None:
            return True
        on = bool(self._dtr.value())
        if self._before >= 0 or (self._on and not on):
            return self._drop()
        self._on = on
        return on

    def _drop(self):
        """DTR has dropped: still on while bytes from before are to be read."""
        waiting = self._uart.any()
        if self._before < 0 or self._before > waiting:  # or configure() has lost some
            self._before = waiting
        if not self._before:
            self._before = -1
            self._on = False
        return self._on

    def dtr_drop_pending(self):
        return self._before > 0

    def set_dcd(self, on):
        _set(self._dcd, on)

    def set_dsr(self, on):
        _set(self._dsr, on)

    def set_ri(self, on):
        _set(self._ri, on)


class RadioLines:
    """The radio's control lines: its DCD, our DTR, and what resets it or switches it on."""

    def __init__(self, facts):
        self._dcd = input_line(facts, "dcd")
        self._dtr = output_line(facts, "dtr")
        keys = [output_line(facts, name) for name in ("reset", "power")]
        self._keys = [key for key in keys if key]
        self.has_dtr = self._dtr is not None
        self.keys = len(self._keys)

    def carrier(self):
        return self._dcd is None or bool(self._dcd.value())

    def set_dtr(self, on):
        _set(self._dtr, on)

    def press(self, key, on):
        self._keys[key].value(on)


def input_line(facts, name):
    """A line as a Signal, on when the pin is at the level that the table calls active."""
    if name not in facts:
        return None
    low = facts.get("active", 0) == 0
    pull = Pin.PULL_UP if low else Pin.PULL_DOWN  # a line that is not wired is off
    return Signal(Pin(facts[name], Pin.IN, pull), invert=low)


def output_line(facts, name):
    if name not in facts:
        return None
    low = facts.get("active", 0) == 0
    return Signal(Pin(facts[name], Pin.OUT, value=low), invert=low)


def _set(line, on):
    if line is not None:
        line.value(on)
