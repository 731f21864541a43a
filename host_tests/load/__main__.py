"""`make load`: each item at length on real MicroPython and on CPython; then the figures.

python -m load [--py micropython] [--gb 1] [--cycles 10000] [-k WORDS]
"""

import argparse
import functools
import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / part) for part in ("firmware", "boards/host")]

from e2e import Peers
from interpreters import COMMANDS
from load import bulk, cycles
from load.items import ITEMS, play
from load.rig import LoadedModem

_REPORT = _ROOT / "build" / "load.json"
_COLUMNS = ("item", "on", "seconds", "amount")  # the other keys are figures


def main():
    given = arguments()
    lengths = {cycles.play: given.cycles, bulk.play: int(given.gb * 1e9)}
    chosen = [item for item in ITEMS if given.k in item.name]
    console = Console()
    bars = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*bars, console=console) as progress:
        results = [
            measured(progress, item, interpreter, lengths.get(item.play, item.long))
            for interpreter in given.py or COMMANDS
            for item in chosen
        ]
    console.print(table(results))
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_text(json.dumps(results, indent=2) + "\n")
    return any("failure" in result for result in results)


def arguments():
    parser = argparse.ArgumentParser(prog="make load", description=__doc__.splitlines()[0])
    parser.add_argument("--py", action="append", choices=COMMANDS)
    parser.add_argument("--gb", type=float, default=1, help="10**9 bytes each way (%(default)s)")
    parser.add_argument("--cycles", type=int, default=10_000, help="(%(default)s)")
    parser.add_argument("-k", default="", metavar="WORDS", help="only items with these words")
    return parser.parse_args()


def measured(progress, item, interpreter, amount):
    """One item, its figures or its failure."""
    task = progress.add_task(f"{interpreter}: {item.name}", total=amount or None)
    began = time.monotonic()
    result = {"item": item.name, "on": interpreter, "amount": amount}
    try:
        with tempfile.TemporaryDirectory() as folder:
            with LoadedModem(interpreter, Path(folder)) as modem, Peers() as peers:
                tell = functools.partial(_show, progress, task)
                result |= play(item, modem.online(), peers, amount, tell)
    except Exception as failure:
        result["failure"] = f"{type(failure).__name__}: {failure}"
    progress.update(task, total=amount or 1, completed=amount or 1)
    return result | {"seconds": round(time.monotonic() - began, 1)}


def _show(progress, task, done):
    progress.update(task, completed=done)


def table(results):
    shown = Table("item", "on", "figures", "s", box=None)
    for result in results:
        figures = {key: result[key] for key in result if key not in _COLUMNS}
        words = ", ".join(f"{key} {value}" for key, value in figures.items())
        colour = "red" if "failure" in result else ""
        shown.add_row(result["item"], result["on"], words, str(result["seconds"]), style=colour)
    return shown


if __name__ == "__main__":
    sys.exit(main())
