"""The loop of main.py on a real pty allocates nothing either, under real MicroPython."""

import os
import pty
import re
import socket
import subprocess
import tty
from pathlib import Path

import pytest

from interpreters import COMMANDS, environment
from launcher.openers import pty_events_fd
from serving import open_pty, read_until

_PROBE = Path(__file__).with_name("alloc_dte_probe.py")
_LINES = (b"ATE0", b"AT+WIPCFG=1", b"AT+WIPBR=4,6") + (b"AT", b"ATI", b"AT+WIPXSTAT?") * 40


@pytest.mark.parametrize("trail", [False, True])
def test_commands_on_a_pty_allocate_nothing(trail):
    """Real descriptors, real poll: the second half of the passes adds nothing to mem_total."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    ours, lines = socket.socketpair()
    lines.setblocking(False)
    ours.send(b"\3")
    fds = [master, lines.fileno()]
    command = [*COMMANDS["micropython"], _PROBE, "--dte", str(fds[0]), "--lines", str(fds[1])]
    if trail:
        name = os.ttyname(slave)
        os.close(slave)
        fds.append(pty_events_fd(name))
        command += ["--pty-events", str(fds[2])]
        slave = open_pty(name)
    probe = subprocess.Popen(command, pass_fds=fds, env=environment(), stdout=subprocess.PIPE)
    for line in _LINES:
        os.write(slave, line + b"\r")
        read_until(slave, b"OK\r\n")
    lines.close()
    ours.close()
    said, _ = probe.communicate(timeout=5)
    for fd in (slave, master, *fds[2:]):
        os.close(fd)
    assert re.fullmatch(rb"passes \d{3,}, second half allocated 0\n", said)
