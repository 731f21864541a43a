"""`make monitor` on a line: what it asks, when nobody answers, how it leaves a terminal."""

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import tty
from itertools import islice

import pytest
import serial

import monitor_sample as sample
from boards.tools import ports
from boards.tools.monitor import Failure
from boards.tools.monitor.__main__ import frames, main
from boards.tools.monitor.link import Link
from boards.tools.monitor.picture import picture
from boards.tools.monitor.view import Frame
from serving import PATIENCE_S, ROOT, read_until, wait_until

_FULL_SCREEN = b"\x1b[?1049h"
_SCREEN_BEFORE = b"\x1b[?1049l"


class Line:
    """A pyserial port: each read gives the next of `said`, or raises it; then nothing comes."""

    def __init__(self, *said):
        self.said = list(said)
        self.written = b""
        self.closed = False
        self.in_waiting = 0

    def write(self, data):
        self.written += data

    def read(self, _size):
        said = self.said.pop(0) if self.said else b""
        if isinstance(said, Exception):
            raise said
        return said

    def close(self):
        self.closed = True


def watch(clock, *lines):
    """(link, frames) of a monitor that finds these lines, one after the other, or an OSError."""
    found = list(lines)

    def open_line():
        line = found.pop(0)
        if isinstance(line, Exception):
            raise line
        return line

    link = Link(open_line, lambda _: None, 0)
    return link, frames(link, "x", iter(clock).__next__)


# What is asked


def test_it_asks_and_asks_anew_once_it_is_answered():
    """A byte each time: the modem looks once a second."""
    line = Line(b"", sample.report()[:20], sample.report()[20:])
    link, _ = watch([], line)
    asked = [(link.poll(now_s), line.written)[1] for now_s in (0, 0.2, 0.4, 0.6)]
    assert asked == [b"?", b"?", b"??", b"??"]


def test_it_asks_again_where_a_question_was_lost():
    """After two seconds without a line."""
    line = Line()
    link, _ = watch([], line)
    asked = [(link.poll(now_s), line.written)[1] for now_s in (1.9, 2, 3.9, 4)]
    assert asked == [b"?", b"??", b"??", b"???"]


def test_a_slow_report_is_awaited():
    """Each line of it is a sign of life: nothing more is asked meanwhile."""
    pieces = sample.report("+CSQ: 9,99").splitlines(keepends=True)
    line = Line(*pieces)
    link, _ = watch([], line)
    told = [link.poll(0.9 * i) for i in range(1, len(pieces) + 1)]
    assert [len(reports) for reports in told] == [0] * (len(pieces) - 1) + [1]
    assert line.written == b"??"


# When nobody answers


def test_a_port_where_nobody_answers():
    """Five seconds without a line of a report, whatever else comes."""
    _, shown = watch([0, 4.9, 5], Line(b"", b"MPY: soft reboot\r\n"))
    assert [next(shown), next(shown)] == [None, None]
    with pytest.raises(Failure, match="^no answer: wrong port, or no modem runs there$"):
        next(shown)


def test_silence_is_shown_with_the_last_report():
    """From five seconds on, each second; a report ends it."""
    line = Line(sample.report(), b"", b"", b"", b"", sample.report())
    _, shown = watch([1, 5.9, 6, 6.9, 7, 7.2, 7.4], line)
    notices = [frame and frame.notice for frame in islice(shown, 7)]
    assert notices == ["", None, "no answer for 5 s", None, "no answer for 6 s", "", None]


def test_a_port_that_goes_is_opened_again():
    """The view says why it has gone; the device may come back as another one."""
    first = Line(sample.report(), OSError("device gone"))
    second = Line(sample.report())
    link, shown = watch([1, 2, 3, 3.5], first, OSError("no such device"), second)
    notices = [frame and frame.notice for frame in islice(shown, 4)]
    gone = ["no answer for 1 s: device gone", "no answer for 2 s: no such device"]
    assert notices == ["", *gone, ""]
    assert first.closed and second.written == b"??"
    link.close()
    assert second.closed


def test_half_a_report_is_forgotten_with_its_port():
    """What comes after it begins anew."""
    half = sample.framed(sample.socket_line(index=8))
    _, shown = watch([1, 2, 3], Line(half, OSError("gone")), Line(sample.report()))
    [report] = [frame.history.report for frame in islice(shown, 3) if frame]
    assert report.sockets == []


@pytest.mark.parametrize(
    ("number", "reason"),
    [(802, "the modem has no memory for a report"), (3, "the modem refuses to report: error 3")],
)
def test_a_refusal_ends_it(number, reason):
    """In words."""
    _, shown = watch([1], Line(sample.framed(f"+CME ERROR: {number}")))
    with pytest.raises(Failure, match=f"^{reason}$"):
        next(shown)


def test_a_wrong_port_is_one_line(capsys):
    """Not a traceback, and no number of the system's."""
    for port, told in (
        ("/dev/none", "monitor: /dev/none does not exist\n"),
        ("/dev/null", "monitor: /dev/null is not a serial port\n"),
        ("/tmp", "monitor: /tmp is not a serial port\n"),
        ("id:none", "monitor: id:none: no device has this serial number\n"),
    ):
        assert main(["--port", port]) == 1
        assert capsys.readouterr() == ("", told)
    assert main(["--port", "none://x"]) == 1
    assert capsys.readouterr().err.startswith("monitor: none://x: ")


def test_a_port_in_use_is_one_line(capsys):
    """As for the second monitor of a modem."""
    with Modem(sample.report()) as modem, serial.Serial(modem.port, exclusive=True):
        assert main(["--port", modem.port, "--once"]) == 1
        told = f"monitor: {modem.port} is in use by another program\n"
        assert capsys.readouterr() == ("", told)


def test_no_port_is_the_modem_on_this_pc(tmp_path, capsys, monkeypatch):
    """Of `make serve` or `make run`, if there is but one; a link that leads nowhere is none."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "run"))
    monkeypatch.setattr(ports, "_SERVED", str(tmp_path))
    nothing = "no port given, and no modem runs on this PC: "
    (tmp_path / "old.console").symlink_to(tmp_path / "gone")
    assert main(["--port", ""]) == 1
    assert capsys.readouterr().err == f"monitor: {nothing}make monitor PORT=/dev/ttyACM0\n"
    monkeypatch.setattr("sys.argv", ["wipmodem monitor"])
    assert main([]) == 1
    assert capsys.readouterr().err == f"monitor: {nothing}wipmodem monitor --port /dev/ttyACM0\n"
    run = tmp_path / "run" / "wipmodem-x" / "modem.console"
    run.parent.mkdir(parents=True)
    run.touch()
    assert ports.console_on_pc("monitor", "x") == str(run)
    (tmp_path / "modem.console").touch()
    monkeypatch.setattr("sys.argv", ["monitor"])
    assert main([]) == 1
    both = f"{tmp_path}/modem.console, {run}"
    several = f"several modems run on this PC: {both}; choose one: make monitor PORT=/dev/ttyACM0"
    assert capsys.readouterr().err == f"monitor: {several}\n"


class Usb:
    """What pyserial lists."""

    def __init__(self, device, vid: int | None = 0x2E8A, serial_number="e66"):
        self.device = device
        self.vid = vid
        self.serial_number = serial_number

    def __lt__(self, other):
        return self.device < other.device


def test_auto_is_the_first_usb_port(capsys, monkeypatch):
    """As with mpremote: not one without a vendor's number, nor one that may not be opened."""
    with Modem(sample.report()) as modem:
        listed = [Usb("/dev/zzz"), Usb(modem.port), Usb("/dev/null", vid=None), Usb("/dev/none")]
        monkeypatch.setattr("serial.tools.list_ports.comports", lambda: listed)
        assert ports.resolve("auto") == modem.port
        assert ports.resolve("id:e66") == "/dev/none"
        assert main(["--port", "auto", "--once"]) == 0
    assert modem.port in capsys.readouterr().out
    listed.clear()
    assert main(["--port", "auto"]) == 1
    told = "monitor: auto: there is no USB serial port that you have permission to open\n"
    assert capsys.readouterr() == ("", told)


# Real ptys


class Modem:
    """Answers each question on a pty, with the next report; `heard`: all that it was sent."""

    def __init__(self, *reports):
        self.heard = b""
        self._reports = reports
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        os.write(self._slave, b"\x04")  # ends the thread, and is none of the monitor's
        self._thread.join(PATIENCE_S)
        os.close(self._master)
        os.close(self._slave)

    def say(self, data):
        os.write(self._master, data)

    def _serve(self):
        while not (asked := os.read(self._master, 64)).endswith(b"\x04"):
            self.heard += asked
            self.say(self._reports[min(len(self.heard), len(self._reports)) - 1])
        self.heard += asked[:-1]


def test_one_frame_for_a_log(tmp_path, capsys, monkeypatch):
    """A real pty, pyserial and no terminal: plain text, as high as all that was told."""
    monkeypatch.setenv("COLUMNS", "90")
    picture_file = tmp_path / "frame.svg"
    with Modem(b"wipmodem: pico started\r\n" + sample.busy(0)) as modem:
        assert main(["--port", modem.port, "--svg", str(picture_file)]) == 0
    frame = Frame(sample.history_of(sample.busy(0)), modem.port)
    assert capsys.readouterr().out == sample.shown(frame, 90, 4 + 8 + 4 + 11)
    assert set(modem.heard) == set(b"?") and picture_file.read_text() == picture(frame)


def test_no_memory_for_it(capsys):
    """One line, and 1."""
    with Modem(sample.framed("+CME ERROR: 802")) as modem:
        assert main(["--port", modem.port, "--once"]) == 1
    assert (
        capsys.readouterr().err == f"monitor: {modem.port}: the modem has no memory for a report\n"
    )


def test_a_modem_that_goes_and_comes_back(tmp_path):
    """The name of a port leads to another pty: it is opened; what others left is not read."""
    name = tmp_path / "console"

    def open_line():
        return serial.serial_for_url(str(name), timeout=0.01, exclusive=True)

    with Modem(sample.report(uptime_s=900)) as modem:
        name.symlink_to(modem.port)
        modem.say(sample.report(uptime_s=7))
        link = Link(open_line, lambda _: os.sched_yield(), 0)
        assert uptime(link) == 900
    wait_until(lambda: link.poll(0) == [] and link.error)
    name.unlink()
    with Modem(sample.report(uptime_s=1)) as modem:
        name.symlink_to(modem.port)
        assert uptime(link) == 1
        link.close()


def uptime(link):
    """Of the next report."""
    reports = []
    wait_until(lambda: reports.extend(link.poll(0)) or reports)
    return reports[0].figure("uptime_s")


@contextlib.contextmanager
def terminal():
    """(the user's side, the program's side) of a terminal of 100 columns and 30 lines."""
    user, program = pty.openpty()
    fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    try:
        yield user, program
    finally:
        os.close(user)
        os.close(program)


def start(port, program):
    """The monitor, at a terminal that is its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "boards.tools.monitor", "--port", port],
        cwd=ROOT,
        stdin=program,
        stdout=program,
        stderr=program,
        env=os.environ | {"TERM": "xterm-256color"},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )


_LEAVING = {
    "q": lambda user, _: os.write(user, b"q"),
    "Ctrl-C": lambda user, _: os.write(user, b"\x03"),
    "SIGTERM": lambda _, monitor: monitor.terminate(),
}


@pytest.mark.parametrize("way", _LEAVING)
def test_a_full_screen_that_is_left(way):
    """The terminal is as before, nothing is said, the port was sent nothing but questions."""
    with Modem(sample.busy(0), sample.busy(1)) as modem, terminal() as (user, program):
        before = termios.tcgetattr(program)
        monitor = start(modem.port, program)
        shown = read_until(user, b"peer_closed")
        assert _FULL_SCREEN in shown and termios.tcgetattr(program) != before
        _LEAVING[way](user, monitor)
        left = read_until(user, _SCREEN_BEFORE)
        assert monitor.wait(PATIENCE_S) == 0
        assert termios.tcgetattr(program) == before
        assert b"Traceback" not in left
    assert set(modem.heard) == set(b"?")
