"""Real MicroPython in a board's place: a flash folder, a console, a reset that boots it anew.

`with StandIn(flash) as board:` boots. Its console is `board.port`, a TCP port that a reset cuts as
it cuts USB; what the board says while nobody listens is kept, and nobody is let in while it boots.
`board.dte` is the modem's own line.
"""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import tty
from pathlib import Path

_PARTS = Path(__file__).resolve().parent / "deploy_board"
_MICROPYTHON = Path(sys.executable).with_name("micropython")
_RESET = -signal.SIGKILL  # as machine.py does it
_BLOCK = 4096
_BOOTED = re.compile(rb"started\r?\n|Traceback|\r\n>>> ")
_CTRL_C = b"\x03"
_CAUGHT = re.compile(r"^SigCgt:\s*(\w+)$", re.MULTILINE)


class StandIn:
    """`faults`: the environment variables of deploy_board/. `boots` counts."""

    def __init__(self, flash, **faults):
        self.boots = 0
        self._flash = flash
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = f"socket://127.0.0.1:{self._door.getsockname()[1]}"
        self._host = None  # who has come through the door
        self._unheard = b""
        self._modem_end, self._dte_end = _raw_pty()
        self.dte = os.ttyname(self._dte_end)
        self._environment = {
            "MICROPYPATH": ".frozen",
            "STAND_IN_DTE": str(self._modem_end),
            **faults,
        }
        self._over, self._ends = os.pipe()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        os.close(self._ends)
        self._thread.join()
        self._unplug()
        self._door.close()
        for descriptor in (self._over, self._modem_end, self._dte_end):
            os.close(descriptor)

    def _run(self):
        while self._boot():
            self._unplug()

    def _boot(self):
        """From power on to a reset; was it one?"""
        self.boots += 1
        console, line = _raw_pty()
        process = subprocess.Popen(
            ["setsid", "--ctty", _MICROPYTHON, "-i", _PARTS / "boot.py"],
            cwd=self._flash,
            env=self._environment,
            pass_fds=[self._modem_end],
            stdin=line,
            stdout=line,
            stderr=line,
        )
        os.close(line)
        ended = self._pump(process, console)
        if not ended:
            process.kill()
        os.close(console)
        return process.wait() == _RESET and ended

    def _pump(self, process, console):
        """Bytes both ways; True when the board has ended, False when the test is over."""
        said = b""
        while True:
            given = [self._over, console]
            if _BOOTED.search(said):
                given += [self._door, *filter(None, [self._host])]
            ready = select.select(given, [], [])[0][0]
            if ready == self._over:
                return False
            if ready == self._door:
                self._unplug()
                self._host = self._door.accept()[0]
                self._host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._tell(b"")
            elif ready == self._host:
                _type(process, console, self._heard())
            else:
                data = self._tell(_read(console))
                if not data:
                    return True
                said += data

    def _heard(self):
        """What the host says; it leaves by saying nothing."""
        data = _read(self._host.fileno())
        if not data:
            self._unplug()
        return data

    def _tell(self, data):
        """To the host, now or when it comes."""
        self._unheard += data
        if self._host:
            try:
                self._host.sendall(self._unheard)
            except OSError:  # it has left, and the next one will hear this
                self._unplug()
            else:
                self._unheard = b""
        return data

    def _unplug(self):
        if self._host:
            self._host.close()
        self._host = None


def _read(descriptor):
    """What has come; nothing at the end, however it comes."""
    try:
        return os.read(descriptor, _BLOCK)
    except OSError:
        return b""


def _type(process, console, data):
    """Ctrl-C interrupts a program, and is a character to a REPL that reads, as on a chip."""
    before, *others = data.split(_CTRL_C)
    os.write(console, before)
    for text in others:
        os.write(console, text if _interrupted(process.pid) else _CTRL_C + text)


def _interrupted(pid):
    """Where MicroPython catches SIGINT; elsewhere that would kill it. Decided while it stands."""
    os.kill(pid, signal.SIGSTOP)
    os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    caught = _CAUGHT.search(Path(f"/proc/{pid}/status").read_text())
    program = bool(caught and int(caught[1], 16) >> (signal.SIGINT - 1) & 1)
    if program:
        os.kill(pid, signal.SIGINT)
    os.kill(pid, signal.SIGCONT)
    return program


def _raw_pty():
    """(master, slave)."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    return master, slave
