"""User id and password of AT+WIPBR=2 stand nowhere: in no answer, file, log or process list."""

from pathlib import Path

from e2e import Modem
from serving import report

_SECRETS = ("Q7userid", "Z9passwd")
_FORMS = ("", "?", "=?", "=1", "=0")
# What ends the session, restarts, or waits for somebody.
_LEFT_OUT = (
    "AT+CFUN",
    "ATD",
    "ATO",
    "ATA",
    "AT+WIPXCRASH",
    "AT+IPR",
    "AT+WIPXIPR",
    "AT+IFC",
    "ATQ",
    "ATV",
    "ATE",
)


def _names(modem):
    modem.send("AT+CLAC")
    return [name for name in modem.expect_listing() if name not in _LEFT_OUT]


def _everything(modem):
    """All that the modem says to every command that it has, in every form."""
    names = _names(modem)
    assert len(names) > 40
    lines = [name + form for name in names for form in _FORMS]
    lines += [f"ATI{n}" for n in range(10)] + ["AT&V", "A/", 'AT+WIPBR=2,6,7,"x"', "AT&W", "AT"]
    said = b""
    for line in lines:
        modem.send(line)
        said += _until_result(modem)
    return said


def _until_result(modem):
    """Up to OK or an error, whatever stands before it."""
    said = b""
    while not said.endswith((b"\r\nOK\r\n", b"\r\nERROR\r\n")):
        more = modem.line.read(1)
        assert more, said
        said += more
    return said


def _files_of(pid):
    """What /proc tells of the process to others, and its environment."""
    return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ"))


def test_they_stand_nowhere(interpreter, tmp_path):
    """After they were set, kept options and a session, with a profile, a trace and a log."""
    log, profile = tmp_path / "log", tmp_path / "profile"
    options = ("--trace", "--verbose", "--log", str(log), "--profile", str(profile))
    with Modem(interpreter, tmp_path, *options) as modem:
        modem.type(b"ATE0\r")
        modem.expect_bytes(b"ATE0\r\r\nOK\r\n")
        for option, secret in enumerate(_SECRETS):
            modem.ask(f'AT+WIPBR=2,6,{option},"{secret}"', "OK")
        modem.ask("AT+WIPCFG=1;+WIPBR=4,6", "OK", "+WIPBR: 6,1")
        modem.ask("AT&W;+WIPCFG=4,1;+WIPXDIALECT=c1", "OK")
        found = _everything(modem) + _files_of(modem.pid())
        found += "".join(report(f"{tmp_path}/modem.console")).encode()
    shown = log.read_bytes()
    assert b"AT+WIPBR=2,6,1,***" in shown and b"AT+WIPBR=2,6,0,***" in shown
    found += shown + b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for secret in _SECRETS:
        assert secret.encode() not in found
