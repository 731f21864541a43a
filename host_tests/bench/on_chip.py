"""`make bench-chip`: how fast the emulated RP2040 is, in its own time. Needs root.

    python -m bench.on_chip [--quick | --profile]

Writes build/bench-chip.json, which `make bench` shows beside its own figures. With --profile it
shows instead where the cycles go.
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, track

from bench import cycles
from bench.carry import WAYS, carry
from bench.report import row, table
from bench.turnaround import busy, first_ok, idle
from chip.transfer import share

_ROOT = Path(__file__).resolve().parents[2]
_IMAGE = _ROOT / "build" / "pico" / "wipmodem-pico.uf2"
_REPORT = _ROOT / "build" / "bench-chip.json"
_SPEEDS = (115200, 230400, 460800, 921600)
_GOALS = {(speed, way): 95 for speed in (115200, 230400) for way in WAYS}
_GOALS.update({(460800, way): 90 for way in ("to the host", "from the host")})


def throughput(speed, way):
    """The row of TCP one way, or both."""
    rates, _ = carry(_IMAGE, speed, way)
    shares = [round(100 * share(rate, speed), 1) for rate in rates]
    each = zip(shares, rates, strict=True)
    note = " and ".join(f"{part:g} % ({rate:.0f} B/s)" for part, rate in each)
    goal = _GOALS.get((speed, way))
    return [row(f"chip: TCP {way} at {speed}", min(shares), "%", goal, note=note)]


def measures(quick):
    """(what, function that gives its rows)"""
    for speed in _SPEEDS[: 1 if quick else None]:
        for way in WAYS:
            yield f"{way} at {speed}", lambda speed=speed, way=way: throughput(speed, way)
    yield "idle turnaround", lambda: idle(_IMAGE)
    for full in (50, 100):
        yield f"busy turnaround, {full} %", lambda full=full: busy(_IMAGE, full)
    yield "start", lambda: first_ok(_IMAGE)


def measure(quick, console):
    rows = []
    with Progress(console=console) as progress:
        plays = list(measures(quick))
        task = progress.add_task("", total=len(plays))
        for what, play in plays:
            progress.update(task, description=what)
            rows += play()
            progress.advance(task)
    _REPORT.write_text(json.dumps(rows, indent=2) + "\n")
    return table(rows)


def profile(console):
    return cycles.show(_IMAGE, track(WAYS, "cycles", console=console))


def main():
    parser = argparse.ArgumentParser(prog="make bench-chip", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="the first speed alone")
    parser.add_argument("--profile", action="store_true", help="where the cycles go at 921600")
    given = parser.parse_args()
    console = Console()
    console.print(profile(console) if given.profile else measure(given.quick, console))


if __name__ == "__main__":
    sys.exit(main())
