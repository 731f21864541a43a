"""`make` on a machine that has Python, make and pip, and nothing else: a fresh Debian."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from serving import ROOT, read_some

_PATIENCE_S = 300  # pip fetches what runs the modem
# Debian's python3 without the package python3-venv has no ensurepip.
_DEBIAN = """\
#!/bin/sh
case "$*" in
*--without-pip*) ;;
*ensurepip*|"-m venv"*) echo "ensurepip is not available" >&2; exit 1;;
esac
exec {} "$@"
"""
_NO_PIP = """\
#!/bin/sh
case "$*" in *"-m pip"*) echo "No module named pip" >&2; exit 1;; esac
exec {} "$@"
"""


@pytest.fixture
def checkout(tmp_path):
    """What `make serve` needs, before anything was made there."""
    for name in ("boards/host", "firmware"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "Makefile", tmp_path)
    return tmp_path


@contextlib.contextmanager
def make(checkout, python, *words):
    """make with a Python that is this script; nothing of it is left."""
    program = checkout / "python"
    program.write_text(python.format(Path(sys.executable).resolve()))
    program.chmod(0o755)
    # Not the environment of a make that runs this test.
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    made = subprocess.Popen(
        ["make", "-C", checkout, f"PYTHON={program}", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean,
        start_new_session=True,
    )
    try:
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(made.pid, signal.SIGTERM)
        made.communicate()


def test_a_modem_is_served_without_ensurepip(checkout):
    """With the system's pip, which installs into .venv."""
    said = b""
    deadline = time.monotonic() + _PATIENCE_S
    with make(checkout, _DEBIAN, "serve", f"DTE=pty:{checkout}/modem") as made:
        assert made.stdout and made.stderr
        while b"\nDTE ready: " not in said:
            said += read_some(made.stdout.fileno(), deadline)
        os.killpg(made.pid, signal.SIGINT)
        made.wait(_PATIENCE_S)
        assert made.stderr.read() == b""
    assert b"\nPreparing .venv to run the modem (first use only)\n" in said
    programs = checkout / ".venv" / "bin"
    assert not (programs / "pip").exists()
    # Again, by a person who has activated .venv: what is needed has changed.
    (checkout / "boards" / "host" / "requirements.txt").touch()
    done = subprocess.run(
        ["make", "-C", checkout, ".venv/run.stamp"],
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_python_without_pip_is_told(checkout):
    """In words that name the cure."""
    with make(checkout, _NO_PIP, "serve") as made:
        assert made.stderr and made.wait(_PATIENCE_S) != 0
        said = made.stderr.read()
    assert b"No module named pip" in said
    assert b"\nmake needs pip 22.3 or later: apt install python3-pip, or set PYTHON=\n" in said
