"""ports/uart.py over a stand-in of `machine`: reads and writes that never wait, pins. Both
interpreters."""

from chip_modules import (
    IN,
    OUT,
    UART,
    ForgetfulUART,
    Machine,
    Pin,
    Poller,
    Registers,
    RingUART,
    WholeUART,
    allocated,
    load,
)

# Ports by what their UARTs do with a write.
_RING = load("uart", machine=Machine(RingUART))
_WHOLE = load("uart", machine=Machine(WholeUART))
_FORGETFUL = load("uart", machine=Machine(ForgetfulUART))

_RATES = {"baudrate": 115200, "rxbuf": 64}
_TABLE = {"id": 1, "txbuf": 1024, "flow": False, "tx": 17, "rx": 16, "cts": 19, "rts": 18}
_TABLE.update(_RATES)


def _table(**changes):
    table = dict(_TABLE)
    table.update(changes)
    return table


def _ports(txbuf, module=_RING, **changes):
    """A serial port, and the UART under it."""
    facts = _table(txbuf=txbuf, whole=module is not _RING)
    facts.update(changes)
    uart = module.open_uart(facts)
    return module.Uart(Poller(), uart, facts), uart


def _options(**changes):
    """What a UART was opened with; pins by number."""
    uart = _RING.open_uart(_table(**changes))
    assert uart.number == 1
    values = {}
    for name, value in uart.options.items():
        values[name] = value.name if isinstance(value, Pin) else value
    return values


# Opening


def case_open():
    """Pins as the table has them, no flow control unasked; a read never waits."""
    pins = {"tx": 17, "rx": 16, "cts": 19, "rts": 18}
    expected = dict(_RATES, timeout=0)
    expected.update(pins)
    assert _options() == expected
    expected["flow"] = UART.RTS | UART.CTS
    assert _options(flow=True) == expected


def case_open_fixed():
    """Where the chip has fixed the pins, none are given."""
    assert _options(fixed=True) == dict(_RATES, timeout=0)
    flow = UART.RTS | UART.CTS
    assert _options(fixed=True, flow=True) == dict(_RATES, timeout=0, flow=flow)


def case_open_with_two_wires():
    """Pins that the table does not name are not given."""
    table = _table()
    del table["cts"], table["rts"]
    uart = _RING.open_uart(table)
    assert sorted(uart.options) == ["baudrate", "rx", "rxbuf", "timeout", "tx"]
    assert uart.txbuf == 1024


# Bytes


def case_read():
    """No more than has come and than there is room for, in order; 0 if nothing has."""
    port, uart = _ports(64)
    buf = bytearray(4)
    assert port.readinto(buf) == 0
    uart.incoming += b"abcdef"
    assert port.readinto(buf) == 4 and buf == b"abcd"
    assert port.readinto(buf) == 2 and buf == b"efcd"
    assert port.readinto(buf) == 0


def case_write_where_it_may_take_a_part():
    """rp2: what there is room for, 0 when there is none."""
    port, uart = _ports(8)
    data = bytes(range(20))
    off = 0
    counts = []
    for gone in (0, 0, 0, 3, 8, 0, 1):
        uart.go_out(gone)
        n = port.write(data, off, len(data) - off)
        counts.append(n)
        off += n
    assert counts == [4, 4, 0, 3, 4, 4, 1] and uart.sent == data


def case_write_where_it_must_fit():
    """esp32, mimxrt: only when the last one is out, and no more than is sure to fit."""
    for txbuf in (256, 1024, 8192):
        port, uart = _ports(txbuf, _WHOLE)
        data = bytes(range(256)) * (txbuf // 128)
        off = 0
        while off < len(data):
            n = port.write(data, off, len(data) - off)
            assert n == txbuf // 2 and port.write(data, off + n, 1) == 0
            uart.go_out(n - 1)
            assert port.write(data, off + n, 1) == 0
            uart.go_out(1)
            off += n
        assert uart.sent == data


def case_write_on_a_slow_line():
    """rp2 below 57600: as where it must fit, or it would wait for each byte's time."""
    data = bytes(40)
    for rate, counts in ((38400, [16, 0, 0, 16]), (57600, [16, 16, 16, 16])):
        port, uart = _ports(32, baudrate=rate)
        given = []
        for gone in (0, 0, 15, 1):
            uart.go_out(gone)
            given.append(port.write(data, 0, 40))
            if rate > 38400:
                uart.go_out(min(16, uart.waiting))
        assert given == counts, rate


def case_bytes_allocate_nothing():
    """Reading and writing, on either kind."""
    for module in (_RING, _WHOLE):
        port = module.Uart(Poller(), Quiet(), _table(whole=module is _WHOLE))
        buf = bytearray(64)
        results = [0, 0]

        def steps(port=port, buf=buf, results=results):
            results[0] = port.readinto(buf)
            results[1] = port.write(buf, 3, 40)

        assert allocated(steps) == 0
        assert results == [5, 40]


class Quiet:
    """A UART with five bytes, which allocates nothing."""

    def any(self):
        return 5

    def readinto(self, buf, n):
        return n

    def txdone(self):
        return True

    def write(self, buf, off, n):
        return n


def case_errors_of_the_line_are_counted():
    """At each read, and before the UART is set up anew: gaps, bytes without a stop bit, breaks; a
    wrong parity is none."""
    machine = Machine(RingUART)
    module = load("uart", machine=machine)
    facts = _table(flow=False, rsr=Registers.RSR)
    uart = module.open_uart(facts)
    dte = module.Dte(Poller(), uart, facts)
    buf = bytearray(4)
    counts = []
    for rsr, ris in ((0, 0x5F0), (8, 0), (0, 0x200), (9, 0x7FF), (1, 0), (6, 0)):
        machine.mem32.rsr = rsr
        machine.mem32.ris = ris
        uart.incoming += b"abcdef"
        assert dte.readinto(buf) == 4 and dte.readinto(buf) == 2
        counts.append((dte.overruns, dte.framing, dte.breaks))
        assert machine.mem32.ris == ris & ~0x200
    assert counts == [(0, 0, 0), (1, 0, 0), (1, 0, 1), (2, 1, 2), (2, 2, 2), (2, 2, 2)]
    machine.mem32.rsr = 8
    assert dte.readinto(buf) == 0 and dte.overruns == 2
    dte.configure(9600, False, False)
    assert (dte.overruns, dte.framing, dte.breaks) == (3, 2, 2)


# Rates


def _line(module, flow=True, **changes):
    """A DTE that heeds RTS and CTS or not, and its UART."""
    Pin.made.clear()
    facts = _table(flow=flow, whole=module is not _RING)
    facts.update(changes)
    uart = module.open_uart(facts)
    return module.Dte(Poller(), uart, facts), uart


def case_takes():
    """The usual rates, and no autobaud."""
    dte, _ = _line(_RING)
    usual = (300, 600, 1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200)
    for rate in usual + (230400, 460800, 921600):
        assert dte.supports(rate), rate
    for rate in (0, 1, 299, 301, 115201, 921601, 1000000):
        assert not dte.supports(rate), rate


def case_rate_at_start():
    """The board's; configure() changes it, on the wire too, and nothing else of the UART."""
    for module in (_RING, _WHOLE, _FORGETFUL):
        dte, uart = _line(module, flow=False, baudrate=9600)
        assert (dte.rate, dte.flow) == (9600, False)
        expected = dict(uart.options, baudrate=300)
        dte.configure(300, True, True)
        assert (dte.rate, dte.flow) == (300, False) and uart.options == expected
        assert uart.txbuf == 1024


def case_flow_of_each_direction():
    """CTS and RTS as asked, where they are wired; an RTS that holds nobody is on."""
    for module in (_RING, _WHOLE):
        dte, uart = _line(module)
        assert dte.flow and uart.options["flow"] == UART.RTS | UART.CTS
        for tx_held, rx_held, flow, rts in (
            (True, False, UART.CTS, (Pin.OUT, 0)),
            (False, True, UART.RTS, (None, 0)),
            (False, False, 0, (Pin.OUT, 0)),
            (True, True, UART.RTS | UART.CTS, (None, 0)),
        ):
            dte.configure(115200, tx_held, rx_held)
            pin = Pin.made[18]
            assert (uart.options["flow"], pin.mode, pin.level) == (flow,) + rts


def case_flow_without_named_pins():
    """Where the chip has fixed the pins no RTS is driven by hand."""
    Pin.made.clear()
    facts = {"id": 1, "fixed": True, "baudrate": 115200, "rxbuf": 64, "txbuf": 64, "flow": True}
    uart = _RING.open_uart(facts)
    _RING.Dte(Poller(), uart, facts).configure(9600, False, False)
    assert uart.options["flow"] == 0 and Pin.made == {}


def case_sent():
    """When the last byte is out."""
    dte, uart = _line(_WHOLE)
    assert dte.tx_done()
    dte.write(b"abc", 0, 3)
    assert not dte.tx_done()
    uart.go_out(2)
    assert not dte.tx_done()
    uart.go_out(1)
    assert dte.tx_done()


def case_unread_bytes_when_the_rate_changes():
    """They stay, those in rp2's FIFO too; mimxrt forgets them."""
    for module, kept in ((_RING, b"abcd"), (_WHOLE, b"abcd"), (_FORGETFUL, b"")):
        dte, uart = _line(module, flow=False)
        uart.incoming += b"ab"
        uart.fresh += b"cd"
        dte.configure(9600, False, False)
        buf = bytearray(8)
        n = dte.readinto(buf)
        assert bytes(buf[:n]) == kept


def case_a_slow_rate_leaves_nothing_behind():
    """rp2 waits for a character's time: at 300 bit/s 44 ms, at the old rate again as before."""
    dte, uart = _line(_RING)
    times = [uart.timeout_char]
    for rate in (300, 115200):
        dte.configure(rate, True, True)
        times.append(uart.timeout_char)
    assert times == [1, 44, 1]
    dte.configure(300, True, True)
    assert dte.write(bytes(600), 0, 600) == 512 and dte.write(b"x", 0, 1) == 0
    uart.go_out(512)
    dte.configure(115200, True, True)
    assert dte.write(b"x", 0, 1) == 1 and dte.write(b"y", 0, 1) == 1


def case_still_watched():
    """By the same poller, for the same events."""
    dte, uart = _line(_RING)
    dte.set_events(OUT)
    dte.configure(9600, True, False)
    assert dte._poller.masks == {uart: OUT}
    dte.set_events(IN)
    assert dte._poller.masks == {uart: IN}


# Lines


def _dte(**lines):
    Pin.made.clear()
    return _RING.Dte(Poller(), RingUART(0, 64, baudrate=115200), _table(**lines))


def case_lines_of_the_host():
    """Active low or high as the table says. What drives the host is off until it is set."""
    for active in (0, 1):
        dte = _dte(dtr=21, dcd=22, dsr=23, ri="D5", active=active)
        assert sorted(str(name) for name in Pin.made) == ["21", "22", "23", "D5"]
        for name, set_line in ((22, dte.set_dcd), (23, dte.set_dsr), ("D5", dte.set_ri)):
            pin = Pin.made[name]
            assert pin.mode == Pin.OUT
            levels = [pin.level]
            for on in (True, False, True):
                set_line(on)
                levels.append(pin.level)
            assert levels == [1 - active, active, 1 - active, active]
        pin = Pin.made[21]
        assert pin.mode == Pin.IN and dte.dtr() is False  # not wired: its pull makes it off
        pin.level = active
        assert dte.dtr() is True
        pin.level = 1 - active
        assert dte.dtr() is False


def case_active_low_is_the_default():
    """Levels of a UART, as behind an RS-232 driver."""
    dte = _dte(dcd=22)
    dte.set_dcd(True)
    assert Pin.made[22].level == 0


def case_lines_that_are_not_named():
    """They read as on, and can be set all the same."""
    dte = _dte()
    for set_line in (dte.set_dcd, dte.set_dsr, dte.set_ri):
        set_line(True)
        set_line(False)
    assert dte.dtr() is True and Pin.made == {}
    lines = _RING.RadioLines({})
    lines.set_dtr(True)
    assert lines.carrier() is True and Pin.made == {}
    assert (lines.has_dtr, lines.keys) == (False, 0)


def _read(dte, size):
    """A read as one of a pass: DTR is asked before it."""
    on = dte.dtr()
    buf = bytearray(size)
    return on, bytes(buf[: dte.readinto(buf)])


def case_dtr_drops_after_the_bytes_that_came_before():
    """They are read first; what comes after the drop was seen is read after it."""
    dte = _dte(dtr=21)
    uart, pin = dte._uart, Pin.made[21]
    pin.level = 0
    uart.incoming += b"first"
    assert dte.dtr() is True and dte.dtr_drop_pending() is False
    pin.level = 1
    assert dte.dtr() is True and dte.dtr_drop_pending() is True
    uart.incoming += b"later"
    assert _read(dte, 3) == (True, b"fir") and dte.dtr_drop_pending() is True
    assert _read(dte, 8) == (True, b"st") and dte.readinto(bytearray(8)) == 0
    assert _read(dte, 8) == (False, b"later") and dte.dtr_drop_pending() is False
    # What comes while DTR is off and when it comes on is not held back.
    uart.incoming += b"off"
    assert _read(dte, 8) == (False, b"off")
    pin.level = 0
    uart.incoming += b"on"
    assert _read(dte, 8) == (True, b"on")


def case_a_drop_that_is_over_before_its_bytes_are_read_is_one():
    """DTR reads as off once, and then as on."""
    dte = _dte(dtr=21)
    uart, pin = dte._uart, Pin.made[21]
    pin.level = 0
    assert dte.dtr() is True
    uart.incoming += b"data"
    pin.level = 1
    assert dte.dtr() is True
    pin.level = 0
    uart.incoming += b"AT"
    assert _read(dte, 8) == (True, b"data")
    assert dte.dtr() is False
    assert _read(dte, 8) == (True, b"AT")


def case_a_drop_does_not_wait_for_bytes_that_configure_has_lost():
    """A UART that forgets what is unread (mimxrt) keeps nobody waiting."""
    Pin.made.clear()
    uart = ForgetfulUART(0, 64, baudrate=115200)
    dte = _FORGETFUL.Dte(Poller(), uart, _table(dtr=21))
    pin = Pin.made[21]
    pin.level = 0
    assert dte.dtr() is True
    uart.incoming += b"lost"
    pin.level = 1
    assert dte.dtr() is True
    dte.configure(9600, False, False)
    assert dte.dtr() is False and dte.dtr_drop_pending() is False


def case_lines_of_the_radio():
    """Its carrier is read, DTR driven."""
    for active in (0, 1):
        Pin.made.clear()
        lines = _RING.RadioLines({"dcd": 4, "dtr": 14, "active": active})
        assert (lines.has_dtr, lines.keys) == (True, 0)
        assert lines.carrier() is False
        Pin.made[4].level = active
        assert lines.carrier() is True
        levels = [Pin.made[14].level]
        for on in (True, False):
            lines.set_dtr(on)
            levels.append(Pin.made[14].level)
        assert levels == [1 - active, active, 1 - active]


def case_keys_of_the_radio():
    """Those that the board names, the milder first; none is pressed from the start."""
    keys = {"reset": 5, "power": 13}
    for names in (("reset", "power"), ("power",), ("reset",)):
        Pin.made.clear()
        lines = _RING.RadioLines({name: keys[name] for name in names})
        assert lines.keys == len(names)
        for key, name in enumerate(names):
            pin = Pin.made[keys[name]]
            levels = [pin.level]
            lines.press(key, True)
            levels.append(pin.level)
            lines.press(key, False)
            assert levels + [pin.level] == [1, 0, 1]


def case_events_of_the_host():
    """Watched for input from the start, and for what is wanted then."""
    poller = Poller()
    uart = RingUART(0, 64, baudrate=115200)
    dte = _RING.Dte(poller, uart, _table())
    masks = [poller.masks[uart]]
    for mask in (IN | OUT, 0, IN, IN):
        dte.set_events(mask)
        masks.append(poller.masks[uart])
    assert masks == [IN, IN | OUT, 0, IN, IN]
