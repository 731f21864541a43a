"""`make serve COUNT=N`: many modems in one process, each by itself."""

import contextlib
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time

import pytest

from e2e import GUARD_S
from launcher import fleet
from member import home_of
from serving import ROOT, Launcher, open_host, read_exactly, read_until, stopped, wait_for_exit

_STOP_S = 0.5  # longer than the guard time that ATS12=10 makes


class Hosts:
    """A fleet of real modems, and a host at each line, from 0."""

    def __init__(self, folder, count, interpreter, *options, kind="pty"):
        path = f"{folder}/modem-%d"
        dte = f"pty:{path}" if kind == "pty" else f"{kind}:0"
        self.launcher = Launcher(
            dte, "--count", str(count), *options, py=interpreter, program=None
        )
        self.places = read_until_lines(self.launcher, count)
        self._fds = [
            open_host(kind, place, path.replace("%d", str(number)))
            for number, place in enumerate(self.places, 1)
        ]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        with self.launcher:
            for host in self._fds:
                host.close()
            if kind is None:
                assert self.launcher.end(signal.SIGTERM) == (0, "", "")

    def type(self, number, data):
        os.write(self._fds[number].fileno(), data)

    def send(self, number, command):
        self.type(number, command + b"\r")

    def leave(self, number):
        self._fds[number].close()

    def expect(self, number, *lines):
        self.expect_bytes(number, b"".join(b"\r\n%s\r\n" % line for line in lines))

    def expect_bytes(self, number, said):
        assert read_exactly(self._fds[number].fileno(), len(said)) == said

    def ask(self, number, command, *lines):
        self.send(number, command)
        self.expect(number, *lines)

    def echo_off(self, number):
        self.send(number, b"ATE0")
        self.expect_bytes(number, b"ATE0\r\r\nOK\r\n")

    def online(self, number):
        self.echo_off(number)
        self.ask(number, b"AT+CMEE=1;+WIPCFG=1", b"OK")
        self.ask(number, b"AT+WIPBR=4,6", b"OK", b"+WIPBR: 6,1")


def read_until_lines(launcher, count):
    """The ready lines, which come at once."""
    fd = launcher.process.stdout.fileno()
    said = b""
    while said.count(b"\n") < count:
        said += read_until(fd, b"\n")
    return said.decode().splitlines()


def test_each_modem_has_its_own_number_and_lines(tmp_path, interpreter):
    """Settings of one are none of another's; the ready lines name path and address."""
    with Hosts(tmp_path, 3, interpreter) as hosts:
        for number, place in enumerate(hosts.places, 1):
            path = rf"pty:{tmp_path}/modem-{number} \(/dev/pts/\d+\) 115200 8N1"
            assert re.fullmatch(rf"DTE ready: {path}; servers on 127\.1\.0\.{number}", place)
        hosts.echo_off(1)
        hosts.ask(1, b"AT+GSN", b"000000000000002", b"OK")
        hosts.echo_off(0)
        hosts.ask(0, b"AT+GSN", b"000000000000001", b"OK")
        hosts.send(2, b"AT+GSN")
        hosts.expect_bytes(2, b"AT+GSN\r\r\n000000000000003\r\n\r\nOK\r\n")
    assert list(tmp_path.iterdir()) == []


def test_each_modem_may_have_the_same_server_port(tmp_path, interpreter):
    """On its own address; what comes to one comes to nobody else, all at the same time."""
    with contextlib.ExitStack() as peers, Hosts(tmp_path, 3, interpreter) as hosts:
        with socket.create_server(("127.1.0.1", 0)) as free:
            port = free.getsockname()[1]
        for number in range(3):
            hosts.online(number)
            hosts.ask(number, b"AT+WIPCREATE=3,1,%d,5,6" % port, b"OK")
        for number in (2, 0, 1):
            peer = socket.create_connection((f"127.1.0.{number + 1}", port))
            peers.enter_context(peer)
            hosts.expect(number, b"+WIPACCEPT: 1,5")
            hosts.ask(number, b"AT+WIPDATA=2,5,2", b"CONNECT")
            peer.sendall(b"\r\nfor %d\r\n" % number)
            hosts.expect(number, b"for %d" % number)
            hosts.type(number, b"by %d" % number)
            assert read_exactly(peer.fileno(), 4) == b"by %d" % number


def test_each_modem_may_have_the_same_udp_port(tmp_path, interpreter):
    """Without a peer it is on the modem's own address."""
    with socket.socket(type=socket.SOCK_DGRAM) as peer, Hosts(tmp_path, 2, interpreter) as hosts:
        peer.bind(("127.0.0.1", 0))
        port = peer.getsockname()[1]
        for number in range(2):
            hosts.online(number)
            hosts.ask(number, b"AT+WIPCREATE=1,1,%d" % (port), b"OK", b"+WIPREADY: 1,1")
        for number in (1, 0):
            peer.sendto(b"for you", (f"127.1.0.{number + 1}", port))
            hosts.expect(number, b'+WIPDATA: 1,1,7,"127.0.0.1",%d' % port)
            hosts.ask(number, b"AT", b"OK")


def test_bind_names_one_address_for_all(tmp_path, interpreter):
    """They share its ports then."""
    with Hosts(tmp_path, 2, interpreter, "--bind", "0.0.0.0") as hosts:
        assert [place.rpartition("; ")[2] for place in hosts.places] == ["servers on 0.0.0.0"] * 2
        with socket.create_server(("0.0.0.0", 0)) as free:
            port = free.getsockname()[1]
        for number, answer in enumerate((b"OK", b"+CME ERROR: 833")):
            hosts.online(number)
            hosts.ask(number, b"AT+WIPCREATE=3,1,%d,5,6" % port, answer)
        with socket.create_connection(("127.0.0.1", port)):
            hosts.expect(0, b"+WIPACCEPT: 1,5")


def test_what_one_host_asks_wrongly_is_told_once(tmp_path):
    """RFC 2217: by the modem that it is on."""
    with Launcher("rfc2217:0", "--count", "3", "-v", py="cpython", program=None) as launcher:
        places = read_until_lines(launcher, 3)
        with open_host("rfc2217", places[1], None) as host:
            os.write(host.fileno(), b"\xff\xfa\x2c\x03\x09\xff\xf0")
            launcher.expect("wipmodem: modem 2: rfc2217: value .* of command 3 refused\n")
        _, _, stderr = launcher.end(signal.SIGTERM)
    assert "refused" not in stderr


def test_clients_of_all_reach_a_peer(tmp_path, interpreter):
    """Names and addresses are as of one modem: the peer sees as many connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Hosts(tmp_path, 3, interpreter) as hosts:
            for number in range(3):
                hosts.online(number)
                command = b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % port
                hosts.ask(number, command, b"OK", b"+WIPREADY: 2,1")
            names = {server.accept()[1] for _ in range(3)}
    assert len(names) == 3


def test_a_host_that_leaves_ends_the_session_of_its_own_modem(tmp_path, interpreter):
    """&D2 over TCP: the bearer of another one stays."""
    with Hosts(tmp_path, 2, interpreter, kind="tcp") as hosts:
        for number in range(2):
            hosts.online(number)
        with socket.create_server(("127.0.0.1", 0)) as server:
            command = b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % server.getsockname()[1]
            hosts.ask(0, command, b"OK", b"+WIPREADY: 2,1")
            with server.accept()[0] as peer:
                hosts.leave(0)
                assert peer.recv(1) == b""
        hosts.ask(1, b"AT+WIPBR?", b"+WIPBR: 6,1", b"OK")


def test_the_escape_is_timed_while_others_talk(tmp_path, interpreter):
    """A guard time of one is kept, whatever the loop does for the others meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Hosts(tmp_path, 2, interpreter) as hosts:
            hosts.online(0)
            hosts.echo_off(1)
            command = b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % port
            hosts.ask(0, command, b"OK", b"+WIPREADY: 2,1")
            hosts.ask(0, b"AT+WIPDATA=2,1,2", b"CONNECT")
            for data in (b"", b"+++"):
                hosts.type(0, data)
                end = time.monotonic() + GUARD_S
                while time.monotonic() < end:
                    hosts.ask(1, b"AT", b"OK")
            hosts.expect(0, b"OK")
            assert not select.select([server.accept()[0]], [], [], 0)[0]


def test_a_stop_of_the_fleet_is_no_silence(tmp_path, interpreter):
    """Three pluses behind data, sent while the process is stopped, are data. rules: D5"""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Hosts(tmp_path, 2, interpreter) as hosts,
    ):
        hosts.online(0)
        command = b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % server.getsockname()[1]
        hosts.ask(0, command, b"OK", b"+WIPREADY: 2,1")
        hosts.ask(0, b"ATS12=10;+WIPDATA=2,1,2", b"CONNECT")
        with server.accept()[0] as peer:
            hosts.type(0, b"block 1;")
            assert read_exactly(peer.fileno(), 8) == b"block 1;"
            with stopped(hosts.launcher.modem(), _STOP_S):
                hosts.type(0, b"+++")
            assert read_exactly(peer.fileno(), 3) == b"+++"
            hosts.type(0, b"AT+WIPCFG=0\r")
            assert read_exactly(peer.fileno(), 12) == b"AT+WIPCFG=0\r"


def test_one_restarts_and_the_others_go_on(tmp_path, interpreter):
    """AT+CFUN=1 ends the sockets of that modem alone, which begins anew. rules: H20"""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        Hosts(tmp_path, 3, interpreter) as hosts,
    ):
        command = b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % server.getsockname()[1]
        peers = []
        for number in range(3):
            hosts.online(number)
            hosts.ask(number, command, b"OK", b"+WIPREADY: 2,1")
            peers.append(server.accept()[0])
        for _ in range(5):
            hosts.ask(1, b"AT+CFUN=1", b"OK")
            hosts.online(1)
        assert peers[1].recv(1) == b""
        for number in (0, 2):
            hosts.ask(number, b"AT+WIPDATA=2,1,2", b"CONNECT")
            hosts.type(number, b"still here")
            assert read_exactly(peers[number].fileno(), 10) == b"still here"
        hosts.ask(1, b"AT+GSN;+WIPCREATE?", b"000000000000002", b"OK")
        for peer in peers:
            peer.close()


def test_profiles_have_numbers(tmp_path, interpreter):
    """What one keeps is not another's, and outlives the process."""
    profile = f"{tmp_path}/kept-%d"
    with Hosts(tmp_path, 2, interpreter, "--profile", profile) as hosts:
        hosts.echo_off(1)
        hosts.ask(1, b"AT&W", b"OK")
    with Hosts(tmp_path, 2, interpreter, "--profile", profile) as hosts:
        hosts.ask(1, b"AT", b"OK")
        hosts.echo_off(0)


def test_the_end_of_the_process_is_the_end_of_all(tmp_path):
    """It is told once, with nothing left behind; the power comes back to all of them."""
    with Launcher(f"pty:{tmp_path}/m", "--count", "2", program=None) as launcher:
        before = read_until_lines(launcher, 2)
        first = launcher.modem()
        launcher.process.send_signal(signal.SIGUSR1)
        assert read_until_lines(launcher, 2) == before
        wait_for_exit(first)
        os.kill(launcher.modem(), signal.SIGKILL)
        told = "wipmodem: the modem ended unexpectedly (killed by signal 9: Killed)\n"
        assert launcher.end() == (1, "", told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--count 0", "--count 0: expected 1 to 4096"),
        ("--count 5000", "--count 5000: expected 1 to 4096"),
        ("--count many", "argument --count: invalid int value: 'many'"),
        (
            "--count 2 --radio sim",
            "--count with --radio: only a single modem can use the simulated radio",
        ),
        ("--count 2 --profile x", "--profile x: expected a %d for the number of the modem"),
        (
            "--count 9 --dte tcp:65530",
            "--dte tcp:65530 --count 9: the last port would be 65538",
        ),
        ("--count 2 --dte tcp:x", "tcp:x: expected a port number, 0 to 65535"),
        ("--count 2 --dte pty:", "pty: expected a path, such as pty:/tmp/modem"),
    ],
)
def test_what_cannot_be_is_one_clear_line(arguments, complaint):
    """Before a modem starts."""
    with Launcher("pty:/no/such", *arguments.split(), program=None) as launcher:
        assert launcher.end() == (2, "", f"wipmodem: {complaint}\n")


def test_too_few_descriptors_are_refused(tmp_path):
    """With the number that would do."""
    script = ROOT / "boards" / "host" / "serve.py"
    done = subprocess.run(
        [sys.executable, script, "--count", "100", "--dte", f"pty:{tmp_path}/m"],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (500, 500)),
        capture_output=True,
        text=True,
        check=False,
    )
    told = "wipmodem: --count 100: needs 664 open files, 500 are allowed (ulimit -Hn)\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_lines_count_up():
    """Ports and paths; where the path has no %d the number goes behind it."""
    assert fleet.lines_of("pty:/tmp/m", 1) == ["pty:/tmp/m"]
    assert fleet.lines_of("pty:/tmp/m", 2) == ["pty:/tmp/m-1", "pty:/tmp/m-2"]
    assert fleet.lines_of("pty:/tmp/%d.m", 2) == ["pty:/tmp/1.m", "pty:/tmp/2.m"]
    assert fleet.lines_of("rfc2217:70", 3) == ["rfc2217:70", "rfc2217:71", "rfc2217:72"]
    assert fleet.lines_of("tcp:0", 2) == ["tcp:0", "tcp:0"]


@pytest.mark.parametrize("number", [1, 255, 256, 4096])
def test_launcher_and_modem_mean_the_same_address(number):
    """The one in the ready line is the one that servers listen on."""
    assert fleet.home_of(number) == ".".join(map(str, home_of(number)))
