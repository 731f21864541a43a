"""What atheris runs, with options of libFuzzer's: a program, its oracle, a transcript if it fails.

The fuzzer goes on after a failure: each kind is told of once, `FOUND path`, on standard output.
"""

import sys
from pathlib import Path

import atheris

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / part) for part in ("firmware", "boards/host", "host_tests")]

with atheris.instrument_imports(include=["wipmodem"]):
    import session  # noqa: F401 (it brings all of the core)

from fuzz import oracle, transcript


def _play(data):
    try:
        oracle.check(data)
    except oracle.Failure as failure:
        path = transcript.write(failure)
        if path:
            print("FOUND", path, flush=True)


def _command():
    """A program that runs this one again: libFuzzer starts itself anew to merge."""
    path = _ROOT / "build" / "fuzz" / "target"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -B "{__file__}" "$@"\n')
    path.chmod(0o755)
    return str(path)


if __name__ == "__main__":
    atheris.Setup([_command(), *sys.argv[1:]], _play)
    atheris.Fuzz()
