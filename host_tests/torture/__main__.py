"""`make torture`: all faults, on both interpreters; fails if one is not lived through.

python -m torture [WHAT ...]    see one_call.py
"""

import subprocess
import sys
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from interpreters import COMMANDS, environment

_ONE_CALL = Path(__file__).with_name("one_call.py")
_KINDS = ("ports", "names", "esp32", "lwip")
_HEAP = ["-X", "heapsize=512wK"]


def main(kinds):
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as bar:
        return max(_played(bar, py, what) for what in kinds or _KINDS for py in COMMANDS)


def _played(bar, interpreter, what):
    """The exit status; a bar of its own shows how far it is."""
    command = [*COMMANDS[interpreter], *(_HEAP if interpreter == "micropython" else [])]
    task = bar.add_task(f"{what}, {interpreter}", total=None)
    child = subprocess.Popen(
        [*command, str(_ONE_CALL), what, "1"],
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with child:
        for line in child.stdout:
            if line.startswith("ok "):
                bar.advance(task)
            elif line.endswith(" to play\n"):
                bar.update(task, total=int(line.split()[0]))
            elif not line.endswith(" passed\n"):
                bar.console.print(line, end="", markup=False, highlight=False, soft_wrap=True)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
