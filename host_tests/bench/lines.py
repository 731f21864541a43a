"""A serial line for each contender: a raw pty, and what the modem is told on it."""

import contextlib
import os
import pty
import select
import socket
import subprocess
import tty
from pathlib import Path

from interpreters import COMMANDS, environment

_MAIN = Path(__file__).resolve().parents[2] / "firmware" / "main.py"
_DTR_AND_RTS = b"\x03"
_PATIENCE_S = 10


@contextlib.contextmanager
def raw_pty():
    """Our end, and the one that is handed over; both descriptors are non-blocking."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    os.set_blocking(theirs, False)
    try:
        yield ours, theirs
    finally:
        os.close(theirs)
        os.close(ours)


def said(fd, ending):
    """What comes, up to this ending."""
    came = b""
    while not came.endswith(ending):
        if not select.select([fd], [], [], _PATIENCE_S)[0]:
            raise TimeoutError(f"waited for {ending!r}, there came {came!r}")
        came += os.read(fd, 4096)
    return came


def ask(fd, line, ending):
    """Have a line obeyed."""
    os.write(fd, line + b"\r")
    return said(fd, ending)


@contextlib.contextmanager
def process(command, *fds, **more):
    child = subprocess.Popen(command, pass_fds=fds, env=environment(), process_group=0, **more)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@contextlib.contextmanager
def modem(interpreter):
    """The firmware as `make serve` runs it: our end of its line, and the process."""
    lines, their_lines = socket.socketpair()
    lines.send(_DTR_AND_RTS)
    their_lines.setblocking(False)
    with raw_pty() as (ours, theirs), lines, their_lines:
        fds = theirs, their_lines.fileno()
        command = [
            *COMMANDS[interpreter],
            str(_MAIN),
            "--dte",
            str(fds[0]),
            "--lines",
            str(fds[1]),
        ]
        with process(command, *fds) as child:
            ask(ours, b"ATE0", b"OK\r\n")
            yield ours, child
