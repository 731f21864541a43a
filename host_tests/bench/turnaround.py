"""How long the emulated chip takes to answer, by its own clock."""

from bench.report import row
from chip.on_chip import CHIP, RADIO, ModemOnChip, Peers

_IDLE, _BUSY = 200, 200  # lines
_UNEVEN_US = 1009  # between lines: they fall on any moment of a pass
_OK = b"\r\nOK\r\n"
_SIZES = (512, 64, 700)  # bytes of datagrams
_OVERHEAD = 36  # bytes of a datagram's headers and of PPP's frame
_FIRST_US = 5000


def idle(image):
    """AT to OK with nothing else to do, each line beginning at another moment."""
    with ModemOnChip(image) as modem:
        modem.started().online()
        return _rows("idle", [_line(modem, number) for number in range(_IDLE)], 5)


def _line(modem, number):
    took_us = modem.turnaround_us(b"AT\r", _OK)
    modem.pass_us(number * _UNEVEN_US % 10_000)
    return took_us


def busy(image, share):
    """The same with eight sockets: six that data comes for, a name and a connection that hang."""
    with ModemOnChip(image) as modem, Peers(modem.network) as peers:
        modem.started().online()
        peers.udp(53)  # a name server that says nothing
        clients = [modem.client(index, peers) for index in (1, 2, 3)]
        for index in (1, 2, 3):
            modem.ask(f"AT+WIPCREATE=1,{index},{9000 + index}", "OK", f"+WIPREADY: 1,{index}")
        for client in clients:
            client.setblocking(False)
            client.send(bytes(60_000))
        _wait_for_data(modem, 3)
        with _Storm(modem, peers, share):
            _wait_for_data(modem, 3)
            modem.ask('AT+WIPCREATE=2,4,"nobody.example",80', "OK")
            modem.ask('AT+WIPCREATE=2,5,"192.0.2.66",80', "OK")
            spans = [_line(modem, number) for number in range(_BUSY)]
        return _rows(f"busy, radio's line {share} % full", spans, 15)


def _wait_for_data(modem, sockets):
    """It is announced once, for so many."""
    for _ in range(sockets):
        modem.uart.until(b"+WIPDATA: ")
        modem.uart.until(b"\r\n")


class _Storm:
    """Datagrams that fill so much of the radio's line, in percent, for sockets nobody reads."""

    def __init__(self, modem, peers, share):
        self._modem = modem
        self._udp = peers.udp()
        self._bytes_us = RADIO["baudrate"] / 10 * share / 100 / 1e6
        self._number = 0
        self._next_us = 0

    def __enter__(self):
        self._next_us = self._modem.chip.now_us()
        self._modem.chip.on_time = self._blow

    def __exit__(self, *_):
        self._modem.chip.on_time = lambda now_us: None

    def _blow(self, now_us):
        while self._next_us <= now_us:
            self._number += 1
            size = _SIZES[self._number % len(_SIZES)]
            self._udp.sendto(bytes(size), (CHIP, 9001 + self._number % 3))
            self._next_us += (size + _OVERHEAD) / self._bytes_us


def first_ok(image):
    """From the chip's reset to the end of the first OK, asked every 5 ms."""
    with ModemOnChip(image) as modem:
        modem.started()
        boot_us = modem.chip.reset()["at"]
        while not modem.uart.read_available().endswith(_OK):
            modem.type(b"AT\r")
            modem.pass_us(_FIRST_US)
        took_us = modem.uart.stamps[-1][1] - boot_us
        return [row("chip: start to the first OK", took_us / 1000, "ms", 300, "low")]


def _rows(name, spans_us, goal):
    spans_us = sorted(spans_us)
    note = f"{len(spans_us)} lines, at 115200"
    for percent in 50, 99:
        took_us = spans_us[min(len(spans_us) * percent // 100, len(spans_us) - 1)]
        yield row(
            f"chip: AT to OK, {name}, p{percent}",
            took_us / 1000,
            "ms",
            goal if percent == 99 else None,
            "low",
            note,
        )
