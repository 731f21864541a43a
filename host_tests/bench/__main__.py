"""`make bench`: the modem beside others, in turns, so that a busy machine slows all of them.

python -m bench [--rounds 5]
python -m bench --fleet          many modems in one process, and nothing else
"""

import argparse
import functools
import json
import statistics
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / part) for part in ("firmware", "boards/host")]

from bench import counted, fleet, report
from bench.commands import ANSWERERS, rate
from bench.pump import pump
from bench.relays import RELAYS
from interpreters import COMMANDS

_BUILD = _ROOT / "build"
_CHIP = _BUILD / "bench-chip.json"
_MB = 1 << 20
_WAYS = {
    "to the peer": (32 * _MB, 0),
    "to the host": (0, 32 * _MB),
    "both ways": (16 * _MB, 16 * _MB),
}
_WARM = 1 << 16
_LINES = 2000
_SLOW_LINES = 50  # of pyatcommand, which looks every 10 ms
_GOAL = 80


def main():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="of each pair (%(default)s)")
    parser.add_argument("--fleet", action="store_true", help="make serve COUNT=N, nothing else")
    given = parser.parse_args()
    console = Console()
    with Progress(console=console) as progress:
        track = functools.partial(_track, progress)
        figures = fleets(track)
    console.print(report.fleets(figures))
    if given.fleet:
        return
    with Progress(console=console) as progress:
        track = functools.partial(_track, progress)
        rows = [*relays(track, given.rounds), *commands(track, given.rounds), *costs(track)]
        idle = idle_shares(track, given.rounds)
    rows.append(report.row("idle pass, 16 sockets", idle[-1][1], "% of none", good="low"))
    if _CHIP.exists():
        rows += json.loads(_CHIP.read_text())
    else:
        console.print("no figures of the chip: make bench-chip gives them")
    rows += [row for py, each in figures for row in report.fleet_rows(py, each)]
    report.write(_BUILD, rows, idle)
    console.print(report.table(rows))


def _track(progress, work, description):
    return progress.track(work, description=description)


def fleets(track):
    """[(interpreter, figures)], of each number of modems."""
    turns = [(py, count) for py in COMMANDS for count in fleet.COUNTS]
    return [(py, fleet.measure(count, py)) for py, count in track(turns, "fleets")]


def relays(track, rounds):
    """Rows of each way, from rates measured in turns."""
    turns = [(way, name) for way in _WAYS for _ in range(rounds) for name in RELAYS]
    rates = {}
    for way, name in track(turns, "relays"):
        with RELAYS[name]() as link:
            amounts = _WAYS[way]
            pump(link, *[min(n, _WARM) for n in amounts])
            rates.setdefault((way, name), []).append(pump(link, *amounts) / _MB)
    for way in _WAYS:
        for py in COMMANDS:
            ours = rates[way, f"the modem, {py}"]
            yield _share(f"TCP {way}, {py}", ours, rates[way, f"a bare loop, {py}"], "MB/s", _GOAL)
        for other in ("socat", "ser2net"):
            ours = rates[way, "the modem, micropython"]
            yield _share(f"TCP {way}, micropython, of {other}", ours, rates[way, other], "MB/s")


def commands(track, rounds):
    turns = [name for _ in range(rounds) for name in ANSWERERS]
    rates = {}
    for name in track(turns, "commands"):
        with ANSWERERS[name]() as host:
            count = _SLOW_LINES if name == "pyatcommand" else _LINES
            rates.setdefault(name, []).append(rate(host, count))
    for py in COMMANDS:
        ours = rates[f"the modem, {py}"]
        yield _share(f"commands, {py}", ours, rates[f"a bare loop, {py}"], "a second")
        times = statistics.median(ours) / statistics.median(rates["pyatcommand"])
        yield report.row(f"commands, {py}, of pyatcommand", times, "times")


def _share(name, ours, others, unit, goal=None):
    """Of the medians: a round's own ratio is of two moments."""
    one, other = statistics.median(ours), statistics.median(others)
    note = f"{one:.3g} of {other:.3g} {unit}"
    return report.row(name, round(100 * one / other), "%", goal, note=note)


def costs(track):
    for name, (work, amount) in track(list(counted.WORKS.items()), "instructions"):
        count = counted.instructions(_ROOT, work) / amount
        yield report.row(name, round(count / 1000, 1), "thousand instructions", good="low")


def idle_shares(track, rounds):
    """[(sockets, % of an idle pass without any)]: of each the quickest round."""
    turns = [n for _ in range(rounds) for n in counted.SOCKETS]
    took = {}
    for sockets in track(turns, "idle passes"):
        ns = counted.idle_ns(_ROOT, sockets)
        took[sockets] = min(ns, took.get(sockets, ns))
    return [(n, round(100 * took[n] / took[0])) for n in counted.SOCKETS]


if __name__ == "__main__":
    sys.exit(main())
