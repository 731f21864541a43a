"""No descriptor is left, for the modem or for the launcher: what needs one is refused or waits,
all else works, and everything does once there are some again. The limit of real processes moves.
"""

import contextlib
import errno
import os
import re
import resource
import shutil
import signal
import socket
from pathlib import Path

import pytest

from e2e import LOOPBACK, Modem, Peers, at_once, create_client, free_port, port_of
from interpreters import COMMANDS
from launcher.controllines import ControlLines
from launcher.eventloop import READ
from launcher.journal import Journal
from launcher.steer import send
from launcher.tcpdte import TcpDte
from serving import PATIENCE_S, ROOT, Launcher, connect, talk, wait_until

_LIMIT = resource.RLIMIT_NOFILE


def left(pid, count):
    """Let a process open so many descriptors more, until it closes some. MicroPython's poll fails
    for good if it has ever watched more than the limit."""
    used = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    limit = free = 0
    while free < count or limit in used:
        free += limit not in used
        limit += 1
    resource.prlimit(pid, _LIMIT, (limit, resource.prlimit(pid, _LIMIT)[1]))


@contextlib.contextmanager
def few(pid, count):
    """Within, a process may open so many descriptors more."""
    before = resource.prlimit(pid, _LIMIT)
    left(pid, count)
    try:
        yield
    finally:
        resource.prlimit(pid, _LIMIT, before)


# Lazy commands, one for each module that is loaded at its first use.
_LAZY = (
    "ATI",
    "AT+WIPXSTAT=0",
    "AT+WIPXSERVER?",
    "AT+WIPXSOCK?",
    "AT+WIPXSEND=2,1,0",
    "AT+WIPXIPR?",
    "AT+WIPOPT=2,1,1,2",
    'AT+WIPPING="127.0.0.1",1',
    "AT+WIPXCLOSE=2,1",
)


def test_commands_that_load_a_module(modem):
    """802 for each, the connection stays; with a descriptor each is what it always is."""
    modem.ask("AT+CMEE=1", "OK")
    with few(modem.pid(), 0):
        for command in _LAZY:
            modem.ask(command, "+CME ERROR: 802")
        modem.nothing_more()
    modem.ask("AT+WIPXSTAT=0", "OK")
    modem.ask("AT+WIPXSOCK?", "OK")
    modem.ask("AT+WIPXCLOSE=2,1", "+CME ERROR: 831")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "def close_set(modem:\n",
        "from .errors import NO_SUCH_NUMBER\n",
        "close_set = nobody\n",
        "raise ValueError('incompatible .mpy file')\n",
    ],
)
def test_a_module_that_has_changed_since_the_start(interpreter, tmp_path, text):
    """Removed, or not what the others expect: its command is refused, until it fits again."""
    for name in ("firmware", "boards/host"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    # The launcher's paths lead to the checkout.
    paths = [str(tmp_path / name) for name in ("firmware", "boards/host")]
    program = tmp_path / "firmware" / "main.py"
    program.write_text(f"import sys\nsys.path[:0] = {paths}\n" + program.read_text())
    module = tmp_path / "firmware" / "wipmodem" / "commands" / "socket_extras.py"
    good = module.read_text()
    with Modem(interpreter, tmp_path, program=program) as modem:
        modem.echo_off()
        modem.ask("AT+CMEE=1", "OK")
        module.unlink()
        if text is not None:
            module.write_text(text)
        modem.ask("AT+WIPXCLOSE=2,1", "+CME ERROR: 802")
        module.write_text(good)
        modem.ask("AT+WIPXCLOSE=2,1", "+CME ERROR: 831")


class Session:
    """A host that takes what comes: results as answers, other lines as events."""

    def __init__(self, modem):
        self._modem = modem
        self.events = []

    def ask(self, command):
        """The final result."""
        self._modem.send(command)
        while True:
            line = self._modem.expect_line()
            if line == "OK" or line.startswith("+CME ERROR"):
                return line
            self.events.append(line)

    def wait_for(self, *events):
        """Until these have come, in any order; nothing else has."""
        while len(self.events) < len(events):
            self.events.append(self._modem.expect_line())
        assert sorted(self.events) == sorted(events)
        self.events.clear()


def live_through(modem, peers, count):
    """A session in which `count` descriptors are left: whatever needs more is refused or waits."""
    port, there = free_port(), port_of(peers.listen())
    session = Session(modem)
    assert session.ask(f"AT+WIPCREATE=3,1,{port},5,8") == "OK"
    with few(modem.pid(), count):
        guests = [peers.call(port) for _ in range(3)]
        accepted = [f"+WIPACCEPT: 1,{5 + n}" for n in range(3)]
        session.wait_for(*accepted[:count])
        asked = {
            f"AT+WIPCREATE=1,1,{free_port(socket.SOCK_DGRAM)}": "+WIPREADY: 1,1",
            create_client(1, there): "+WIPREADY: 2,1",
        }
        if count < 2:  # a name that could not be looked up is looked up again, in 2 s
            asked[create_client(2, there, "far.end")] = "+WIPREADY: 2,2"
        results = {command: session.ask(command) for command in asked}
        assert session.ask("ATS0=9&W") == ("OK" if count > 5 else "+CME ERROR: 820")
        for _ in range(100):
            assert session.ask("AT") == "OK"
        assert session.ask("AT+WIPXSTAT?") == "OK"
        lost = [line for line in session.events if re.fullmatch(r"\+WIPXSTAT: .*,[1-9]\d*", line)]
        assert lost == [], "nobody was turned away"
        session.events = [line for line in session.events if "STAT" not in line]
    came = [asked[command] for command, result in results.items() if result == "OK"]
    session.wait_for(*accepted[count:], *came)
    assert all(result in ("OK", "+CME ERROR: 838") for result in results.values())
    assert len(came) == max(0, min(count - 3, 2)) + (count < 2)
    for command, result in results.items():
        if result != "OK":
            assert session.ask(command) == "OK"
            session.wait_for(asked[command])
    for index, guest in enumerate(guests, 5):
        guest.sendall(b"hello")
        session.wait_for(f"+WIPDATA: 2,{index},5")
        assert session.ask(f"AT+WIPCLOSE=2,{index}") == "OK"
    assert session.ask("ATS0=0&W") == "OK"
    assert session.ask("AT+WIPXCLOSE=2,1") == "OK" and session.events == ["+WIPXCLOSE: 2,1,0,0"]


def test_every_number_of_descriptors(tmp_path):
    """From none to enough, on both interpreters: no exception, each peer that waited is let in,
    and nothing is refused any more."""
    hosts = tmp_path / "hosts"
    hosts.write_text(f"{LOOPBACK} far.end\n")

    def sweep(interpreter):
        for count in (0, 1, 2, 4, 6):
            folder = tmp_path / f"{interpreter}{count}"
            folder.mkdir()
            options = ("--hosts", str(hosts), "--profile", str(folder / "kept"))
            with Modem(interpreter, folder, *options) as modem, Peers() as peers:
                modem.online().ask("AT+CMEE=1;+WIPXURC=0,1;+WIPXSTAT=0", "OK")
                modem.ask("AT+WIPXCLOSE=2,1", "+CME ERROR: 831")
                live_through(modem, peers, count)

    at_once(*(lambda each=each: sweep(each) for each in COMMANDS))


def test_a_session_needs_a_descriptor(interpreter, tmp_path):
    """Without one to read resolv.conf it is refused, and nothing is left of it."""
    with Modem(interpreter, tmp_path) as modem:
        modem.echo_off()
        modem.ask("AT+CMEE=1;+WIPCFG=1", "OK")
        with few(modem.pid(), 0):
            for form in ("AT+WIPBR=4,6", "AT+WIPBR=4,6,0"):
                modem.ask(form, "+CME ERROR: 802")
            modem.ask("AT+WIPBR?", "+WIPBR: 6,0", "OK")
            modem.ask("AT+WIPBR=5,6", "+CME ERROR: 803")
        modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")


def test_closing_a_socket_waits_for_a_descriptor(modem, peers):
    """What the peer has not acknowledged cannot be looked up meanwhile."""
    modem.client(1, peers)
    modem.ask("AT+CMEE=1", "OK")
    modem.ask("AT+WIPXCLOSE=2,2", "+CME ERROR: 831")
    modem.client(2, peers)
    with few(modem.pid(), 0):
        modem.ask("AT+WIPXCLOSE=2,2,1", "+WIPXCLOSE: 2,2,0,", "OK")
        modem.send("AT+WIPXCLOSE=2,1,60")
    modem.expect("+WIPXCLOSE: 2,1,0,0", "OK")


# ------------------------------------------------------------------------------------ the launcher


def test_a_host_waits_for_a_descriptor():
    """One line in the log, however long it waits; then it is served."""
    with Launcher("tcp:0", "-v") as launcher:
        port = launcher.port()
        with few(launcher.process.pid, 0):
            host = connect(port)
            launcher.expect("a host could not connect: Too many open files\n")
        with host:
            launcher.expect(r"^wipmodem: host 127.0.0.1:\d+ connected\n")
            talk(host, b"hello")
        assert launcher.end(signal.SIGTERM)[:2] == (0, "")


class Loop:
    """An event loop that only notes what it is asked for."""

    def __init__(self):
        self.watched = {}
        self.timers = []

    def watch(self, fileobj, events, callback):
        self.watched[fileobj] = events

    def unwatch(self, fileobj):
        self.watched.pop(fileobj, None)

    def after(self, delay_ms, callback):
        self.timers.append((delay_ms, callback))


class Short:
    """A listener that finds no descriptor for whoever waits."""

    def __init__(self, listener):
        self._listener = listener
        self.tries = 0

    def accept(self):
        self.tries += 1
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def close(self):
        self._listener.close()


def test_a_host_that_waits_is_looked_at_ten_times_a_second(capfd):
    """Between two tries the loop does not watch the listener."""
    loop, journal = Loop(), Journal()
    dte = TcpDte("0", 115200, loop, ControlLines(loop, journal, None, None), journal)
    dte._listener = listener = Short(dte._listener)  # type: ignore
    dte.start()
    for tries in range(1, 5):
        assert listener in loop.watched
        dte._on_connection(READ)
        assert listener not in loop.watched and listener.tries == tries
        ((delay_ms, again),) = loop.timers
        assert delay_ms == 100
        loop.timers.clear()
        again()
    dte.withdraw()
    dte.close()
    journal.close()
    said = "wipmodem: a host could not connect: Too many open files\n"
    assert capfd.readouterr() == ("", said)


def test_the_power_comes_back_once_there_are_descriptors():
    """SIGUSR1: until then the modem has no power, the host stays connected, lines that it changes
    are told to the next modem."""
    with Launcher("tcp:0", "-v", tell="1") as launcher:
        port = launcher.port()
        with connect(port) as host:
            talk(host, b"before")
            with few(launcher.process.pid, 0):
                launcher.process.send_signal(signal.SIGUSR1)
                launcher.expect("the power cycle is delayed: .*Too many open files.*\n")
            launcher.expect("lines 3 after 0 bytes\n")
            assert launcher.port() == port
            talk(host, b"after")
            assert "power cycle is delayed" not in launcher.stderr


def sleeps(pid):
    """How often a process has gone to sleep."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE)[0])


def test_who_steers_the_radio_waits_for_a_descriptor(tmp_path):
    """The simulated radio goes on; once there is one it answers."""
    control = f"{tmp_path}/radio"
    with Launcher(f"pty:{tmp_path}/modem", "--radio", f"sim:{control}") as launcher:
        launcher.ready()
        children = Path(f"/proc/{launcher.process.pid}/task/{launcher.process.pid}/children")
        pids = [int(pid) for pid in children.read_text().split()]
        (radio,) = (pid for pid in pids if "sim.py" in Path(f"/proc/{pid}/cmdline").read_text())
        send(control, "alive")  # it has started
        with socket.socket(socket.AF_UNIX) as person:
            person.settimeout(PATIENCE_S)
            with few(radio, 0):
                person.connect(control)
                person.sendall(b"nonsense\n")
                slept = sleeps(radio)
                wait_until(lambda: sleeps(radio) > slept + 2)
            assert person.recv(100) == b"nonsense: no such command; help lists them\n"
        assert launcher.end(signal.SIGTERM) == (0, "", "")


def test_a_start_with_every_limit(tmp_path):
    """From the lowest with which Python itself starts: one clear line, until the modem starts."""
    for limit in range(6, 40):
        options = ("--radio", f"sim:{tmp_path}/radio", "--profile", f"{tmp_path}/kept")
        with Launcher(f"pty:{tmp_path}/modem", *options, descriptors=limit) as launcher:
            if launcher.starts():
                assert launcher.end(signal.SIGTERM)[::2] == (0, "")
                break
            status, out, err = launcher.end()
            assert (status, out) == (2, ""), limit
            assert re.fullmatch("wipmodem: .*Too many open files.*\n", err), limit
        assert os.listdir(tmp_path) == []
    else:
        raise AssertionError("it never starts")
