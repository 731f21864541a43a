"""The file of `PROFILE=`: whatever it holds, wherever it lies, whoever else wants it."""

import contextlib
import os
import signal
from binascii import crc32
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2e import Modem
from fakes import FakeSerial
from launcher.failure import Refused
from launcher.profile import Profiles
from serving import Launcher, wait_for_exit
from wipmodem.ports.flash import Store
from wipmodem.settings import C1, at_start, fits

_HEAD = b"wipmodem 1\n"


def right(body):
    """A file with this body and the CRC that fits."""
    return _HEAD + body + b"%08x\n" % crc32(_HEAD + body)


_WORDS = st.sampled_from((b"profile", b"line", b"stack", b"dialect", b"dial", b"=", b",", b"\n"))
_BODIES = st.lists(_WORDS | st.binary(max_size=8) | st.integers().map(lambda n: b"%d" % n))
_FILES = st.binary(max_size=2000) | _BODIES.map(b"".join) | _BODIES.map(b"".join).map(right)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_FILES)
def test_any_bytes_start_a_modem(tmp_path, text):
    """With factory values, or with what is kept as far as it is within the ranges."""
    (tmp_path / "kept").write_bytes(text)
    store = Store(str(tmp_path / "kept"))
    values = at_start(SimpleNamespace(serial=FakeSerial(), dialect=C1, store=store))
    assert all(fits(setting, value) for setting, value in enumerate(values))


@pytest.mark.parametrize(
    "text", [b"x" * 100_000, right(b"line\n"), right(b"profile=" + b"9" * 900 + b"\n")]
)
def test_a_foreign_file_is_the_factory(interpreter, tmp_path, text):
    """A real modem starts, says so, and keeps what comes then."""
    kept = tmp_path / "kept"
    kept.write_bytes(text)
    with Modem(interpreter, tmp_path, "--profile", str(kept)) as modem:
        modem.echo_off()
        modem.ask("ATI", "wipmodem 0.1.0 host", "profile damaged: factory values", "OK")
        modem.ask("ATE1&W", "OK")
    assert kept.read_bytes().startswith(_HEAD)


def test_a_long_path(interpreter, tmp_path):
    """MicroPython takes 255 bytes for a word of its command line: paths come in several."""
    folder = tmp_path / ("long" * 40) / ("--long" * 30) / ("ö" * 100)
    folder.mkdir(parents=True)
    kept = str(folder / "kept")
    assert len(kept.encode()) > 500
    for before, now in (("1", "5"), ("5", "7")):
        with Modem(interpreter, tmp_path, "--profile", kept) as modem:
            modem.type(b"ATE0\r")
            modem.expect_bytes(b"ATE0\r\r\nOK\r\n")
            modem.ask("AT+CMEE?", f"+CMEE: {int(before != '1')}", "OK")
            modem.ask(f"ATS0={now}E1+CMEE=1;&WE0", "OK")
    assert os.listdir(folder) == ["kept"]


def test_a_symbolic_link_stays_one(interpreter, tmp_path):
    """The file that it leads to is replaced, in its own folder."""
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to("there/kept")
    with Modem(interpreter, tmp_path, "--profile", str(link)) as modem:
        modem.echo_off()
        modem.ask("ATS0=5&W", "OK")
    assert link.is_symlink()
    assert b"profile=" in (tmp_path / "there" / "kept").read_bytes()


def test_what_a_link_leads_to_is_not_written_over(interpreter, tmp_path):
    """The name under which the new file is written is a link to another file."""
    precious = tmp_path / "precious"
    precious.write_text("mine")
    with Modem(interpreter, tmp_path, "--profile", str(tmp_path / "kept")) as modem:
        modem.echo_off()
        (tmp_path / "kept.new").symlink_to(precious)
        modem.ask("ATS0=5&W", "OK")
    assert precious.read_text() == "mine" and (tmp_path / "kept").is_file()
    assert not (tmp_path / "kept").is_symlink()


def test_two_modems_do_not_share_one(tmp_path):
    """The second start is refused; once the first has ended, also by SIGKILL, it is not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        kept = tmp_path / "kept"
        with Launcher(f"pty:{tmp_path}/one", "--profile", kept) as one:
            one.ready()
            (tmp_path / "name").unlink(missing_ok=True)
            (tmp_path / "name").symlink_to(kept)
            for name in ("kept", "name"):
                with Launcher(f"pty:{tmp_path}/two", "--profile", tmp_path / name) as two:
                    told = f"wipmodem: --profile {kept}: another modem uses it\n"
                    assert two.end() == (2, "", told)
            modem = one.modem()
            one.end(number)
            wait_for_exit(modem)
    with Launcher(f"pty:{tmp_path}/one", "--profile", kept) as one:
        one.ready()
        assert one.end(signal.SIGTERM) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["name"]


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("no/folder/kept", "No such file or directory"),
        ("folder", "not a file"),
        ("fifo", "not a file"),
        ("x" * 252, "File name too long"),
        ("loop", "not a file"),
        ("blocked", "the folder blocked.new is in the way"),
    ],
)
def test_a_place_that_will_not_do_is_one_clear_line(tmp_path, path, complaint):
    """It is told at the start, not by AT&W."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "blocked.new").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    full = tmp_path / path
    with Launcher(f"pty:{tmp_path}/modem", "--profile", full) as launcher:
        told = complaint.replace("blocked.new", f"{full}.new")
        assert launcher.end() == (2, "", f"wipmodem: --profile {full}: {told}\n")
    assert not (tmp_path / "modem").exists()


def test_a_path_that_micropython_cannot_take(tmp_path):
    """Bytes that are no UTF-8."""
    path = os.fsencode(tmp_path) + b"/\xff"
    with Launcher(f"pty:{tmp_path}/modem", "--profile", path, py="micropython") as launcher:
        status, out, err = launcher.end()
    assert (status, out) == (2, "") and err.endswith(": MicroPython accepts only UTF-8\n")


def test_each_modem_of_a_fleet_has_its_own(tmp_path):
    """All are locked, none of them is a link, nothing stays behind."""
    options = SimpleNamespace(profile=f"{tmp_path}/%d", count=3)
    first, second = Profiles(), Profiles()
    first.take(options)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.lock", "2.lock", "3.lock"]
    with pytest.raises(Refused, match="1: another modem uses it"):
        second.take(options)
    first.close()
    second.close()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "2").symlink_to("elsewhere")
    with pytest.raises(Refused, match="2: not a file"):
        second.take(options)
    second.close()


def test_a_lock_that_was_removed_meanwhile(tmp_path, monkeypatch):
    """Between opening it and locking it: the next one is taken."""
    import launcher.profile as module

    flock = module.fcntl.flock
    times = []

    def late(fd, how):
        times.append(fd)
        if len(times) == 1:
            os.unlink(tmp_path / "kept.lock")
        flock(fd, how)

    monkeypatch.setattr(module.fcntl, "flock", late)
    profiles = Profiles()
    profiles.take(SimpleNamespace(profile=str(tmp_path / "kept"), count=1))
    assert len(times) == 2 and (tmp_path / "kept.lock").exists()
    with contextlib.closing(profiles):
        assert profiles._locks
