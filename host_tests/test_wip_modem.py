"""wipmodem_host as a test's author meets it: the modem, its peers, its radio, on every line."""

import os
import re
import signal
import subprocess
import sys

import pytest
import serial

from e2e import LOOPBACK, create_client, free_port
from serving import ROOT, wait_for_exit
from wipmodem_host import Modem, ModemFailed
from wipmodem_host.radio import OUTCOMES

_LINES = ("pty", "tcp", "rfc2217")
_REFUSED = "+WIPERROR: 2,1,843"


class Host:
    """A host program, in a few lines."""

    def __init__(self, line):
        self._line = line

    def ask(self, command, *lines):
        """A command line, and exactly what the modem says to it."""
        self._line.write(command.encode() + b"\r")
        self.expect(*lines)

    def expect(self, *lines):
        data = b"".join(b"\r\n%s\r\n" % line.encode() for line in lines)
        self.expect_bytes(data)

    def expect_bytes(self, data):
        assert self._line.read(len(data)) == data

    def type(self, data):
        self._line.write(data)

    def online(self):
        self.type(b"ATE0\r")
        self.expect_bytes(b"ATE0\r\r\nOK\r\n")
        self.ask("AT+WIPCFG=1", "OK")
        self.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
        return self


@pytest.fixture(params=_LINES)
def modem(request):
    """On each kind of line, run by CPython, which starts as fast."""
    with Modem(request.param, py="cpython") as modem:
        yield modem


def test_bytes_go_both_ways(modem):
    """To a peer that listens, from the first byte to the end of each side."""
    host = Host(modem.open()).online()
    server = modem.listen()
    host.ask(create_client(1, server.port), "OK", "+WIPREADY: 2,1")
    with server.accept() as peer:
        host.ask("AT+WIPDATA=2,1,2", "CONNECT")
        host.type(bytes(range(256)) * 4)
        peer.expect(bytes(range(256)) * 4)
        peer.send(b"one\ntwo\n")
        host.expect_bytes(b"one\ntwo\n")
        host.type(b"three\nfour")
        assert peer.read_until(b"\n") == b"three\n"
        peer.expect(b"four")


def test_a_server_of_the_modems_is_called(modem):
    """The peer's half close, the modem's close."""
    host = Host(modem.open()).online()
    port = free_port()
    host.ask(f"AT+WIPCREATE=3,1,{port},5,6", "OK")
    peer = modem.call(port)
    host.expect("+WIPACCEPT: 1,5")
    peer.finish()
    host.expect("+WIPPEERCLOSE: 2,5")
    host.ask("AT+WIPCLOSE=2,5", "OK")
    peer.expect_end()


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.5"])
def test_a_server_is_called_where_bind_says(address):
    with Modem(py="cpython", bind=address) as modem:
        host = Host(modem.open()).online()
        port = free_port()
        host.ask(f"AT+WIPCREATE=3,1,{port},5,6", "OK")
        modem.call(port)
        host.expect("+WIPACCEPT: 1,5")


_HANGING = """
import os, threading
import pytest

@pytest.mark.wip_modem(radio={radio})
def test_it(wip_modem):
    pid = wip_modem._serving._process.pid
    print("at", pid, os.path.dirname(wip_modem._serving._log), wip_modem.url, flush=True)
    if {exits}:  # as pytest-timeout does with --timeout-method=thread
        threading.Timer(0, os._exit, [1]).start()
    threading.Event().wait()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, "exit"])
@pytest.mark.parametrize("line", _LINES)
def test_nothing_is_left_of_a_pytest_that_is_killed(line, end, tmp_path):
    """No process, no folder, no port."""
    exits = end == "exit"
    text = _HANGING.format(radio=line == "pty", exits=exits)
    (tmp_path / "test_it.py").write_text(text)
    command = [sys.executable, "-B", "-m", "pytest", "-p", "wipmodem_host.plugin", "-q", "-s"]
    command += ["-p", "no:cacheprovider", "--wip-line", line, "test_it.py"]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as pytest_there:
        assert pytest_there.stdout
        words = iter(pytest_there.stdout.readline, "")
        launcher, home, url = next(word for word in words if word[:3] == "at ").split()[1:]
        path = f"/proc/{launcher}/task/{launcher}/children"
        processes = [launcher]
        if not exits:
            processes += _read(path).split()
            pytest_there.send_signal(end)
        pytest_there.wait()
    for pid in processes:
        wait_for_exit(int(pid))
    assert not os.path.exists(home)
    if line != "pty":
        with pytest.raises(serial.SerialException):
            serial.serial_for_url(url)


def _read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def test_a_peer_refuses_holds_answers_and_resets():
    """On one port, one after the other."""
    with Modem() as modem:
        host = Host(modem.open()).online()
        server = modem.listen()
        server.refuse()
        host.ask(create_client(1, server.port), "OK", _REFUSED)
        host.ask("AT+WIPCLOSE=2,1", "OK")
        server.answer()
        server.hold()
        host.ask(create_client(1, server.port), "OK")
        server.expect_attempt()
        server.answer()
        host.expect("+WIPREADY: 2,1")
        peer = server.accept()
        peer.reset()
        host.expect("+WIPERROR: 2,1,843")


def test_a_connection_made_before_the_hold_is_accepted_in_it():
    """hold() is for those that come after it."""
    with Modem(py="cpython") as modem:
        host = Host(modem.open()).online()
        server = modem.listen()
        host.ask(create_client(1, server.port), "OK", "+WIPREADY: 2,1")
        server.hold()
        peer = server.accept()
        peer.send(b"here")
        host.expect("+WIPDATA: 2,1,4")


def online(modem):
    """A wipmodem_host.Host with stack and session, echo as after power-up."""
    host = modem.host()
    assert host.ask("AT+WIPCFG=1;+WIPBR=4,6") == ([], "OK")
    assert host.wait("+WIPBR: 6,") == "+WIPBR: 6,1"
    return host


def test_datagrams_go_both_ways(modem):
    """A UDP peer hears who sent, answers, loses some, is closed and opened."""
    host = online(modem)
    peer = modem.udp()
    assert host.ask(f'AT+WIPCREATE=1,1,0,"{LOOPBACK}",{peer.port}').result == "OK"
    host.wait("+WIPREADY: 1,1")
    assert host.ask("AT+WIPDATA=1,1,1").result == "CONNECT"
    for data in (b"lost", b"too", b"hello", bytes(range(32, 256)), b"+++"):
        host.line.write(data + b"\x03")
    assert peer.drop(2) == [b"lost", b"too"]
    sender = peer.expect(b"hello")
    assert peer.receive() == (bytes(range(32, 256)), sender)
    peer.expect(b"+++")
    peer.send(b"answer")
    assert host.line.read_until(b"\x03") == b"answer\x03"
    with modem.udp() as other:
        assert other.port != peer.port
        peer.send(b"there", (LOOPBACK, other.port))
        assert other.receive() == (b"there", (LOOPBACK, peer.port))
        with pytest.raises(AssertionError, match="expected b'x' but b'here' came"):
            peer.send(b"here", (LOOPBACK, other.port))
            other.expect(b"x")
    peer.refuse()
    host.line.write(b"refused\x03")
    peer.answer()
    host.line.write(b"again\x03")
    while peer.receive()[0] != b"again":  # the port may have been open for the one before
        continue


def test_a_command_has_its_answer(modem):
    """With echo and without; what comes unasked is kept until it is wanted."""
    host = online(modem)
    server = modem.listen()
    for echo in (1, 0):
        assert host.ask(f"ATE{echo}") == ([], "OK")
        assert host.ask("ATI5") == (["c1"], "OK")
        assert host.ask("AT+WIPBR?;+CMEE?") == (["+WIPBR: 6,1", "+CMEE: 0"], "OK")
        assert host.ask("A/") == (["+WIPBR: 6,1", "+CMEE: 0"], "OK")
        assert host.ask("AT+NONE") == ([], "ERROR")
        assert host.ask("AT+CMEE=1;+WIPCLOSE=2,8;+CMEE=0") == ([], "+CME ERROR: 831")
        assert host.ask("AT+CMEE=0").result == "OK"
        assert host.ask(create_client(1, server.port)).result == "OK"
        with server.accept() as peer:
            host.wait("+WIPREADY: 2,1")
            peer.send(b"hello")
            peer.finish()
            assert host.wait("+WIPPEERCLOSE") == "+WIPPEERCLOSE: 2,1"
            assert host.urcs == ["+WIPDATA: 2,1,5"]
            lines, result = host.ask("AT+WIPOPT=2,1,1,6")
            assert (lines, result) == (["+WIPOPT: 2,6,5"], "OK")
            assert host.ask("AT+WIPCLOSE=2,1").result == "OK"
            assert host.wait("+WIPDATA: 2,1,") == "+WIPDATA: 2,1,5"
            assert host.urcs == []


def test_lines_before_an_answer_came_unasked(modem):
    """Also those that nothing has read yet when the command is sent."""
    host = online(modem)
    host.ask("ATE0")
    server = modem.listen()
    for echo in (0, 1):
        host.ask(f"ATE{echo}")
        host.ask(create_client(1, server.port))
        server.accept().finish()
        host.wait("+WIPREADY")
        host.line.timeout = 10
        while not host.line.in_waiting:
            continue
        assert host.ask("AT+CMEE?") == (["+CMEE: 0"], "OK")
        assert host.urcs.pop() == "+WIPPEERCLOSE: 2,1"
        host.ask("AT+WIPCLOSE=2,1")


def test_no_result_and_no_line_are_told(modem):
    """With what came instead."""
    host = modem.host()
    told = r"ATV0: no result in time, but b'ATV0\\r0\\r' came"
    with pytest.raises(AssertionError, match=told):
        host.ask("ATV0", patience_s=0.5)
    with pytest.raises(AssertionError, match=r"no line '\+WIPREADY' in time, but b'' came"):
        host.wait("+WIPREADY", patience_s=0)


@pytest.mark.parametrize("line", _LINES)
def test_power_goes_and_comes_under_an_open_line(line):
    """Nothing is open any more, the peer sees the end, the url is the same."""
    with Modem(line) as modem:
        url = modem.url
        host = Host(modem.open()).online()
        server = modem.listen()
        host.ask(create_client(1, server.port), "OK", "+WIPREADY: 2,1")
        peer = server.accept()
        modem.power_cycle()
        peer.expect_end()
        host.online()
        host.ask("AT+WIPCREATE?", "OK")
        assert modem.url == url


def test_the_network_is_cut_and_comes_back():
    """A session fails, one is lost, the next one comes; a new radio comes with the power."""
    with Modem(radio=True) as modem:
        host = Host(modem.open())
        assert modem.radio
        modem.radio.fail("busy", "busy")
        host.type(b"ATE0\r")
        host.expect_bytes(b"ATE0\r\r\nOK\r\n")
        host.ask("AT+CMEE=1;+WIPCFG=1", "OK")
        host.ask("AT+WIPBR=4,6,0", "+CME ERROR: 807")
        host.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
        modem.radio.cut()
        host.expect("+WIPBR: 6,0")
        modem.radio.restore()
        host.expect("+WIPBR: 6,1")
        modem.radio.fail("busy", "busy", "busy", "busy")
        modem.power_cycle()
        host.online()


def test_the_radio_says_what_it_does_not_understand():
    """As a ValueError, in its own words; the outcomes of calls are those that it knows."""
    with Modem(radio=True, py="cpython") as modem:
        assert modem.radio
        told = f"fail needs some of: {' '.join(OUTCOMES)}"
        with pytest.raises(ValueError, match=told):
            modem.radio.fail("bored")
        assert modem.radio.say("help").startswith("signal N [FER]")


def test_a_modem_that_cannot_start_says_why():
    """In its own words."""
    with pytest.raises(ModemFailed, match="--dns x: expected an address"), Modem(dns="x"):
        pass


def test_a_line_that_there_is_not_is_refused():
    """Before anything starts."""
    with pytest.raises(ValueError, match="line 'usb': expected pty, tcp, rfc2217"):
        Modem("usb")


def test_what_does_not_come_is_told():
    """What was waited for."""
    modem = Modem(patience_s=0.01)
    server = modem.listen()
    with pytest.raises(AssertionError, match="the modem has not connected in time"):
        server.accept()
    with pytest.raises(AssertionError, match="the modem has not tried to connect in time"):
        server.expect_attempt()
    modem.stop()


_FAILING = """
import pytest

@pytest.mark.wip_modem(dialect="wipsoft")
def test_it(wip_modem):
    with wip_modem.open() as line:
        line.write(b"AT+WIPXDIALECT?\\r")
        assert line.read_until(b"OK\\r\\n") == b""
"""


def run_pytest(folder, text):
    """A test file with the plugin."""
    (folder / "test_it.py").write_text(text)
    command = [sys.executable, "-B", "-m", "pytest", "-p", "wipmodem_host.plugin", "-q"]
    command += ["-p", "no:cacheprovider", "--wip-py", "cpython", "test_it.py"]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_failed_test_shows_the_line(tmp_path):
    """The fixture's mark reaches the modem, and pytest shows the bytes."""
    done = run_pytest(tmp_path, _FAILING)
    assert done.returncode == 1
    assert "> 'AT+WIPXDIALECT?\\r'" in done.stdout
    assert '+WIPXDIALECT: "wipsoft"' in done.stdout
    assert LOOPBACK not in done.stderr


def test_the_example_in_the_readme_passes(tmp_path):
    """The one that needs no other program."""
    readme = (ROOT / "boards" / "package" / "wipmodem_host" / "README.md").read_text()
    (example,) = re.findall(r"^```python\n(def test_a_datagram.*?)^```$", readme, re.M | re.S)
    done = run_pytest(tmp_path, example)
    assert done.returncode == 0, done.stdout + done.stderr
