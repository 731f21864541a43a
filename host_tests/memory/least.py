"""`make memory-least`: the smallest heap on which the tests pass, by halving.

    python -m memory.least [--low 64] [--high 256] [--step 4] [-k WORDS] [--chip]

A part has failed at its first test. On the chip all of `make test-chip` is one part, which takes
some ten minutes each time that it passes; an object that boot.py makes takes what is too much.
"""

import argparse
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chip.chip import Chip

_ROOT = Path(__file__).resolve().parents[2]
_REPORT = _ROOT / "build" / "memory-least.json"
_TESTS = _ROOT / "host_tests"

# What runs in a heap of its own, on the PC: the modem's process, or a modem with its test beside.
_PARTS = {
    "the modem, end to end": "test_e2e_*.py test_hosts.py test_radio_modem.py security",
    "nothing allocated, end to end": "test_alloc*.py",
    "transcripts, the player included": "test_transcripts.py",
    "cases, the fakes included": "test_cases.py",
}


_IMAGE = _ROOT / "build" / "pico" / "wipmodem-pico.uf2"
# Tests of the emulator alone, and those that bring a flash of their own, say nothing of the heap.
_CHIP_TESTS = "not harness and not flashing"
_WRITE_BOOT = """
import gc
gc.collect()
n = gc.mem_alloc() + gc.mem_free() - %d
with open('boot.py', 'w') as file:
    file.write('ballast = bytearray(%%d)' %% n)
"""


def main():
    parser = argparse.ArgumentParser(prog="make memory-least", description=__doc__.splitlines()[0])
    parser.add_argument("--low", type=int, default=64, help="wK that are too few (%(default)s)")
    parser.add_argument("--high", type=int, default=256, help="wK that will do (%(default)s)")
    parser.add_argument("--step", type=int, default=4, help="wK (%(default)s)")
    parser.add_argument("-k", default="", metavar="WORDS", help="only parts with these words")
    parser.add_argument("--chip", action="store_true", help="the emulated RP2040, not the PC")
    given = parser.parse_args()
    console = Console()
    found = {}
    for part, holds in (ON_CHIP if given.chip else ON_PC).items():
        if given.k in part:
            with console.status(part) as status:
                found[part] = least(given, holds, status)
            console.print(f"{part}: {found[part]} wK")
    console.print(shown(found))
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_text(json.dumps(found, indent=2) + "\n")


def least(given, holds, status):
    """The smallest size between two of which one is too few and the other will do."""
    low, high = given.low, given.high
    while high - low > given.step:
        middle = (low + high) // (2 * given.step) * given.step
        status.update(f"{middle} wK, between {low} and {high}")
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def on_pc(files, wk):
    """Whether the MicroPython half of these files passes with such a heap."""
    paths = [path for name in files.split() for path in sorted(_TESTS.glob(name))]
    return passes("-k", "micropython", *paths, HEAP=f"{wk}wK")


def on_chip(wk):
    """Whether the modem in the image passes with such a heap: the chip's but for a ballast."""
    with tempfile.TemporaryDirectory() as folder:
        flash = Path(folder) / "flash.bin"
        with Chip(_IMAGE, flash=flash) as chip:
            chip.exec(_WRITE_BOOT % (wk * 1024))
            chip.save()
        return passes(_TESTS / "chip", "-k", _CHIP_TESTS, CHIP_FLASH=str(flash))


def passes(*arguments, **environment):
    command = [sys.executable, "-m", "pytest", "-x", "-q", *map(str, arguments)]
    done = subprocess.run(
        command,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


ON_PC = {part: functools.partial(on_pc, files) for part, files in _PARTS.items()}
ON_CHIP = {"the modem on the RP2040": on_chip}


def shown(found):
    table = Table("MicroPython's part of", "passes with wK of heap")
    for part, wk in found.items():
        table.add_row(part, str(wk))
    return table


if __name__ == "__main__":
    sys.exit(main())
