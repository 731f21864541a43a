"""The session in README.md works as printed.

It stands between ```session and ```, a step a line, of two terminals called modem and peer:

    # words             for the reader; also behind two blanks at the end of a line
    modem $ make run    start a program: `make run`, or `nc HOST PORT`
    modem > AT          type this and Enter; `+++` goes between two silences, without Enter
    modem < OK          this line appears next, whatever empty lines stand before it

What is typed to a modem in command mode appears too, since echo is on: that is expected unsaid.
make's part is left out, and port 7000 replaced by one that is free.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from boards.tools import session
from e2e import GUARD_S, at_once, free_port
from serving import PATIENCE_S, ROOT, read_some
from test_console import Keyboard

_BLOCK = re.compile(r"^```session\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"(modem|peer) +([$><]) (.+?)(?:  +#.*)?")
_STAND_IN = [sys.executable, str(Path(__file__).with_name("peer_nc.py"))]
_LEAVE = "\x1d"


class Lines:
    """What appears on a terminal, line by line. Empty lines do not count."""

    def __init__(self, fd):
        self._fd = fd
        self._seen = b""

    def expect(self, line):
        deadline = time.monotonic() + PATIENCE_S
        while not (match := re.match(rb"[\r\n]*([^\r\n]+)[\r\n]", self._seen)):
            self._seen += read_some(self._fd, deadline)
        self._seen = self._seen[match.end() :]
        assert match[1].decode() == line


class ModemTerminal:
    """The console of `make run`, and somebody at it."""

    def __init__(self, interpreter, folder):
        program = ("--py", interpreter, "--program", ROOT / "firmware" / "main.py")
        self._keyboard = Keyboard(folder, *program)
        self._lines = Lines(self._keyboard.fd)
        self._online = False

    def start(self, command):
        assert command == "make run"
        self._keyboard.read("/log\r\n\r\n")
        self._keyboard.wait_until_raw()

    def type(self, text):
        if text == "+++":
            time.sleep(GUARD_S)
            self._keyboard.type(text)
            self._online = False
            return
        self._keyboard.type(text + "\r")
        if not self._online:
            self._lines.expect(text)

    def expect(self, line):
        self._lines.expect(line)
        self._online = self._online or line == "CONNECT"

    def end(self, done):
        with self._keyboard as keyboard:
            if done:
                keyboard.type("AT\r")
                self._lines.expect("AT")
                self._lines.expect("OK")
                keyboard.type(_LEAVE)
                assert keyboard.status() == 0


class PeerTerminal:
    """nc, or its stand-in."""

    def __init__(self, program):
        self._program = program
        self._process = None

    def start(self, command):
        name, *arguments = command.split()
        assert name == "nc"
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([*self._program, *arguments], stdin=pipe, stdout=pipe)
        assert self._process.stdin and self._process.stdout
        self._keys = self._process.stdin.fileno()
        self._lines = Lines(self._process.stdout.fileno())

    def type(self, text):
        os.write(self._keys, text.encode() + b"\n")

    def expect(self, line):
        self._lines.expect(line)

    def end(self, _done):
        if self._process:
            self._process.kill()
            self._process.communicate()


def steps(text):
    """(terminal, sign, words) of each line."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = _STEP.fullmatch(line)
            assert match, f"not a step of a session: {line}"
            yield match.groups()


def play(text, interpreter, program, folder):
    folder.mkdir()
    text = re.sub(r"\b7000\b", str(free_port()), text)
    terminals = {"modem": ModemTerminal(interpreter, folder), "peer": PeerTerminal(program)}
    actions = {"$": "start", ">": "type", "<": "expect"}
    done = False
    try:
        for name, sign, words in steps(text):
            getattr(terminals[name], actions[sign])(words)
        done = True
    finally:
        for terminal in terminals.values():
            terminal.end(done)


def test_session(tmp_path):
    """With nc and MicroPython, as a reader has them, and with the stand-in and CPython."""
    match = _BLOCK.search((ROOT / "README.md").read_text())
    assert match, "README.md has no session"
    nc = shutil.which("nc")
    at_once(
        lambda: play(match[1], "micropython", [nc] if nc else _STAND_IN, tmp_path / "nc"),
        lambda: play(match[1], "cpython", _STAND_IN, tmp_path / "stand_in"),
    )


def test_the_picture_is_that_of_the_session():
    """Drawn anew it would be the same: python -m boards.tools.session draws it."""
    text = (ROOT / "README.md").read_text()
    assert session.PICTURE.read_text() == session.picture(text)
    assert len(list(session.steps(text))) == len(list(steps(_BLOCK.search(text)[1])))
