"""The console of `make run`, at a real terminal: a pty with somebody at its keyboard."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from serving import PATIENCE_S, ROOT, STAND_IN, read_until, wait_until


def start_console(tmp_path, stdin, stdout, stderr, *options):
    """console.py with the stand-in modem, its private directory in tmp_path."""
    script = ROOT / "boards" / "host" / "console.py"
    return subprocess.Popen(
        [
            sys.executable,
            script,
            "--py",
            "cpython",
            "--program",
            STAND_IN,
            "--until",
            str(os.getpid()),
            *options,
        ],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )


class Keyboard:
    """console.py with the stand-in modem, and the user's side of its terminal."""

    def __init__(self, tmp_path, *options):
        self.fd, self._terminal = pty.openpty()
        self._before = termios.tcgetattr(self._terminal)
        self.process = start_console(tmp_path, *[self._terminal] * 3, *options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.fd)
        os.close(self._terminal)

    def read(self, end):
        return read_until(self.fd, end.encode()).decode()

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait_until_raw(self):
        wait_until(lambda: termios.tcgetattr(self._terminal) != self._before)

    def status(self):
        """The exit status, once it has ended and the terminal is as it was before."""
        status = self.process.wait(PATIENCE_S)
        assert termios.tcgetattr(self._terminal) == self._before
        return status


@pytest.fixture
def user(tmp_path):
    """At a console that is ready."""
    with Keyboard(tmp_path) as keyboard:
        greeting = keyboard.read("/log\r\n\r\n")
        assert "Type AT and press Enter" in greeting and "Ctrl-] leaves" in greeting
        keyboard.wait_until_raw()
        yield keyboard


def test_keys_reach_the_modem_and_answers_the_screen(user, tmp_path):
    user.type("AT\r")
    assert user.read("\r").endswith("AT\r")
    # Backspace goes out as BS and comes back as one; Ctrl-C is a byte like any other.
    user.type("X\x7f\x03\x11é\n")
    assert user.read("\n").endswith("X\b \b␃␑é\r\n")
    user.type("\x1d")
    assert user.status() == 0
    assert list(tmp_path.iterdir()) == []


def test_the_menu_survives_what_a_pty_cannot_show(user):
    user.type("\x14\x09")
    user.read("--- not on this line: ")
    user.type("AT\r")
    user.read("AT\r")
    user.type("\x14q")
    assert user.status() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_gives_the_terminal_back(user, number, tmp_path):
    user.process.send_signal(number)
    assert user.status() == 0
    assert list(tmp_path.iterdir()) == []


def test_the_death_of_the_modem_gives_the_terminal_back_and_keeps_the_log(user):
    pid = user.process.pid
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    (modem,) = "".join(task.read_text() for task in tasks).split()
    os.kill(int(modem), signal.SIGKILL)
    told = user.read("/log\r\n")
    match = re.search(r"the modem ended unexpectedly \(.*9: Killed\); its log: (.*)\r\n", told)
    assert match and "killed by signal 9" in Path(match[1]).read_text()
    assert user.status() == 1


def test_without_a_terminal_it_only_serves(tmp_path):
    pipe = subprocess.PIPE
    process = start_console(tmp_path, subprocess.DEVNULL, pipe, pipe)
    assert process.stdout
    ready = read_until(process.stdout.fileno(), b"\n").decode()
    assert re.fullmatch(r"DTE ready: pty:.*/modem \(/dev/pts/\d+\) 115200 8N1\n", ready)
    process.terminate()
    assert process.communicate(timeout=PATIENCE_S) == (b"", b"")
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_trace_is_kept(tmp_path):
    """The user is told where; so it is when nothing but a trace is left of the modem."""
    with Keyboard(tmp_path, "--trace") as user:
        user.read("/log\r\n\r\n")
        user.wait_until_raw()
        user.type("\x1d")
        path = user.read("/log\r\n").strip().removeprefix("wipmodem: the trace is in ")
        assert user.status() == 0
        assert Path(path).is_file() and Path(path).is_relative_to(tmp_path)


def test_a_trace_in_a_file_of_the_users(tmp_path):
    """Nothing else is left."""
    with Keyboard(tmp_path, "--trace", "--log", str(tmp_path / "mine")) as user:
        user.read("/mine\r\n\r\n")
        user.wait_until_raw()
        user.type("\x1d")
        assert user.status() == 0
        assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_terminal_that_shows_nothing_more(tmp_path):
    """It is full, as a window that hangs: SIGTERM still ends everything."""
    with Keyboard(tmp_path) as user:
        user.read("/log\r\n\r\n")
        user.wait_until_raw()
        # Each key is echoed, and nothing takes the echo, until no key is taken either.
        os.set_blocking(user.fd, False)
        while select.select([], [user.fd], [], 0.5)[1]:
            with contextlib.suppress(BlockingIOError):
                os.write(user.fd, b"x" * 256)
        user.process.terminate()
        assert user.process.wait(PATIENCE_S) == 0
