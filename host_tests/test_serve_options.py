"""The launcher's options: what reaches the modem, and what is refused."""

import contextlib
import os
import signal
import socket

import pytest

import serve
from serving import ALL_BYTES, ROOT, STAND_IN, Launcher, open_host, read_exactly, spec, wait_until


@pytest.fixture
def path(tmp_path):
    """Where a pty is to appear."""
    return str(tmp_path / "modem")


def test_options_reach_the_modem(path, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("")
    log = tmp_path / "log"
    options = ["--dns", "127.0.0.1:5353,192.0.2.1", "--hosts", hosts, "--trace", "--log", log]
    options += ["--speed", "9600", "--dialect", "wipsoft", "--bind", "0.0.0.0"]
    with Launcher(f"pty:{path}", "-v", *options, tell="1") as launcher:
        launcher.ready()
        with open_host("pty", "", path):
            wait_until(lambda: "wipmodem: DCD on\n" in log.read_text())
        assert launcher.end(signal.SIGTERM) == (0, "", "")
    expected = ["--dns", "127.0.0.1:5353,192.0.2.1", "--hosts", str(hosts)]
    expected += [
        "--dialect",
        "wipsoft",
        "--bind",
        "0.0.0.0",
        "--speed",
        "9600",
        "--verbose",
        "--trace",
    ]
    assert f"arguments {expected}\n" in log.read_text()


MICROPYTHON_PROGRAM = """
import select, sys
dte, lines = (open(int(sys.argv[sys.argv.index(n) + 1]), "r+b") for n in ("--dte", "--lines"))
sys.stderr.write("path %s\\n" % sys.path)
lines.write(b"\\x02")
poll = select.poll()
poll.register(dte, select.POLLIN)
poll.register(lines, select.POLLIN)
while True:
    for stream, _ in poll.poll():
        data = stream.read(256)
        if stream is lines and not data:
            sys.exit()
        if stream is dte:
            dte.write(data)
        else:
            lines.write(b"\\x0a")  # the change is taken
"""


@pytest.mark.parametrize("kind", ["pty", "tcp"])
def test_micropython_is_the_default_for_the_modem(kind, path, tmp_path):
    program = tmp_path / "main.py"
    program.write_text(MICROPYTHON_PROGRAM)
    with Launcher(spec(kind, path), py="micropython", program=program) as launcher:
        ready = launcher.ready()
        modules = [str(ROOT / "firmware"), str(ROOT / "boards" / "host"), ".frozen"]
        # MicroPython itself puts the folder of the program before them.
        assert launcher.expect(r"path (.*)\n")[1] == str([str(tmp_path), *modules])
        with open_host(kind, ready, path) as host:
            os.write(host.fileno(), ALL_BYTES)
            assert read_exactly(host.fileno(), 256) == ALL_BYTES
        assert launcher.end(signal.SIGTERM) == (0, "", "")


@pytest.mark.parametrize(
    ("dte", "complaint"),
    [
        ("com1", "--dte com1: expected pty:/tmp/modem, tcp:7000 or rfc2217:7000"),
        ("pty:", "pty: expected a path, such as pty:/tmp/modem"),
        ("pty:/tmp", "pty:/tmp: a directory of that name exists"),
        ("pty:/etc/passwd", "pty:/etc/passwd: a file of that name exists"),
        ("pty:/no/such/modem", "pty:/no/such/modem: No such file or directory"),
        ("tcp:99999", "tcp:99999: expected a port number, 0 to 65535"),
        ("tcp:BUSY", "tcp:BUSY: port BUSY of 127.0.0.1: in use already"),
        ("rfc2217:x", "rfc2217:x: expected a port number, 0 to 65535"),
    ],
)
def test_a_line_that_cannot_be_made_is_one_clear_line(dte, complaint):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        with Launcher(dte.replace("BUSY", port)) as launcher:
            assert launcher.end() == (2, "", f"wipmodem: {complaint.replace('BUSY', port)}\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("--dte pty:/tmp/x --speed 77", "--speed 77: not a serial rate of this system"),
        ("--speed fast", "argument --speed: invalid int value: 'fast'"),
        ("--dns a.b", "--dns a.b: expected an address such as 192.0.2.1 or 192.0.2.1:5353"),
        ("--dns 192.0.2.1:0", "--dns 192.0.2.1:0: expected an address such as"),
        ("--bind localhost", "--bind localhost: expected an address such as 0.0.0.0"),
        ("--bind 192.0.2.1", "--bind 192.0.2.1: Cannot assign requested address"),
        ("--until x", "argument --until: invalid int value: 'x'"),
        ("--hosts /no/hosts", "--hosts /no/hosts: cannot be read"),
        ("--resolv /tmp", "--resolv /tmp: not a file"),
        ("--log /no/log", "--log /no/log: No such file or directory"),
        ("--heap much", "--heap much: expected a size such as 256wK"),
        ("--program /no/main.py", "no modem program at /no/main.py"),
        ("--micropython /no/upy", "no MicroPython at /no/upy"),
        ("--frobnicate", "unrecognized arguments: --frobnicate"),
    ],
)
def test_bad_arguments_are_one_clear_line(arguments, complaint, capfd, monkeypatch):
    monkeypatch.setattr(
        "sys.argv", ["serve.py", "--dte", "tcp:0", "--program", str(STAND_IN), *arguments.split()]
    )
    with kept_signals():
        assert serve.main() == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"wipmodem: {complaint}")
    assert err.count("\n") == 1 and err.endswith("\n")


@contextlib.contextmanager
def kept_signals():
    """The launcher takes them over, which the test runner must not keep."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
    kept = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
