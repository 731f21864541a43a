"""`make memory`: modules as bytecode, and the heap stage by stage.

python -m memory [--chip]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / part) for part in ("firmware", "boards/host")]

from boards.tools import size
from memory import heap

_IMAGE = _ROOT / "build" / "pico" / "wipmodem-pico.uf2"
_REPORT = _ROOT / "build" / "memory.json"
_BOARD = "pico"


def main():
    parser = argparse.ArgumentParser(prog="make memory", description=__doc__.splitlines()[0])
    parser.add_argument("--chip", action="store_true", help="on the emulated RP2040, too")
    given = parser.parse_args()
    console = Console()
    with console.status("compiling"):
        sizes = size.sizes(_BOARD)
    with console.status("starting the modem"), tempfile.TemporaryDirectory() as folder:
        stages = {"PC": heap.on_pc(Path(folder))}
    if given.chip:
        with console.status("starting the modem on the chip"):
            stages["RP2040"] = heap.on_chip(_IMAGE)
    console.print(modules(sizes))
    console.print(heaps(stages))
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_text(json.dumps({"modules": sizes, "heap": stages}, indent=2) + "\n")


def modules(sizes):
    table = Table("module", "bytes of .mpy", title=f"the firmware as files, {_BOARD}")
    for path, n in sizes.items():
        table.add_row(path, str(n))
    table.add_section()
    table.add_row("in all", str(sum(sizes.values())))
    return table


def heaps(stages):
    table = Table("bytes of MicroPython's heap", *stages)
    for what in stages["PC"]:
        table.add_row(what, *(str(figures[what]) for figures in stages.values()))
    return table


if __name__ == "__main__":
    sys.exit(main())
