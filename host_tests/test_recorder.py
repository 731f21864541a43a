"""`make recorder`: what a modem on a line has kept, and what it says when there is none."""

import pytest

from boards.tools import ports, recorder
from e2e import Modem, Peers


def port_of_line(modem):
    return modem.line.port


def test_it_shows_what_the_modem_has_done(modem, capsys):
    """Lines, an error and an unsolicited line, with their times; echo and frames are left out."""
    modem.ask("AT+WIPXLOG=0", "OK")
    modem.ask("AT+WIPCREATE=1,1,0", "OK", "+WIPREADY: 1,1")
    modem.ask("AT+WIPCLOSE=2,8", "ERROR")
    entries = recorder.read_log(modem.line)
    assert [(kind, text) for _, kind, text in entries] == [
        ("line", "+WIPCREATE=1,1,0"),
        ("urc", "+WIPREADY: 1,1"),
        ("line", "+WIPCLOSE=2,8"),
        ("error", "831"),
        ("line", "+WIPXLOG?"),
    ]
    assert recorder.main(["--port", port_of_line(modem)]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0].split() == ["s", "since", "start", "kind", "text"]
    assert shown.splitlines()[3].split()[1:] == ["line", "+WIPCLOSE=2,8"]


def test_where_nobody_is_one_line_says_so(capsys):
    """Not a traceback."""
    assert recorder.main(["--port", "/dev/none"]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert said == "recorder: /dev/none does not exist"
    assert recorder.main(["--port", "/dev/null"]) == 1
    assert capsys.readouterr().err == "recorder: /dev/null is not a serial port\n"


def test_no_port_is_the_modem_on_this_pc(interpreter, tmp_path, capsys, monkeypatch):
    """By its console, while a host is in data mode; asked twice it tells the same."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(ports, "_SERVED", str(tmp_path))
    nothing = (
        "recorder: no port given, and no modem runs on this PC: make recorder PORT=/dev/ttyUSB0\n"
    )
    assert recorder.main([]) == 1 and capsys.readouterr().err == nothing
    with Modem(interpreter, tmp_path) as modem, Peers() as peers:
        modem.online().client(1, peers)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        told = []
        for _ in range(2):
            assert recorder.main([]) == 0
            told.append([line.split()[1:] for line in capsys.readouterr().out.splitlines()])
        assert told[0] == told[1]
        assert told[0][1] == ["start", "power_on"] and told[0][-1] == ["line", "+WIPDATA=2,1,2"]
        modem.escape("OK")


def test_a_console_that_has_told_another_program(capsys):
    """Asked again after 4 s it tells all; once is enough where all came."""
    health = b'\r\n+WIPXHEALTH: reset,"power_on"\r\n'
    end = b"\r\nOK\r\n"
    start, urc = b"+WIPXLOG: 0.000,start,power_on\r\n", b"+WIPXLOG: 1.000,urc,+WIPBR: 6,1\r\n"
    waited = []
    part, whole = (health, urc, *end.splitlines(True)), (health, start, urc, b"OK\r\n")
    entries = recorder.read_log(Line(*part, *whole), waited.append)
    assert waited == [4] and [kind for _, kind, _ in entries] == ["start", "urc"]
    assert recorder.read_log(Line(*whole), waited.append) == entries and waited == [4]
    full = [health, *[urc] * 64, b"OK\r\n"]
    assert len(recorder.read_log(Line(*full), waited.append)) == 64 and waited == [4]
    lines = list(recorder.format_log(entries, True))
    assert lines[1] == "\x1b[33m        0.000  start  power_on\x1b[0m"
    assert max(map(len, recorder.format_log([["4294967.295", "stall", "x" * 24]], False))) < 80


class Line:
    """A serial line that gives these lines, and then nothing."""

    def __init__(self, *lines):
        self.lines = list(lines)
        self.written = b""

    def reset_input_buffer(self):
        """There is none."""

    def write(self, data):
        self.written += data

    def readline(self):
        return self.lines.pop(0) if self.lines else b""


@pytest.mark.parametrize("lines", [(), (b"garb",), (b"\r\n", b"half a line")])
def test_silence_is_told(lines):
    """Nothing, or no whole line, within the time."""
    with pytest.raises(recorder.NoLog, match="no answer"):
        recorder.read_log(Line(*lines))


@pytest.mark.parametrize("result", [b"ERROR\r\n", b"+CME ERROR: 3\r\n"])
def test_another_modem_is_told(result):
    """It knows no such command."""
    with pytest.raises(recorder.NoLog, match="no flight recorder"):
        recorder.read_log(Line(b"AT+WIPXLOG?\r\r\n", result))
