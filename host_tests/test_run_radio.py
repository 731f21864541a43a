"""`make serve RADIO=sim`: the modem dials a simulated radio, which is steered as a person would.

Each session runs on both interpreters at once: calls and pauses take their time.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from e2e import Modem, Peers, at_once, create_client, port_of, receive
from interpreters import COMMANDS
from serving import PATIENCE_S, ROOT, Launcher, wait_for_exit
from test_console import Keyboard

_HOST = ROOT / "boards" / "host"
_CALL_S = 30  # the longest wait of a session: a pause, and a call after it


class DialledModem(Modem):
    """A modem with a radio: echo off, errors with numbers, stack started, no call yet."""

    def __init__(self, interpreter, folder):
        self._control = folder / "radio"
        super().__init__(interpreter, folder, "--radio", f"sim:{self._control}")
        self.line.timeout = _CALL_S

    def started(self):
        self.echo_off()
        self.ask("AT+CMEE=1;+WIPCFG=1", "OK")
        return self

    def call(self):
        """A session that comes."""
        self.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")

    def radio(self, line):
        """Steer the radio; what is said to it has been done."""
        assert steer(self._control, line) == (0, "", "")

    def lose_radio(self):
        """The radio's process dies, and the launcher says so."""
        (pid,) = (child for child in self._children() if "sim.py" in command_of(child))
        os.kill(pid, signal.SIGKILL)
        self._launcher.expect(
            r"wipmodem: the simulated radio ended \(killed by signal 9: Killed\); "
            r"the modem keeps running\n"
        )

    def processes(self):
        """The launcher's children: the modem and the radio."""
        children = self._children()
        assert len(children) == 2
        return children

    def _children(self):
        pid = self._launcher.process.pid
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]


def command_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()


def steer(control, line):
    """What `make radio` runs: status, stdout and stderr."""
    command = [sys.executable, "-B", "-m", "launcher.steer", "--radio", f"sim:{control}", line]
    done = subprocess.run(
        command, cwd=_HOST, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    return done.returncode, done.stdout, done.stderr


def on_both(play, folder):
    """play(modem, peers) on both interpreters at the same time; neither leaves anything behind."""

    def run(interpreter):
        home = folder / interpreter
        home.mkdir()
        with DialledModem(interpreter, home) as modem, Peers() as peers:
            children = modem.processes()
            play(modem.started(), peers)
        for child in children:
            wait_for_exit(child)
        assert list(home.iterdir()) == []

    at_once(*(lambda interpreter=each: run(interpreter) for each in COMMANDS))


def client(modem, index, peers):
    """A TCP client, in data mode and out of it again; gives the peer."""
    peer = modem.client(index, peers)
    modem.ask(f"AT+WIPDATA=2,{index},2", "CONNECT")
    modem.type(b"there")
    receive(peer, b"there")
    peer.sendall(b"and back")
    modem.expect_bytes(b"and back")
    modem.escape("OK")
    return peer


def test_a_session_is_a_call(tmp_path):
    """Failure, two tries a request, sockets in a call, its loss, and the call after it."""

    def play(modem, peers):
        modem.ask("AT+CSQ;+CREG?", "+CSQ: 23,0", "+CREG: 0,1", "OK")
        modem.radio("signal 7 3")
        modem.radio("creg 2")
        modem.ask("AT+CSQ;+CREG?", "+CSQ: 7,3", "+CREG: 0,2", "OK")
        modem.radio("fail busy busy")
        modem.ask("AT+WIPBR=4,6,0", "+CME ERROR: 807")
        modem.radio("fail no_answer")
        modem.call()
        modem.ask("AT+CSQ", "ERROR")
        peer = client(modem, 1, peers)
        modem.radio("drop")
        modem.expect("+WIPERROR: 2,1,843", "+WIPBR: 6,0")
        assert peer.recv(1) == b""
        modem.ask(create_client(1, port_of(peers.listen())), "+CME ERROR: 803")
        modem.expect("+WIPBR: 6,1")
        modem.ask("AT+WIPCLOSE=2,1", "OK")
        client(modem, 1, peers)
        modem.ask("AT+WIPBR=5,6", "OK", "+WIPBR: 6,0")
        modem.ask("AT+CSQ", "+CSQ: 7,3", "OK")

    on_both(play, tmp_path)


def test_a_dead_radio_is_an_error_and_a_lost_call(tmp_path):
    """It has five seconds to answer a command. When it lives again the modem dials again."""

    def play(modem, peers):
        modem.radio("dead")
        modem.ask("AT+CSQ", "ERROR")
        modem.radio("alive")
        modem.ask("AT+CSQ", "+CSQ: 23,0", "OK")
        modem.call()
        modem.radio("dead")
        modem.expect("+WIPBR: 6,0")
        modem.radio("alive")
        modem.expect("+WIPBR: 6,1")

    on_both(play, tmp_path)


def test_the_end_of_the_radio_does_not_end_the_modem(tmp_path):
    """The call is lost, its commands are errors, the others are answered."""

    def play(modem, peers):
        modem.call()
        modem.lose_radio()
        modem.expect("+WIPBR: 6,0")
        modem.ask("AT+WIPBR?", "+WIPBR: 6,0", "OK")
        modem.ask("AT+WIPBR=5,6", "OK")
        modem.ask("AT+CSQ", "ERROR")

    on_both(play, tmp_path)


def test_what_the_radio_is_told_may_be_answered(tmp_path):
    """Help, and what cannot be done."""
    with DialledModem("cpython", tmp_path):
        status, told, _ = steer(tmp_path / "radio", "help")
        assert status == 0
        assert [line.split()[0] for line in told.splitlines()][:3] == ["signal", "creg", "drop"]
        refusal = (
            "wipmodem: signal needs 0-31 or 99, and may have 0-7 or 99 behind it: signal 12 0\n"
        )
        assert steer(tmp_path / "radio", "signal 77 3") == (2, "", refusal)


def test_a_healthy_start_counts_nothing(tmp_path):
    """The radio's sign-on, and its echo until that is off, are expected."""

    def play(modem, peers):
        modem.ask("AT+CSQ", "+CSQ: 23,0", "OK")
        assert "radio_ignored" not in modem.counters()
        modem.call()
        client(modem, 1, peers)
        assert "radio_ignored" not in modem.counters()

    on_both(play, tmp_path)


def test_without_a_radio_there_is_nothing_to_steer(tmp_path):
    """In one line."""
    told = f"wipmodem: no radio on {tmp_path}/r: No such file or directory "
    assert steer(tmp_path / "r", "drop") == (2, "", told + "(make serve RADIO=sim starts one)\n")


def refused(folder, spec):
    """How the launcher refuses this radio."""
    with Launcher(f"pty:{folder}/modem", "--radio", spec) as launcher:
        return launcher.end()


@pytest.mark.parametrize("spec", ["gsm", "sim:", "sim2:/tmp/x", "gsm:/tmp/x"])
def test_another_radio_is_refused(tmp_path, spec):
    """In one line."""
    told = f"wipmodem: --radio {spec}: expected sim or sim:PATH\n"
    assert refused(tmp_path, spec) == (2, "", told)


def test_what_is_there_already_is_left_alone(tmp_path):
    """A file, and another modem's radio."""
    path = tmp_path / "radio"
    told = f"wipmodem: --radio sim:{path}: in use already\n"
    path.write_text("mine")
    assert refused(tmp_path, f"sim:{path}") == (2, "", told)
    assert path.read_text() == "mine"
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        assert refused(tmp_path, f"sim:{path}") == (2, "", told)
    assert path.is_socket()


def test_a_place_left_behind_is_taken(tmp_path):
    """The ready line tells where the radio is steered."""
    path = tmp_path / "radio"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
    with Launcher(f"pty:{tmp_path}/modem", "--radio", f"sim:{path}") as launcher:
        assert re.fullmatch(
            rf"DTE ready: pty:{tmp_path}/modem \(/dev/pts/\d+\) 115200 8N1; radio sim:{path}",
            launcher.ready(),
        )
        assert launcher.end(signal.SIGTERM) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_the_console_tells_how_the_radio_is_steered(tmp_path):
    """One line more in its greeting."""
    with Keyboard(tmp_path, "--radio", f"sim:{tmp_path}/radio") as keyboard:
        keyboard.read("The radio is simulated; make radio, in another terminal, controls it.\r\n")
        keyboard.wait_until_raw()
        keyboard.type("\x1d")
        assert keyboard.status() == 0
    assert list(tmp_path.iterdir()) == []
