"""`make load-chip`: the emulated RP2040 under load, in its own time. Needs root.

    python -m load.on_chip [--minutes 60] [--cycle-minutes 5]

Bytes both ways at once, then connections; a line a minute where no bar can be shown.
"""

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from load import hour

_ROOT = Path(__file__).resolve().parents[2]
_IMAGE = _ROOT / "build" / "pico" / "wipmodem-pico.uf2"
_REPORT = _ROOT / "build" / "load-chip.json"


def main():
    parser = argparse.ArgumentParser(prog="make load-chip", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60, help="of bytes (%(default)s)")
    parser.add_argument("--cycle-minutes", type=int, default=5, help="(%(default)s)")
    given = parser.parse_args()
    console = Console()
    report = {}
    with Progress(console=console) as progress:
        for name, play, minutes in (
            ("bytes both ways", hour.play, given.minutes),
            ("connections", hour.play_cycles, given.cycle_minutes),
        ):
            task = progress.add_task(f"{name}, minutes of the chip's time", total=minutes)

            def tell(minute, figures, task=task):
                progress.update(task, completed=minute)
                if not console.is_terminal:
                    print(minute, figures, flush=True)

            if minutes:
                report[name] = play(_IMAGE, minutes, tell)
    console.print_json(data=report)
    _REPORT.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
