"""TRACE=1: every byte is shown, but no user id and no password; what is told of the line."""

import ast
import re
import socket

import pytest

import board
from e2e import Modem
from interpreters import COMMANDS


def shown(log, sign):
    """All bytes that the log shows with this sign."""
    words = re.findall(rf"^ +\d+\.\d{{3}} {sign} (['\"].*)$", log, re.MULTILINE)
    return b"".join(ast.literal_eval("b" + word) for word in words)


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_no_password_is_shown(tmp_path, interpreter):
    """As the host says it and as it is echoed, at once or in pieces; the modem gets it all."""
    log = tmp_path / "log"
    with Modem(interpreter, tmp_path, "--trace", "--log", str(log)) as modem:
        for typed, pieces in (
            (b'AT+WIPCFG=1;+WIPBR=2,6,0,"Geheim";+WIPBR=2,6,1,Streng\r', 1),
            (b'at+wipbr=2, 6, 1, "Geheim,Streng"\r\n', 37),
        ):
            step = -(-len(typed) // pieces)
            for at in range(0, len(typed), step):
                modem.type(typed[at : at + step])
            modem.expect_bytes(typed.rstrip(b"\n") + b"\r\nOK\r\n")
    text = log.read_text()
    masked = b"AT+WIPCFG=1;+WIPBR=2,6,0,***;+WIPBR=2,6,1,***\r"
    again = b"at+wipbr=2, 6, 1,***\r"
    ok = b"\r\nOK\r\n"
    assert shown(text, ">") == masked + again + b"\n"
    assert shown(text, "<") == masked + ok + again + ok
    assert "Geheim" not in text and "Streng" not in text


def serial_port(*options):
    """The PC's DTE, and what keeps its line open."""
    pairs = [socket.socketpair() for _ in range(2)]
    fds = [str(pair[0].detach()) for pair in pairs]
    here = board.Board(["--dte", fds[0], "--lines", fds[1], *options])
    return here.serial, [pair[1] for pair in pairs]


@pytest.mark.parametrize("option", ["--verbose", "--trace"])
def test_a_change_of_the_line_is_told(capsys, option):
    """In words; a PC's line takes any rate and has none."""
    dte, others = serial_port("--speed", "9600", option)
    assert (dte.rate, dte.flow, dte.sent()) == (9600, True, True)
    assert all(dte.takes(rate) for rate in (0, 300, 12345, 921600))
    dte.configure(19200, True, False)
    dte.configure(0, False, True)
    assert dte.rate == 0
    assert capsys.readouterr().err == (
        "wipmodem: 19200 bit/s, CTS holds the modem, the host sends at will\n"
        "wipmodem: 0 bit/s, the modem sends at will, RTS holds the host\n"
    )
    for other in others:
        other.close()


def test_without_being_asked_it_tells_nothing(capsys):
    """The rate is remembered all the same."""
    dte, others = serial_port()
    assert dte.rate == 115200
    dte.configure(300, True, True)
    assert dte.rate == 300 and capsys.readouterr() == ("", "")
    for other in others:
        other.close()
