"""The console of a modem on a PC: a pty that comes and goes with it, where a report is told."""

import os
import re
import signal

import pytest

from serving import Launcher, report


@pytest.fixture
def launched(interpreter, tmp_path):
    """Makes a launcher with the modem itself."""
    return lambda dte, *options: Launcher(dte, *options, py=interpreter, program=None)


def test_beside_the_line(launched, tmp_path):
    """There from the start to the end; whoever comes later is told what is new."""
    with launched(f"pty:{tmp_path}/modem") as launcher:
        launcher.ready()
        console = f"{tmp_path}/modem.console"
        first = report(console)
        assert first[0] == '+WIPXHEALTH: reset,"power_on"' and first[-4] == "+WIPBR: 6,0"
        assert first[-3] == "+CSQ: 31,99" and first[-1] == "OK"
        assert re.fullmatch(r"\+WIPXLOG: \d\.\d{3},start,power_on", first[-2])
        assert report(console)[-2:] == ["+CSQ: 31,99", "OK"]
        assert launcher.end(signal.SIGTERM) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_after_a_loss_of_power(launched, tmp_path):
    """It is the same one, and the modem that comes has seen nothing."""
    with launched(f"pty:{tmp_path}/modem") as launcher:
        launcher.ready()
        report(f"{tmp_path}/modem.console")
        os.kill(launcher.process.pid, signal.SIGUSR1)
        launcher.ready()
        assert report(f"{tmp_path}/modem.console")[-2].endswith(",start,power_on")


def test_where_the_user_wants_it(launched, tmp_path):
    """A line that is no pty has none but this."""
    with launched("tcp:0", "--console", str(tmp_path / "here")) as launcher:
        launcher.ready()
        assert report(str(tmp_path / "here"))[-1] == "OK"
        assert launcher.end(signal.SIGTERM) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_one_that_cannot_be(tmp_path):
    """One clear line; the DTE's link is gone, too."""
    (tmp_path / "modem.console").write_text("mine")
    with Launcher(f"pty:{tmp_path}/modem") as launcher:
        complaint = f"pty:{tmp_path}/modem.console: a file of that name exists"
        assert launcher.end() == (2, "", f"wipmodem: {complaint}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["modem.console"]
    with Launcher("tcp:0", "--count", "2", "--console", str(tmp_path / "x")) as launcher:
        complaint = "--count with --console: only a single modem has a console"
        assert launcher.end() == (2, "", f"wipmodem: {complaint}\n")
