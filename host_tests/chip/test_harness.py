"""The harness itself, on plain MicroPython: time, bytes, pins, flash and resets."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from bench.cycles import Code, linker_map
from chip.chip import Chip

_HERE = Path(__file__).resolve().parent
_NOISE = random.Random(1).randbytes
_UART = "from machine import UART, Pin\nfrom time import sleep_ms\n"
_CYCLES_US = 125  # in a microsecond
_ECHO = """
while True:
    n = u.any()
    if n:
        u.write(u.read(n))
"""


@pytest.fixture
def chip(plain_image):
    with Chip(plain_image) as chip:
        yield chip


def _line_us(n, baud):
    return n * 10 * 1_000_000 / baud


def _mpremote(chip, *words):
    """What mpremote prints, as run by a person."""
    command = [sys.executable, "-m", "mpremote", "connect", chip.console, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_translated_instructions_do_what_the_interpreter_does():
    """A quarter of all of them, from random states."""
    done = subprocess.run(["node", _HERE / "check_thumb.mjs"], capture_output=True, text=True)
    assert done.stdout.endswith(" steps compared, 0 differ\n"), done.stdout[-2000:] + done.stderr


def test_the_repl_runs_code(chip):
    """Output comes back whole; an exception fails the test with the chip's words."""
    assert chip.exec("print(6 * 7)\nprint('two')") == "42\ntwo\n"
    with pytest.raises(AssertionError, match="NameError: name 'nobody' isn't defined"):
        chip.exec("nobody")


def test_a_profile_counts_all_cycles_and_those_within_a_function(chip, plain_image):
    """A read that waits for 300 ms in vain is nearly all that there is to do."""
    code = Code(linker_map(plain_image))
    [read] = code.addresses(["mp_machine_uart_read"])
    chip.exec("from machine import UART\nu = UART(0, timeout=300)")
    before = chip.stats()
    with chip.profiled([read]) as seen:
        chip.exec("u.read(1)")
    after = chip.stats()
    counted, within = sum(seen["cycles"].values()), seen["within"][read]
    # Four times in whole microseconds.
    awake_us = after["at"] - before["at"] - after["slept"] + before["slept"]
    assert 299_000 * _CYCLES_US < within < counted <= (awake_us + 2) * _CYCLES_US
    assert code.part(read) == "the UARTs' driver, its interrupts too"


def test_time_passes_as_fast_as_the_wall_clock_at_most(chip):
    """Idle or busy, over resets too."""
    chip.exec("import time\ntime.sleep_ms(300)")
    chip.reset()
    stats = chip.stats()
    assert stats["at"] <= stats["wall"]


def test_an_echo_takes_the_time_of_the_line(chip):
    """2000 bytes at 115200: each way takes ten bits a byte, within 1 %."""
    chip.start(_UART + "u = UART(0, 115200, txbuf=4096, rxbuf=4096)" + _ECHO)
    uart, data = chip.uart[0], _NOISE(2000)
    first = uart.write(b"!").done_us
    uart.expect(b"!")
    echoed = len(uart.stamps)
    last = uart.write(b"?" + data)
    uart.expect(b"?" + data)
    from_us, to_us = uart.stamps[echoed][0], uart.stamps[-1][1]
    assert to_us - from_us == pytest.approx(_line_us(len(data) + 1, 115200), rel=0.01)
    assert last.done_us - first > _line_us(len(data) + 1, 115200) * 0.99
    assert to_us > last.done_us
    assert uart.overruns == 0


def test_rts_holds_the_far_end_while_the_chip_is_slow(chip):
    """Both directions at once at 230400: the chip reads in small bites and nothing is lost."""
    chip.start(
        _UART
        + """
u = UART(0, 230400, txbuf=256, rxbuf=256, flow=UART.RTS | UART.CTS, rts=Pin(3), cts=Pin(2))
while True:
    b = u.read(64)
    if b:
        sleep_ms(5)
        while b:
            b = b[u.write(b) or 0:]
"""
    )
    uart, data = chip.uart[0], _NOISE(6000)
    ticket = uart.write(data)
    uart.expect(data)
    assert uart.overruns == 0
    assert {on for _, on in uart.rts_events} == {True, False}
    assert ticket.done_us - uart.stamps[0][0] > 1.5 * _line_us(len(data), 230400)


def test_cts_holds_the_chip(chip):
    """It sends the byte under way and no other until CTS is on again."""
    uart = chip.uart[1]
    uart.cts(False)
    chip.exec(
        _UART
        + "u = UART(1, 9600, tx=Pin(4), rx=Pin(5), cts=Pin(6), flow=UART.CTS)\n"
        + "u.write(b'held')\nsleep_ms(50)\nprint(u.txdone())"
    )
    assert uart.read_available() == b""
    uart.cts(True)
    uart.expect(b"held")


def test_bytes_that_find_no_room_are_counted(chip):
    """Without flow control a chip that does not read keeps its buffer and FIFO, in order."""
    chip.exec(_UART + "u = UART(0, 115200, rxbuf=256)")
    data = _NOISE(1000)
    chip.uart[0].write(data).done_us  # noqa: B018
    kept = eval(chip.exec("b = b''\nwhile u.any():\n    b += u.read(u.any())\nprint(b)"))
    assert kept == data[: len(kept)]
    assert chip.uart[0].overruns == len(data) - len(kept) == 1000 - 256 - 32


def test_rx_idle_calls_back(chip):
    """Once for each burst, 32 bit times after it: PPP lives on it."""
    chip.exec(
        _UART
        + """
import time
at = []
u = UART(1, 115200, rxbuf=1024)
u.irq(lambda u: at.append((time.ticks_us(), u.any())), UART.IRQ_RXIDLE, hard=False)
"""
    )
    done = [chip.uart[1].write(_NOISE(n)).done_us for n in (5, 100)]
    assert done[1] > done[0]
    assert eval(chip.exec("sleep_ms(5)\nprint([n for _, n in at][-1])")) == 105


def test_ppp_is_there(chip):
    """The image has what the modem's bearer needs."""
    assert chip.exec("import network\nprint(network.PPP)") == "<class 'PPP'>\n"


def test_a_uart_as_a_socket(chip):
    """A program with a descriptor can be joined to it."""
    chip.start(_UART + "u = UART(1, 115200, txbuf=1024, rxbuf=1024)" + _ECHO)
    data = _NOISE(1000)
    with chip.uart[1].socket() as joined:
        joined.settimeout(60)
        joined.sendall(data)
        assert joined.makefile("rb").read(len(data)) == data


def test_pins_both_ways(chip):
    """The chip reads what is driven, its own pulls else; the client sees its outputs."""
    chip.pin[4].set(False)
    chip.exec(
        "from machine import Pin\na = Pin(4, Pin.IN, Pin.PULL_UP)\nb = Pin(6, Pin.IN, Pin.PULL_UP)"
    )
    assert chip.exec("print(a(), b())") == "0 1\n"
    chip.pin[4].set(True)
    assert chip.exec("print(a(), b())") == "1 1\n"
    assert chip.pin[5].value() is None
    chip.exec("c = Pin(5, Pin.OUT, value=1)")
    chip.pin[5].wait(True)
    chip.exec("c(0)")
    chip.pin[5].wait(False)
    assert [(pin, on) for _, pin, on in chip.pin_events if pin == 5][-2:] == [
        (5, True),
        (5, False),
    ]


def test_a_pin_interrupts(chip):
    """Both edges, in order."""
    chip.pin[7].set(False)
    chip.exec(
        "from machine import Pin\nseen = []\np = Pin(7, Pin.IN)\n"
        "p.irq(lambda p: seen.append(p()), Pin.IRQ_RISING | Pin.IRQ_FALLING)"
    )
    for on in (True, False, True):
        chip.pin[7].set(on)
        assert chip.exec("print(seen[-1])") == f"{int(on)}\n"


def test_a_file_outlives_reset_and_power(plain_image, tmp_path):
    """Copied by mpremote, there after machine.reset() and on another chip with the same flash."""
    flash, source = tmp_path / "flash.bin", tmp_path / "kept.txt"
    source.write_text("kept\n" * 1000)
    read = "print(open('kept.txt').read() == 'kept\\n' * 1000)"
    with Chip(plain_image, flash=flash) as chip:
        _mpremote(chip, "fs", "cp", str(source), ":kept.txt")
        assert _mpremote(chip, "fs", "ls") == "ls :\n        5000 kept.txt\n"
        _mpremote(chip, "reset")
        chip.booted()
        assert chip.exec(read) == "True\n"
        chip.exec("import os\nos.mkdir('later')")
    with Chip(plain_image, flash=flash) as chip:
        assert (
            chip.exec(read + "\nimport os\nprint(os.listdir())") == "True\n['kept.txt', 'later']\n"
        )


def test_the_watchdog_resets(chip):
    """Not while it is fed; 500 ms after the last time."""
    chip.start(
        "import machine, time\nw = machine.WDT(timeout=500)\n"
        "p = machine.Pin(5, machine.Pin.OUT, value=0)\n"
        "for i in range(10):\n    time.sleep_ms(200)\n    w.feed()\np(1)"
    )
    chip.pin[5].wait(True)
    [fed_us] = [at for at, pin, on in chip.pin_events if (pin, on) == (5, True)]
    assert chip.booted()["at"] - fed_us == pytest.approx(500_000, rel=0.01)
    assert (
        chip.exec("import machine\nprint(machine.reset_cause() == machine.WDT_RESET)") == "True\n"
    )


def test_a_reset_from_outside_stops_the_program(chip):
    """As the RUN pin does: pins are released, the program is gone, RAM is Python's again."""
    chip.start("from machine import Pin\nPin(5, Pin.OUT, value=1)\nwhile True:\n    pass")
    chip.pin[5].wait(True)
    chip.reset()
    assert chip.pin[5].value() is None
    assert (
        chip.exec("import machine\nprint(machine.reset_cause() == machine.PWRON_RESET)")
        == "True\n"
    )
