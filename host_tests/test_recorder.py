"""`make recorder`: what a modem on a line has kept, and what it says when there is none."""

import pytest

from boards.tools import recorder


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
    assert shown.splitlines()[0].split() == ["s", "since", "start", "what", "text"]
    assert shown.splitlines()[3].split()[1:] == ["line", "+WIPCLOSE=2,8"]


def test_where_nobody_is_one_line_says_so(capsys):
    """Not a traceback."""
    assert recorder.main(["--port", "/dev/none"]) == 1
    [said] = capsys.readouterr().err.splitlines()
    assert said.startswith("recorder: /dev/none: ")
    assert recorder.main(["--port", ""]) == 1
    assert capsys.readouterr().err == (
        "recorder: PORT is missing: make recorder PORT=/dev/ttyUSB0\n"
    )


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
    with pytest.raises(recorder.Silent, match="no answer"):
        recorder.read_log(Line(*lines))


@pytest.mark.parametrize("result", [b"ERROR\r\n", b"+CME ERROR: 3\r\n"])
def test_another_modem_is_told(result):
    """It knows no such command."""
    with pytest.raises(recorder.Silent, match="no flight recorder"):
        recorder.read_log(Line(b"AT+WIPXLOG?\r\r\n", result))
