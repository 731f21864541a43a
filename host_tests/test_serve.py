"""The launcher: each kind of serial line, from its ready line to its end without a trace."""

import contextlib
import errno
import fcntl
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
from termios import TIOCEXCL

import pytest
import serial

from launcher import openers
from launcher.controllines import ControlLines
from launcher.eventloop import WRITE, EventLoop
from launcher.journal import Journal
from launcher.pseudo import Pseudo
from launcher.pump import PlainCodec, Pump
from serving import (
    ALL_BYTES,
    ROOT,
    STAND_IN,
    Launcher,
    connect,
    is_running,
    open_host,
    open_pty,
    read_exactly,
    read_until,
    spec,
    talk,
    wait_for_exit,
    wait_until,
)

MODEM = ROOT / "firmware" / "main.py"

READY = {
    "pty": r"DTE ready: pty:/.*/modem \(/dev/pts/\d+\) 115200 8N1",
    "tcp": r"DTE ready: tcp:127\.0\.0\.1:[1-9]\d*",
    "rfc2217": r"DTE ready: rfc2217:127\.0\.0\.1:[1-9]\d* 115200 8N1",
}


@pytest.fixture
def path(tmp_path):
    """Where a pty is to appear."""
    return str(tmp_path / "modem")


# ------------------------------------------------------------------------------------------ pty


def test_pty_is_raw(path):
    with Launcher(f"pty:{path}") as launcher:
        launcher.ready()
        host = open_pty(path)
        os.write(host, ALL_BYTES * 4)
        assert read_exactly(host, 1024) == ALL_BYTES * 4


def test_pty_stays_up_between_hosts_and_dtr_is_on_while_one_is_there(path):
    """rules: H25"""
    with Launcher(f"pty:{path}", tell="1") as launcher:
        launcher.ready()
        for text, count in ((b"one", 3), (b"two", 6)):
            host = open_pty(path)
            os.write(host, text)
            assert read_exactly(host, 3) == text
            launcher.expect(f"lines 3 after {count - 3} bytes\n|lines 3 after {count} bytes\n")
            os.close(host)
            launcher.expect(f"lines 0 after {count} bytes\n")
        assert launcher.end(signal.SIGTERM) == (0, "", "")


def test_dtr_of_a_pty_drops_with_the_last_copy_of_the_last_opener(path):
    """Descriptors by dup and fork are one opener. rules: H25"""
    with Launcher(f"pty:{path}", tell="1") as launcher:
        launcher.ready()
        first = open_pty(path)
        launcher.expect("lines 3 after 0 bytes\n")
        copy = os.dup(first)
        second = open_pty(path)
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[copy])
        for fd in (first, copy):
            os.close(fd)
        # What the modem echoes shows that it has seen no drop before.
        os.write(second, b"still on")
        assert read_exactly(second, 8) == b"still on"
        os.close(second)
        third = open_pty(path)
        os.write(third, b"still on")
        assert read_exactly(third, 8) == b"still on"
        os.close(third)
        child.communicate()
        launcher.expect("^lines 0 after 16 bytes\n")


def test_bytes_before_the_last_close_of_a_pty_come_before_the_drop(path):
    """With a modem that is slow to read; what the next program writes comes after. rules: H25"""
    with Launcher(f"pty:{path}", tell="1", chunk="7") as launcher:
        launcher.ready()
        for count in (3000, 6000):
            host = open_pty(path)
            os.write(host, bytes(3000))
            os.close(host)
            launcher.expect(f"lines 0 after {count} bytes\n")


def test_a_pty_that_is_opened_again_at_once_has_dropped_dtr(path):
    """Each of thirty times. rules: H25"""
    with Launcher(f"pty:{path}", tell="1") as launcher:
        launcher.ready()
        for _ in range(30):
            os.close(open_pty(path))
        for _ in range(30):
            launcher.expect("lines 3 after 0 bytes\nlines 0 after 0 bytes\n")


@pytest.mark.parametrize("name", ["modem", "modem.console"])
def test_exclusive_mode_ends_with_the_program_that_asked_for_it(path, name):
    """As root nobody is kept out, so the programs are another user's. rules: H25"""
    with Launcher(f"pty:{path}") as launcher:
        launcher.ready()
        device = os.path.realpath(f"{os.path.dirname(path)}/{name}")
        os.chmod(device, 0o666)
        assert as_nobody(lambda: fcntl.ioctl(open_pty(device), TIOCEXCL)) == 0
        wait_until(lambda: as_nobody(lambda: open_pty(device)) == 0)
        assert as_nobody(lambda: fcntl.ioctl(open_pty(device), TIOCEXCL) or open_pty(device)) == 1
        wait_until(lambda: as_nobody(lambda: open_pty(device)) == 0)


def as_nobody(act):
    """0 if another user than root may do this in a process of its own, 1 if the pty is busy."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 2
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        act()
        status = 0
    except OSError as error:
        status = 1 if error.errno == errno.EBUSY else 2
    finally:
        os._exit(status)


def test_without_inotify_a_pty_is_looked_at(path, monkeypatch):
    """Its own state tells whether a program has it open. rules: H25"""
    monkeypatch.setattr(openers.ctypes, "CDLL", lambda *_, **__: None)
    loop = EventLoop()
    pty = Pseudo(path, 115200, loop)
    seen = []
    hosts = []

    def on_open():
        seen.append("open")
        os.close(hosts.pop())

    def on_close():
        seen.append("closed")
        if len(seen) == 4:
            loop.stop()
        hosts.append(open_pty(path))

    pty.on_open, pty.on_close = on_open, on_close
    hosts.append(open_pty(path))
    loop.run()
    os.close(hosts.pop())
    assert seen == ["open", "closed"] * 2
    pty.withdraw()
    pty.close()
    loop.close()


def test_pty_speed(path):
    with Launcher(f"pty:{path}", "--speed", "9600", "-v") as launcher:
        assert launcher.ready().endswith(" 9600 8N1")
        host = open_pty(path)
        assert termios.tcgetattr(host)[4] == termios.B9600
        os.close(host)
        with serial.Serial(path, 57600, stopbits=2):
            launcher.expect("speed 57600 8N2\n")


@pytest.mark.parametrize("target", ["/nowhere/at/all", "/dev/pts/987654"])
def test_pty_replaces_a_stale_link(path, target):
    os.symlink(target, path)
    with Launcher(f"pty:{path}") as launcher:
        launcher.ready()
        assert os.readlink(path) != target
        launcher.end(signal.SIGTERM)
    assert not os.path.lexists(path)


def test_pty_replaces_a_link_to_its_own_new_pty(path):
    """A link that a killed launcher left, when the same number comes round again."""
    with Launcher(f"pty:{path}") as launcher:
        launcher.ready()
        modem = launcher.modem()
        launcher.end(signal.SIGKILL)
        wait_for_exit(modem)
    assert os.path.islink(path)
    with Launcher(f"pty:{path}") as launcher:
        launcher.ready()
        launcher.end(signal.SIGTERM)
    assert not os.path.lexists(path)


def test_pty_leaves_alone_what_is_not_its_own(path):
    with Launcher(f"pty:{path}") as launcher:
        launcher.ready()
        target = os.readlink(path)
        with Launcher(f"pty:{path}") as second:
            expected = f"wipmodem: pty:{path}: in use already (it leads to {target})\n"
            assert second.end() == (2, "", expected)
        os.unlink(path)
        os.symlink("/dev/null", path)
        assert launcher.end(signal.SIGTERM) == (0, "", "")
    assert os.readlink(path) == "/dev/null"


# ------------------------------------------------------------------------------------------ tcp


def test_tcp_passes_every_byte():
    with Launcher("tcp:0") as launcher, connect(launcher.port()) as host:
        talk(host, ALL_BYTES * 4)


def test_tcp_dtr_follows_the_connection_and_drops_after_the_last_byte():
    """Also with a modem that is slow to read."""
    with Launcher("tcp:0", tell="1", chunk="7") as launcher:
        port = launcher.port()
        for count in (20000, 20001):
            host = connect(port)
            launcher.expect("lines 3 after")
            host.sendall(bytes(count))
            host.close()
            launcher.expect(f"lines 0 after {20000 if count == 20000 else 40001} bytes\n")


def test_tcp_refuses_a_second_host_and_goes_on_with_the_first():
    with Launcher("tcp:0") as launcher:
        port = launcher.port()
        with connect(port) as host, connect(port) as second:
            assert second.recv(1) == b""
            launcher.expect(r"rejected host 127\.0\.0\.1:\d+: another host is connected")
            talk(host, b"still here")


def test_tcp_lets_the_next_host_in_at_once():
    with Launcher("tcp:0") as launcher:
        port = launcher.port()
        for _ in range(3):
            with connect(port) as host:
                talk(host, b"hello")
        assert launcher.end(signal.SIGTERM) == (0, "", "")


def test_tcp_answers_a_host_that_only_closed_its_sending_side():
    with Launcher("tcp:0") as launcher, connect(launcher.port()) as host:
        host.sendall(b"AT\r")
        host.shutdown(socket.SHUT_WR)
        assert read_exactly(host.fileno(), 3) == b"AT\r"
        assert host.recv(1) == b""


def test_tcp_holds_the_sender_back_and_loses_nothing():
    data = os.urandom(1 << 20)
    with Launcher("tcp:0") as launcher, connect(launcher.port()) as host:
        host.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        sent = send_without_reading(host, data)
        assert sent < len(data)
        echo = b""
        while len(echo) < len(data):
            if sent < len(data) and select.select([], [host], [], 0)[1]:
                sent += host.send(data[sent : sent + 4096])
            if select.select([host], [], [], 0)[0]:
                echo += host.recv(1 << 16)
        assert echo == data


def send_without_reading(host, data):
    """Until the other side lets no more through; gives the count."""
    sent = 0
    while sent < len(data) and select.select([], [host], [], 0.1)[1]:
        sent += host.send(data[sent : sent + 4096])
    return sent


def test_pump_stops_reading_whoever_is_not_heard():
    """Both sides write all the time and neither reads: what gets through is what sockets hold."""
    loop = EventLoop()
    modem, far_modem, host, far_host = (*socket.socketpair(), *socket.socketpair())
    lines = ControlLines(loop, Journal(), on_change=loop.stop, on_close=loop.stop)
    pump = Pump(loop, modem, lines, on_eof=loop.stop, on_fault=loop.stop)
    pump.attach(host, PlainCodec)
    sent = []
    for each in (modem, far_modem, host, far_host):
        each.setblocking(False)
    for each in (far_modem, far_host):
        loop.watch(each, WRITE, lambda _, each=each: sent.append(each.send(bytes(4096))))
    loop.after(100, loop.stop)
    loop.run()
    assert 2 * 4096 < sum(sent) < 1 << 21
    pump.close()
    lines.close()
    loop.close()


def test_tcp_lets_the_modem_talk_into_the_air():
    with Launcher("tcp:0", "-v", greet="RING") as launcher:
        with connect(launcher.port()) as host:
            talk(host, b"nothing before this")
        launcher.expect("host disconnected\n")
        _, _, stderr = launcher.end(signal.SIGTERM)
        assert stderr.endswith("wipmodem: 4 bytes from the modem reached no host\n")


# -------------------------------------------------------------------------------------- rfc2217


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")
def test_rfc2217_carries_bytes_and_lines_both_ways():
    with Launcher("rfc2217:0", "-v", tell="1") as launcher:
        url = f"rfc2217://127.0.0.1:{launcher.port()}"
        with serial.serial_for_url(url, 57600, timeout=5, stopbits=2, parity="E") as host:
            launcher.expect("lines 3 after 0 bytes\n")
            launcher.expect("speed 57600 8E2\n")
            host.write(ALL_BYTES * 16)
            assert host.read(4096) == ALL_BYTES * 16
            for on in (False, True):
                host.dtr = on
                launcher.expect(f"lines {2 + on} after 4096 bytes\n")
                wait_for_dcd(host, on)
            assert host.dsr and host.cts and not host.ri
            host.rts = False
            launcher.expect("lines 1 after 4096 bytes\n")
        launcher.expect("lines 0 after 4096 bytes\n")


def wait_for_dcd(host, on):
    wait_until(lambda: host.cd is on)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        # Too short a speed, an unknown parity, an end without a beginning, no end at all.
        (b"\xff\xfa\x2c\x01\x01\xff\xf0", b"\xff\xfa\x2c\x65\0\1\xc2\0\xff\xf0"),
        (b"\xff\xfa\x2c\x03\x09\xff\xf0", b"\xff\xfa\x2c\x67\x01\xff\xf0"),
        (b"\xff\xf0", b""),
        (b"\xff\xfa" + bytes(5000) + b"\xff\xf0", b""),
    ],
)
def test_rfc2217_survives_a_malformed_request(request_, answer):
    """The host stays connected, and reads the value in use."""
    with Launcher("rfc2217:0") as launcher, connect(launcher.port()) as host:
        read_until(host.fileno(), b"\xff\xfd\x2c")  # the last of the offers
        host.sendall(b"before" + request_ + b"after")
        came = read_until(host.fileno(), b"after")
        assert came.replace(answer, b"", 1) == b"beforeafter" and answer in came
        assert launcher.end(signal.SIGTERM) == (0, "", "")


def test_rfc2217_keeps_an_urgent_data_mark_in_its_place():
    """Telnet's Synch: the byte after IAC is urgent, and no other byte takes its place."""
    with Launcher("rfc2217:0") as launcher, connect(launcher.port()) as host:
        read_until(host.fileno(), b"\xff\xfd\x2c")
        host.sendall(b"one\xff")
        host.send(b"\xf2", socket.MSG_OOB)
        host.sendall(b"two")
        assert read_exactly(host.fileno(), 6) == b"onetwo"


def test_rfc2217_holds_the_modem_while_suspended():
    """What it says meanwhile comes after RESUME, all of it, and so does an answer."""
    suspend, resume = b"\xff\xfa\x2c\x08\xff\xf0", b"\xff\xfa\x2c\x09\xff\xf0"
    wrong, in_use = b"\xff\xfa\x2c\x03\x09\xff\xf0", b"\xff\xfa\x2c\x67\x01\xff\xf0"
    data = bytes(range(14, 34)) * 1000  # no CR, no IAC
    with Launcher("rfc2217:0", "-v") as launcher, connect(launcher.port()) as host:
        read_until(host.fileno(), b"\xff\xfd\x2c")
        host.sendall(suspend + data + wrong)
        launcher.expect("of command 3 refused\n")  # all before it has been passed on
        assert not select.select([host], [], [], 0.1)[0]
        host.sendall(resume)
        came = read_exactly(host.fileno(), len(in_use) + len(data))
        assert came.replace(in_use, b"", 1) == data


def test_rfc2217_host_that_leaves_while_suspended_holds_nobody():
    """What the modem says last reaches one that only closed its sending side."""
    with Launcher("rfc2217:0") as launcher, connect(launcher.port()) as host:
        read_until(host.fileno(), b"\xff\xfd\x2c")
        host.sendall(b"\xff\xfa\x2c\x08\xff\xf0last words")
        host.shutdown(socket.SHUT_WR)
        assert read_exactly(host.fileno(), 10) == b"last words"
        assert host.recv(1) == b""


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")
def test_rfc2217_state_of_the_lines_is_polled():
    """By pyserial, which waits for each answer."""
    with Launcher("rfc2217:0") as launcher:
        url = f"rfc2217://127.0.0.1:{launcher.port()}?poll_modem"
        with serial.serial_for_url(url, timeout=5) as host:
            wait_for_dcd(host, True)
            assert host.cts and host.dsr and not host.ri
            host.dtr = False
            wait_for_dcd(host, False)


# ------------------------------------------------------------------------------- start and end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("kind", READY)
def test_a_signal_ends_everything_without_a_trace(kind, number, path):
    with Launcher(spec(kind, path)) as launcher:
        ready = launcher.ready()
        assert re.fullmatch(READY[kind], ready)
        modem = launcher.modem()
        host = open_host(kind, ready, path)
        assert launcher.end(number) == (0, "", "")
        host.close()
    assert not is_running(modem)
    assert not os.path.lexists(path)
    if kind != "pty":
        with pytest.raises(ConnectionRefusedError):
            open_host(kind, ready, path)


@pytest.fixture
def one_of_each(path):
    """A launcher of each kind, started together, all ready."""
    with contextlib.ExitStack() as stack:
        launchers = [stack.enter_context(Launcher(spec(kind, path))) for kind in READY]
        for launcher in launchers:
            launcher.ready()
        yield launchers


def test_the_modem_ends_when_the_launcher_is_killed(one_of_each):
    for launcher in one_of_each:
        modem = launcher.modem()
        launcher.end(signal.SIGKILL)
        wait_for_exit(modem)


@pytest.mark.parametrize("state", ["stopped", "stubborn"])
def test_a_modem_that_does_not_look_at_its_lines_ends_when_the_launcher_is_killed(state, path):
    """It is stopped, or goes on with closed lines."""
    stubborn = "1" if state == "stubborn" else ""
    with Launcher(f"pty:{path}", stubborn=stubborn) as launcher:
        launcher.ready()
        modem = launcher.modem()
        if state == "stopped":
            os.kill(modem, signal.SIGSTOP)
        launcher.end(signal.SIGKILL)
        wait_for_exit(modem)


@pytest.mark.parametrize("state", ["idle", "stopped", "flooded"])
def test_a_real_modem_ends_when_the_launcher_is_killed(interpreter, state, path):
    """It waits, is stopped, or has more to say than its host takes."""
    with Launcher(f"pty:{path}", py=interpreter, program=MODEM) as launcher:
        launcher.ready()
        modem = launcher.modem()
        host = open_pty(path)
        if state == "stopped":
            os.kill(modem, signal.SIGSTOP)
        if state == "flooded":
            os.set_blocking(host, False)
            flood(host)
        launcher.end(signal.SIGKILL)
        wait_for_exit(modem)
        os.close(host)


def flood(host):
    """Commands, until the modem, whose answers nobody reads, takes no more."""
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(host, b"AT&V\r" * 100)


@pytest.mark.parametrize("kind", READY)
def test_the_launcher_ends_with_the_process_that_until_names(kind, path):
    """Killed: link, port and modem have gone, and nothing was to complain about."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as parent:
        with Launcher(spec(kind, path), "--until", str(parent.pid)) as launcher:
            ready = launcher.ready()
            modem = launcher.modem()
            parent.kill()
            assert launcher.end() == (0, "", "")
    assert not is_running(modem)
    assert not os.path.lexists(path)
    if kind != "pty":
        with pytest.raises(ConnectionRefusedError):
            open_host(kind, ready, path)


def test_the_launcher_ends_when_the_process_has_gone_before(path):
    with subprocess.Popen([sys.executable, "-c", ""]) as parent:
        parent.wait()
    with Launcher(f"pty:{path}", "--until", str(parent.pid)) as launcher:
        status, _, stderr = launcher.end()
    assert (status, stderr) == (0, "")
    assert not os.path.lexists(path)


def test_a_launcher_without_until_stays(path, tmp_path):
    """Started by a shell that ends, as with nohup."""
    script = ROOT / "boards" / "host" / "serve.py"
    words = [
        sys.executable,
        script,
        "--dte",
        f"pty:{path}",
        "--program",
        STAND_IN,
        "--py",
        "cpython",
    ]
    command = f"nohup {' '.join(map(str, words))} >{tmp_path}/out 2>{tmp_path}/err & echo $!"
    shell = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    launcher = int(shell.stdout)
    try:
        wait_until(lambda: "DTE ready" in (tmp_path / "out").read_text())
        os.kill(launcher, signal.SIGHUP)
        host = open_pty(path)
        os.write(host, b"still here")
        assert read_exactly(host, 10) == b"still here"
        os.close(host)
    finally:
        os.kill(launcher, signal.SIGTERM)
        wait_for_exit(launcher)
    assert not os.path.lexists(path)


def test_the_death_of_the_modem_is_told(one_of_each, path):
    for launcher in one_of_each:
        os.kill(launcher.modem(), signal.SIGKILL)
        told = "wipmodem: the modem ended unexpectedly (killed by signal 9: Killed)\n"
        assert launcher.end() == (1, "", told)
    assert not os.path.lexists(path)


def test_the_exit_status_of_the_modem_is_told(path):
    with Launcher(f"pty:{path}", exit="3", mute="1") as launcher:
        wait_until(lambda: os.path.lexists(path))
        os.close(open_pty(path))
        told = "wipmodem: the modem ended unexpectedly (exit status 3)\n"
        assert launcher.end() == (1, "", told)


def test_patience_with_the_modem_has_an_end(path):
    """With one that goes on without its lines, and with one that reads nothing of its host."""
    with Launcher(f"pty:{path}", stubborn="1") as launcher:
        launcher.ready()
        modem = launcher.modem()
        launcher.process.send_signal(signal.SIGINT)
        launcher.expect("stubborn\n")
        dtr_drops_although_the_modem_reads_nothing()
        # Impatience at the keyboard changes nothing.
        told = "wipmodem: the modem did not end within 2 s: terminated\n"
        assert launcher.end(signal.SIGINT) == (0, "", told)
    assert not is_running(modem)


def unacknowledged(host):
    """How much of what was sent, its end included, has not arrived at the launcher's machine."""
    return struct.unpack("i", fcntl.ioctl(host, termios.TIOCOUTQ, bytes(4)))[0]


def dtr_drops_although_the_modem_reads_nothing():
    """With nobody waiting, and with the next host come while the first is on its way out."""
    with deaf_launcher() as launcher, deaf_launcher() as second:
        leave_unread(launcher.port())
        port = second.port()
        leave_unread(port)
        with connect(port):
            for each in (launcher, second):
                each.expect("host left; the modem did not read its last 80000 bytes\n")
                each.expect("lines 0 after 0 bytes\n")
            second.expect("lines 3 after 0 bytes\n")


def deaf_launcher():
    return Launcher("tcp:0", deaf="1", tell="1")


def leave_unread(port):
    """A host that comes, says more than the launcher reads for a deaf modem, and leaves."""
    with connect(port) as host:
        host.sendall(bytes(80_000))
        host.shutdown(socket.SHUT_WR)
        wait_until(lambda: not unacknowledged(host))


# ---------------------------------------------------------------------------------------- power


@pytest.mark.parametrize("kind", ["pty", "tcp"])
def test_a_loss_of_power_leaves_the_line(kind, path):
    """The host's line stays, another modem is on it, and told how DTR and RTS stand."""
    with Launcher(spec(kind, path), tell="1") as launcher:
        ready = launcher.ready()
        first = launcher.modem()
        with open_host(kind, ready, path) as host:
            launcher.expect("lines 3 after 0 bytes\n")
            os.kill(launcher.process.pid, signal.SIGUSR1)
            assert launcher.ready() == ready
            wait_for_exit(first)
            launcher.expect("lines 3 after 0 bytes\n")
            os.write(host.fileno(), ALL_BYTES[:128])
            assert read_exactly(host.fileno(), 128) == ALL_BYTES[:128]
        status, out, _ = launcher.end(signal.SIGTERM)
        assert (status, out) == (0, "")


def test_what_was_not_read_is_lost_with_the_power(path):
    """A modem that never read its line leaves nothing to the next one."""
    with Launcher(f"pty:{path}", deaf="1") as launcher:
        ready = launcher.ready()
        with open_host("pty", ready, path) as host:
            os.write(host.fileno(), b"unheard")
            os.kill(launcher.process.pid, signal.SIGUSR1)
            assert launcher.ready() == ready
            (unread,) = struct.unpack("i", fcntl.ioctl(host, termios.TIOCOUTQ, bytes(4)))
            assert unread == 0
