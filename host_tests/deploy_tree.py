"""A repository of its own for the tools: the firmware, and the stand-in as its one board.

tree = Tree(folder).make()
status, said, complained = tree.deploy(board.port)
"""

import contextlib
import functools
import io
import shutil
import subprocess
import time
from pathlib import Path
from unittest import mock

from mpremote import transport_serial
from serial.urlhandler import protocol_socket

from boards.tools import facts
from boards.tools.deploy.__main__ import main
from interpreters import COMMANDS

_ROOT = Path(__file__).resolve().parents[1]
_PC = _ROOT / "boards" / "host"
_PARTS = _ROOT / "host_tests" / "deploy_board"
_LEAVE = shutil.ignore_patterns("__pycache__")


class _Hasty:
    """`time` for pyserial, which sleeps when it closes, and mpremote, which polls each 10 ms."""

    monotonic = time.monotonic

    @staticmethod
    def sleep(duration_s):
        time.sleep(duration_s / 50)


class Tree:
    def __init__(self, folder):
        self.boards = folder / "boards"
        self.firmware = folder / "firmware"
        self.flash = folder / "flash"

    def make(self):
        """From the repository, with an empty flash."""
        self.flash.mkdir()
        shutil.copytree(_ROOT / "firmware", self.firmware, ignore=_LEAVE)
        (self.boards / "stand_in").mkdir(parents=True)
        parts = [_PARTS / name for name in ("board.py", "manifest.py")]
        parts += [_PC / name for name in ("net_linux.py", "net_micropython.py")]
        for part in parts:
            shutil.copy(part, self.boards / "stand_in")
        return self

    def copy(self, other):
        """The same as another tree, flash and all."""
        for name in ("boards", "firmware", "flash"):
            shutil.copytree(getattr(other, name), getattr(self, name))
        return self

    def edit(self, path, old, new):
        """Change one place of one file."""
        text = path.read_text()
        assert text.count(old) == 1, f"{old!r} is not once in {path}"
        path.write_text(text.replace(old, new))

    def on_flash(self):
        """{path: content} of all files there."""
        files = (path for path in self.flash.rglob("*") if path.is_file())
        return {str(path.relative_to(self.flash)): path.read_bytes() for path in files}

    def deploy(self, port, *options, board="stand_in"):
        """(status, standard output, standard error) of the tool."""
        return self.run(main, "--board", board, "--port", port, *options)

    def run(self, main, *arguments):
        """Any tool's, with the boards of this tree."""
        said, complained = io.StringIO(), io.StringIO()
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.object(facts, "BOARDS", self.boards))
            for module in (protocol_socket, transport_serial):
                stack.enter_context(mock.patch.object(module, "time", _Hasty))
            stack.enter_context(contextlib.redirect_stdout(said))
            stack.enter_context(contextlib.redirect_stderr(complained))
            status = main([str(each) for each in arguments])
        return status, said.getvalue(), complained.getvalue()


@functools.cache
def greeting():
    """How the tool names the stand-in's MicroPython."""
    code = "import sys; v, m = sys.implementation[1:3]; print('%d.%d.%d on' % v[:3], m)"
    command = [*COMMANDS["micropython"], "-c", code]
    return "deploy: MicroPython " + subprocess.check_output(command, text=True)
