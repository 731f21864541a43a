"""Stand-ins for what only a chip has: `machine`, `network`, `select`, and a way to load adapters
over them. Both interpreters. They do what MicroPython's sources say of each chip, faults included.
"""

import sys

_PORTS = "wipmodem.ports."
_OF_THE_PC = ("net_cpython", "net_linux", "net_micropython")

IN = 1
OUT = 4

try:
    _mem_total = __import__("micropython").mem_total
except ImportError:

    def _mem_total():
        return 0


class StandIns:
    """Context manager: these modules take the place of others, and adapters are imported anew.
    Afterwards sys.modules is as it was before."""

    def __init__(self, modules):
        self._modules = modules

    def __enter__(self):
        self._package = __import__("wipmodem.ports", None, None, ("ports",))
        self._before = _take_out(self._package, self._modules)
        sys.modules.update(self._modules)

    def __exit__(self, kind, error, trace):
        _take_out(self._package, self._modules)
        sys.modules.update(self._before)
        for key in self._before:
            if key.startswith(_PORTS):
                setattr(self._package, key[len(_PORTS) :], self._before[key])


def adapter(name):
    """Import and return wipmodem.ports.NAME, or NAME of boards/host."""
    full_name = name if name in _OF_THE_PC else _PORTS + name
    return __import__(full_name, None, None, (name,))


def load(name, **stand_ins):
    """Return an adapter that was imported over these modules."""
    with StandIns(stand_ins):
        return adapter(name)


def _take_out(package, stand_ins):
    """The adapters, and what these names stand for, as they are now: gone from sys.modules."""
    names = [name for name in sys.modules if _is_taken_out(name, stand_ins)]
    for name in names:
        child = name[len(_PORTS) :]
        if name.startswith(_PORTS) and hasattr(package, child):
            delattr(package, child)
    return {name: sys.modules.pop(name) for name in names}


def _is_taken_out(name, stand_ins):
    return name.startswith(_PORTS) or name in _OF_THE_PC or name in stand_ins


def allocated(call):
    """The bytes that MicroPython allocates for a call, once warm; CPython does not count."""
    call()
    call()
    before = _mem_total()
    call()
    return _mem_total() - before


class Poller:
    """select.poll(): asks each thing for its `events(mask)`. To be told nonsense raises."""

    def __init__(self):
        self.masks = {}

    def register(self, thing, mask):
        assert thing not in self.masks
        self.masks[thing] = mask

    def modify(self, thing, mask):
        assert thing in self.masks
        self.masks[thing] = mask

    def unregister(self, thing):
        del self.masks[thing]

    def ipoll(self, timeout_ms):
        assert timeout_ms == 0
        for thing, mask in list(self.masks.items()):
            bits = thing.events(mask)
            if bits:
                yield thing, bits


class Select:
    poll = Poller


class Time:
    """`now_ms` is the script's."""

    now_ms = 0

    @staticmethod
    def ticks_ms():
        return Time.now_ms


class Reset(BaseException):
    """machine.reset() does not return."""


class Pin:
    """`made`: the pins by name. An input that is not wired is at the level of its pull."""

    IN, OUT, PULL_DOWN, PULL_UP = 10, 11, 12, 13
    made = {}

    def __init__(self, name, mode=None, pull=None, value=None):
        self.name = name
        self.mode = mode
        self.level = int(pull == Pin.PULL_UP if value is None else value)
        Pin.made[name] = self

    def value(self, level=None):
        if level is None:
            return self.level
        assert self.mode == Pin.OUT
        self.level = int(level)


class Signal:
    def __init__(self, pin, invert=False):
        self._pin = pin
        self._invert = invert

    def value(self, on=None):
        if on is None:
            return self._pin.value() ^ self._invert
        self._pin.value(bool(on) ^ self._invert)


class UART:
    """`incoming` has come over the line, `fresh` too but is in the FIFO yet; `sent` was written,
    `waiting` of that is not out yet. init() leaves buffers and pins as they are, the RTS pin too
    unless it is to be used: another has it then.
    """

    RTS, CTS = 256, 512
    IRQ_RXIDLE = 64

    def __init__(self, number, txbuf, **options):
        self.number = number
        self.txbuf = txbuf
        self.options = options
        self.incoming = bytearray()
        self.fresh = bytearray()
        self.sent = bytearray()
        self.waiting = 0
        self.timeout_char = 0
        self._time_char()

    def init(self, baudrate, timeout_char=-1, flow=-1):
        self.options["baudrate"] = baudrate
        if timeout_char >= 0:
            self.timeout_char = timeout_char
        self._time_char()
        if flow >= 0:
            self.options["flow"] = flow
        if self.options.get("flow", 0) & UART.RTS and "rts" in self.options:
            Pin.made[self.options["rts"].name].mode = None

    def _time_char(self):
        self.timeout_char = max(self.timeout_char, 13000 // self.options.get("baudrate", 9600) + 1)

    def any(self):
        self.incoming += self.fresh
        self.fresh = bytearray()
        return len(self.incoming)

    def readinto(self, buf, n):
        assert 0 < n <= len(self.incoming), "this read waits"
        n = min(n, len(buf))
        buf[:n] = self.incoming[:n]
        self.incoming = self.incoming[n:]
        return n

    def irq(self, handler, trigger):
        assert trigger == UART.IRQ_RXIDLE
        self.handler = handler

    def txdone(self):
        return not self.waiting

    def go_out(self, n):
        self.waiting -= n

    def _add(self, buf, off, n):
        self.sent += memoryview(buf)[off : off + n]
        self.waiting += n
        return n


class RingUART(UART):
    """rp2: takes what there is room for, and says None if there is none. A write that has to wait
    for one byte's time goes on to wait for the next: short at a fast rate. init() empties FIFOs.
    """

    def write(self, buf, off, n):
        room = self.txbuf - self.waiting
        assert n <= room or self.options["baudrate"] >= 57600, "this write waits, and long"
        n = min(n, room)
        return self._add(buf, off, n) if n else None

    def init(self, baudrate, timeout_char=-1, flow=-1):
        assert self.txdone(), "what waits would be forgotten"
        self.fresh = bytearray()
        super().init(baudrate, timeout_char, flow)


class WholeUART(UART):
    """esp32 and mimxrt: a write that does not fit waits, with CTS off for ever.

    esp32 cuts it into pieces of a quarter of the ring, each with a header of 8 bytes and none
    lying across the ring's end, behind one item of 20 bytes (esp-idf: uart_tx_all, ringbuf.c).
    """

    def write(self, buf, off, n):
        assert self.txdone(), "this write waits for the one before"
        piece = self.txbuf // 4 - 4
        headers = 20 + 8 * (n // piece + 1)
        assert n + headers + piece + 8 <= self.txbuf, "this write waits for room"
        return self._add(buf, off, n)

    def init(self, baudrate, timeout_char=-1, flow=-1):
        assert self.txdone(), "this waits for the last write"
        super().init(baudrate, timeout_char, flow)


class ForgetfulUART(WholeUART):
    """mimxrt: init() begins with an empty buffer, and flow control that is on stays on."""

    def init(self, baudrate, timeout_char=-1, flow=-1):
        assert flow == -1
        self.incoming = bytearray()
        super().init(baudrate, timeout_char, flow)


class WDT:
    """`made`: all that were; like the chip's, they cannot be stopped."""

    made = []

    def __init__(self, timeout):
        self.timeout = timeout
        self.fed = 0
        WDT.made.append(self)

    def feed(self):
        self.fed += 1


class Registers:
    """machine.mem32, of which only the words are there that switch interrupts on and off, and
    UART0's RSR, which any write clears, RIS, and ICR, which clears bits of that."""

    ENABLE, DISABLE = 0xE000E100, 0xE000E180
    RSR, RIS, ICR = 0x40034004, 0x4003403C, 0x40034044

    def __init__(self):
        self.on = 0xF
        self.rsr = self.ris = 0

    def __getitem__(self, address):
        assert address in (Registers.RSR, Registers.RIS)
        return self.rsr if address == Registers.RSR else self.ris

    def __setitem__(self, address, bits):
        if address == Registers.RSR:
            self.rsr = 0
            return
        if address == Registers.ICR:
            self.ris &= ~bits
            return
        assert address in (Registers.ENABLE, Registers.DISABLE)
        self.on = self.on | bits if address == Registers.ENABLE else self.on & ~bits


class Machine:
    """The module; `uart` is one of the classes above."""

    Pin, Signal, WDT = Pin, Signal, WDT

    def __init__(self, uart):
        self.UART = uart
        self.mem32 = Registers()

    @staticmethod
    def reset():
        raise Reset

    # An ESP32 has more of them, an RP2040 fewer.
    PWRON_RESET, WDT_RESET = 1, 3
    caused_by = 1

    @staticmethod
    def reset_cause():
        return Machine.caused_by

    @staticmethod
    def unique_id():
        return b"\xe6\x61\x64\x08\x43\x3a\x7b\x2c"


class WLAN:
    """A station, as strict as esp32's: `said` is what was asked of it; `made` are all.

    `starts`: the driver gets its memory. While it is `trying` a network, it hears of no other.
    """

    made = []

    def __init__(self, interface):
        assert interface == Network.STA_IF
        self.said = []
        self.starts = True
        self.started = self.joined = False
        self.trying = None
        self.rssi: "int | None" = -70
        self.told: "int | None" = None  # by status(), of a try; None: it goes on
        self.settings = {}
        WLAN.made.append(self)

    def active(self, on):
        self.said.append("on" if on else "off")
        if on and not self.starts:
            raise OSError("WiFi Out of Memory")
        self.started = on
        if not on:
            self._leave()

    def connect(self, name, key):
        self.said.append((name, key))
        if not self.started or (self.trying and self.told is None):
            raise OSError("Wifi Internal State Error")
        self.trying = name
        self.told = None

    def disconnect(self):
        self.said.append("leave")
        if not self.started:
            raise OSError("Wifi Not Started")
        self._leave()

    def isconnected(self):
        return self.joined

    def config(self, **settings):
        """As of esp32. cyw43 has no such setting, and raises ValueError."""
        assert self.started
        self.settings.update(settings)

    def status(self, what=None):
        if what is None:
            return Network.STAT_CONNECTING if self.told is None else self.told
        assert what == "rssi"
        if self.rssi is None:
            raise OSError("Wifi Not Connected")
        return self.rssi

    def ifconfig(self):
        return "10.0.0.7", "255.255.255.0", "10.0.0.1", "10.0.0.53"

    def _leave(self):
        self.trying = None
        self.joined = False


class Network:
    """With esp32's numbers."""

    STA_IF = 0
    WLAN = WLAN
    STAT_IDLE = 1000
    STAT_CONNECTING = 1001
    STAT_GOT_IP = 1010
    STAT_WRONG_PASSWORD = 202


class Cyw43:
    """The numbers of a Pico W."""

    STA_IF = 0
    WLAN = WLAN
    STAT_IDLE = 0
    STAT_CONNECTING = 1
    STAT_GOT_IP = 3
    STAT_WRONG_PASSWORD = -3
