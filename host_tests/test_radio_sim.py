"""The radio as a program, on a descriptor and on a pty, steered by lines.

Bytes that were written to the descriptor before a steering line are taken before it.
"""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import serial

from radio.modem import OUTCOMES
from serving import read_some

_SIM = Path(__file__).resolve().parent / "radio" / "sim.py"
_OK = b"\r\nOK\r\n"
_PATIENCE_S = 20


class Sim:
    """The program and its standard streams; `first` is what it says at first."""

    def __init__(self, *words, fds=()):
        self._process = subprocess.Popen(
            [sys.executable, str(_SIM), "--dial-ms", "0", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            pass_fds=fds,
        )
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout
        self._read = b""
        self.first = self.told()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self.ended()
        self._in.close()
        self._out.close()

    def say(self, line):
        self._in.write(line.encode() + b"\n")

    def told(self):
        """The next line."""
        deadline = time.monotonic() + _PATIENCE_S
        while b"\n" not in self._read:
            self._read += read_some(self._out.fileno(), deadline)
        line, end, self._read = self._read.partition(b"\n")
        return (line + end).decode()

    def end_of_input(self):
        self._in.close()

    def ended_by(self, number):
        self._process.send_signal(number)
        return self.ended()

    def ended(self):
        return self._process.wait(_PATIENCE_S)


class Line:
    """The host's end of the radio's line."""

    def __init__(self, sock):
        self._sock = sock
        sock.settimeout(_PATIENCE_S)

    def send(self, data):
        self._sock.sendall(data)

    def expect(self, data):
        came = b""
        while len(came) < len(data):
            came += self._sock.recv(len(data) - len(came))
        assert came == data

    def end(self):
        self._sock.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def running(*words):
    """The program and a line to it, echo off."""
    ours, theirs = socket.socketpair()
    with ours, theirs, Sim("--fd", str(theirs.fileno()), *words, fds=[theirs.fileno()]) as sim:
        assert sim.first == f"The radio is on {theirs.fileno()}; help lists what can be said.\n"
        theirs.close()
        yield sim, Line(ours)


@pytest.fixture
def pair():
    with running() as (sim, line):
        line.send(b"ATE0\r")
        line.expect(b"ATE0\r" + _OK)
        yield sim, line


def test_lines_on_standard_input_steer_it(pair):
    """Signal, registration, noise and power."""
    sim, line = pair
    for said, asked, answer in (
        ("signal 12", b"AT+CSQ\r", b"\r\n+CSQ: 12,0\r\n" + _OK),
        ("signal 99 7", b"AT+CSQ\r", b"\r\n+CSQ: 99,7\r\n" + _OK),
        ("signal 31 99", b"AT+CSQ\r", b"\r\n+CSQ: 31,99\r\n" + _OK),
        ("creg 2", b"AT+CREG?\r", b"\r\n+CREG: 0,2\r\n" + _OK),
    ):
        sim.say(said)
        sim.say("unknown")  # its answer tells that the line before it is done
        assert sim.told() == "unknown: no such command; help lists them\n"
        line.send(asked)
        line.expect(answer)
    sim.say("ring\nnoise +CREG: 2 and\npower")
    line.expect(b"\r\nRING\r\n+CREG: 2 and\r\nMTSMC-C1 READY\r\n")


_SIGNAL = "signal needs 0-31 or 99, and may have 0-7 or 99 behind it: signal 12 0"
_CREG = "creg needs a number of 0-5: creg 2"
_FAIL = f"fail needs some of: {' '.join(OUTCOMES)}"
_DELAY = "delay needs a number of ms, 600000 at most: delay 5000"


@pytest.mark.parametrize(
    "said, told",
    [
        *((f"signal{words}", _SIGNAL) for words in ("", " x", " 1 2 3", " 32", " 77 3", " -1")),
        *((f"signal{words}", _SIGNAL) for words in (" 98", " 7 8", " 7 x", " 7 98", " 1e1")),
        *((f"creg{words}", _CREG) for words in ("", " -1", " 6", " 1 1")),
        ("fail", _FAIL),
        ("fail so", _FAIL),
        *((f"delay{words}", _DELAY) for words in ("", " -1", " x", " 600001", " 1 2")),
        *((f"{name} 3", f"{name} takes nothing behind it") for name in ("drop", "ring", "power")),
        *((f"{name} x", f"{name} takes nothing behind it") for name in ("dead", "alive")),
    ],
)
def test_a_line_that_cannot_be_done_is_explained(pair, said, told):
    """In one line."""
    sim, _ = pair
    sim.say(f"\n{said}")
    assert sim.told() == f"{told}\n"


def test_calls_fail_as_told_and_then_connect(pair):
    """The carrier is told of, and may be dropped."""
    sim, line = pair
    sim.say("fail busy no_carrier")
    sim.say("unknown")
    sim.told()
    for answer in (b"\r\nBUSY\r\n", b"\r\nNO CARRIER\r\n", b"\r\nCONNECT 115200\r\n"):
        line.send(b"ATD#777\r")
        line.expect(answer)
    assert sim.told() == "carrier\n"
    sim.say("drop")
    line.expect(b"\r\nNO CARRIER\r\n")
    assert sim.told() == "no carrier\n"


def test_a_dead_radio_is_silent_until_it_lives(pair):
    """What is sent meanwhile is lost."""
    sim, line = pair
    sim.say("dead")
    sim.say("unknown")
    sim.told()
    line.send(b"AT+CSQ\r")
    sim.say("alive")
    sim.say("unknown")
    sim.told()
    line.send(b"AT\r")
    line.expect(_OK)


def test_help_names_every_command(pair):
    """One a line."""
    sim, _ = pair
    sim.say("help")
    sim.say("unknown")
    told = iter(sim.told, "unknown: no such command; help lists them\n")
    names = [line.split()[0] for line in told]
    assert names[:6] == ["signal", "creg", "drop", "ring", "dead", "alive"]
    assert names[6:] == ["power", "fail", "always", "delay", "noise"]


def test_its_time_passes_by_itself():
    """The sign-on comes without a byte from anybody."""
    with running("--boot-ms", "1") as (_, line):
        line.expect(b"\r\nMTSMC-C1 READY\r\n")


def test_the_end_of_standard_input_ends_nothing_the_end_of_the_line_does(pair):
    """It may run in the background."""
    sim, line = pair
    sim.end_of_input()
    line.send(b"AT\r")
    line.expect(_OK)
    line.end()
    assert sim.ended() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_pty_goes_with_the_program(tmp_path, number):
    """It may be opened more than once, and a stale link is replaced."""
    link = tmp_path / "radio"
    link.symlink_to("/dev/null")
    with Sim("--pty", str(link)) as sim:
        assert sim.first == f"The radio is on {link}; help lists what can be said.\n"
        for _ in range(2):
            with serial.Serial(str(link), timeout=_PATIENCE_S) as line:
                line.write(b"AT\r")
                assert line.read(9) == b"AT\r" + _OK
        assert sim.ended_by(number) == 0
    assert not link.is_symlink()
