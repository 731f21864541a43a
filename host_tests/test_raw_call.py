"""The host's data call over the PC's radio port and the simulated radio, on both interpreters."""

import contextlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from interpreters import COMMANDS, environment

_HERE = Path(__file__).resolve().parent


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_bytes_of_all_values_come_back(interpreter):
    """In blocks, all of them in order; unread ones do not keep the loop busy; it hangs up."""
    with contextlib.ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(2)]
        for sock in sum(pairs, ()):
            stack.enter_context(sock)
        ours, theirs = ([str(sock.fileno()) for sock in ends] for ends in zip(*pairs, strict=True))
        for pair in pairs:
            pair[0].setblocking(False)
        sim = [sys.executable, "-B", str(_HERE / "radio" / "sim.py"), "--dial-ms", "0"]
        radio = subprocess.Popen(
            [*sim, "--fd", theirs[0], "--lines", theirs[1]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[int(fd) for fd in theirs],
        )
        stack.callback(radio.wait, 20)
        stack.callback(radio.terminate)
        words = [str(_HERE / "raw_call_probe.py"), "--radio", ours[0], "--radio-lines", ours[1]]
        done = subprocess.run(
            [*COMMANDS[interpreter], *words],
            env=environment(),
            pass_fds=[int(fd) for fd in ours],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.stdout, done.stderr) == (
        "code 1 speed 115200\nheard 40000 as sent True\nrests True\ncarrier False ignored False\n",
        "",
    )
