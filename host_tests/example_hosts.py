"""The programs of examples/ as processes on a modem's pty, and peers that have time for them."""

import contextlib
import functools
import os
import subprocess
import sys
import time

from e2e import Modem, Peers
from serving import ROOT, read_some

PATIENCE_S = 60  # for a host that wakes a modem and visits data mode: seconds each
EXAMPLES = ROOT / "examples"
C = EXAMPLES / "c"
FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-Os"]


class PatientPeers(Peers):
    patience_s = PATIENCE_S


@functools.cache
def compiled(folder):
    """The C program, made by its own Makefile."""
    program = folder / "wipcat"
    subprocess.run(["make", "-s", "-C", C, f"OUT={program}"], check=True)
    return [str(program)]


def command(language, folder):
    python = [sys.executable, "-B", str(EXAMPLES / "python" / "wipcat.py")]
    return python if language == "python" else compiled(folder)


class Cat:
    """wipcat on a line: what is typed into it, and what it leaves behind."""

    def __init__(self, program, line, *words, said=b"", ends=True):
        pipe = subprocess.PIPE
        arguments = [*program, line, *map(str, words)]
        self._process = subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe)
        self._told = b""
        self.type(said)
        if ends:
            self.end_of_input()

    def pid(self):
        return self._process.pid

    def type(self, data):
        assert self._process.stdin
        os.write(self._process.stdin.fileno(), data)

    def end_of_input(self):
        assert self._process.stdin
        self._process.stdin.close()
        self._process.stdin = None

    def expect(self, line):
        """It tells this on standard error, whatever stands before it."""
        assert self._process.stderr
        fd = self._process.stderr.fileno()
        deadline = time.monotonic() + PATIENCE_S
        while line not in self._told.decode().splitlines():
            self._told += read_some(fd, deadline)

    def outcome(self):
        """(exit status, standard output, last line of standard error)."""
        out, err = self._process.communicate(timeout=PATIENCE_S)
        return self._process.returncode, out, (self._told + err).decode().splitlines()[-1]

    def kill(self):
        self._process.kill()
        self._process.communicate()


class Stage:
    """A modem that was just switched on, its peers, and the hosts that are run on it."""

    def __init__(self, program, modem, peers):
        self.peers = peers
        self.modem = modem
        self.path = modem.line.port
        self._program = program
        self._cats = []

    def cat(self, *words, **given):
        self._cats.append(Cat(self._program, self.path, *words, **given))
        return self._cats[-1]

    def end(self):
        for cat in self._cats:
            cat.kill()


@contextlib.contextmanager
def stage(program, folder, make=Modem):
    """On real MicroPython. Afterwards the modem must be of use to the next command."""
    with make("micropython", folder) as modem, PatientPeers() as peers:
        staged = Stage(program, modem, peers)
        modem.line.close()
        try:
            yield staged
        finally:
            staged.end()
        modem.next_host()
        # The last host may have left a session, which ends with its drop of DTR.
        modem.send("AT")
        assert modem.line.read_until(b"\r\nOK\r\n").endswith(b"\r\nOK\r\n")
