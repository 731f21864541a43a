"""The two interpreters that everything runs on, as commands for tests."""

import functools
import os
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PATHS = (_HERE.parent / "firmware", _HERE.parent / "boards" / "host", _HERE)

# MicroPython's; `w` are words, so that it holds what as many KB do on a chip. See memory/least.py.
HEAP = os.environ.get("HEAP", "256wK")

COMMANDS = {
    "cpython": [sys.executable, "-B"],
    "micropython": [str(Path(sys.executable).with_name("micropython")), "-X", f"heapsize={HEAP}"],
}


def environment():
    """With the firmware, the PC's board and the tests on the path of either."""
    path = ":".join(str(path) for path in _PATHS)
    return dict(
        os.environ,
        PYTHONPATH=path,
        MICROPYPATH=path + ":.frozen",
        WIPMODEM_PYTHON=sys.executable,
    )


@functools.cache
def output(interpreter, script, *arguments, heap=None):
    """What host_tests/script prints, standard error behind standard output; run only once.

    heap: another size of MicroPython's, for a script that brings much besides a modem."""
    larger = ["-X", "heapsize=" + heap] if heap and interpreter == "micropython" else []
    command = [*COMMANDS[interpreter], *larger, str(_HERE / script), *arguments]
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout + done.stderr
