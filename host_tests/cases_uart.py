"""ports/uart.py over a stand-in of `machine`: reads and writes that never wait, pins. Both
interpreters."""

from chip_modules import (
    IN,
    OUT,
    UART,
    Machine,
    Pin,
    Poller,
    RingUART,
    WholeUART,
    allocated,
    load,
)

# Ports by what their UARTs do with a write.
_RING = load("uart", machine=Machine(RingUART))
_WHOLE = load("uart", machine=Machine(WholeUART))

_RATES = {"baudrate": 9600, "rxbuf": 64}
_TABLE = {"id": 1, "txbuf": 1024, "flow": False, "tx": 17, "rx": 16, "cts": 19, "rts": 18}
_TABLE.update(_RATES)


def _table(**changes):
    table = dict(_TABLE)
    table.update(changes)
    return table


def _ports(txbuf, module=_RING):
    """A serial port, and the UART under it."""
    uart = module.open_uart(_table(txbuf=txbuf))
    return module.Uart(uart, _table(txbuf=txbuf, whole=module is _WHOLE)), uart


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


def case_bytes_allocate_nothing():
    """Reading and writing, on either kind."""
    for module in (_RING, _WHOLE):
        port = module.Uart(Quiet(), _table(whole=module is _WHOLE))
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


# Lines


def _dte(**lines):
    Pin.made.clear()
    return _RING.Dte(Poller(), RingUART(0, 64), _table(**lines))


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
    uart = RingUART(0, 64)
    dte = _RING.Dte(poller, uart, _table())
    masks = [poller.masks[uart]]
    for mask in (IN | OUT, 0, IN, IN):
        dte.want(mask)
        masks.append(poller.masks[uart])
    assert masks == [IN, IN | OUT, 0, IN, IN]
