"""TRACE=1: every byte is shown, but no user id, no password and no echo; what is told of the
line."""

import re
import socket

import pytest

import board
from e2e import Modem, Peers, receive
from interpreters import COMMANDS
from traced_line import TracedLine, shown


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_no_password_is_shown(tmp_path, interpreter):
    """As the host says it and as it is echoed, at once or in pieces; the modem gets it all.

    rules: B4
    """
    log = tmp_path / "log"
    with Modem(interpreter, tmp_path, "--trace", "--log", str(log)) as modem:
        length = 0
        for typed, pieces in (
            (b'AT+WIPCFG=1;+WIPBR=2,6,0,"Geheim";+WIPBR=2,6,1,Streng\r', 1),
            (b'at+wipbr=2, 6, 1, "Geheim,Streng"\r\n', 37),
        ):
            step = -(-len(typed) // pieces)
            for at in range(0, len(typed), step):
                modem.type(typed[at : at + step])
            modem.expect_bytes(typed.rstrip(b"\n") + b"\r\nOK\r\n")
            length += len(typed.rstrip(b"\n"))
    text = log.read_text()
    masked = b"AT+WIPCFG=1;+WIPBR=2,6,0,***;+WIPBR=2,6,1,***\r"
    again = b"AT+wipbr=2,6,1,***\r"
    ok = b"\r\nOK\r\n"
    assert shown(text, ">") == masked + again + b"\n"
    assert shown(text, "<") == ok + ok
    echoed = [int(n) for n in re.findall(r" < \((\d+) bytes of echo\)", text)]
    assert sum(echoed) == length
    assert "Geheim" not in text and "Streng" not in text


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_a_password_is_not_shown_however_it_is_typed(tmp_path, interpreter):
    """Edited, behind junk, behind zeros, in data mode and as the peer says it. rules: B4"""
    log = tmp_path / "log"
    lines = (
        b'AT+WIPZxBR=2,6,1,"Geheim"\r',
        b"AT+WIPBR=2,6,1,Gehxxheim\r",
        b"AT+WIPBR=" + b"0" * 150 + b'2,6,1,"Geheim"\r',
        b'AT+CSQ;+WIPBR=3,6,1,"Geheimxxxxxxxxxxxxx2,6,1,"Geheim"\r',
        b'ATGeheimxxxxxx+WIPBR=2,6,1,"Geheim"\r',
    )
    with Modem(interpreter, tmp_path, "--trace", "--log", str(log)) as modem, Peers() as peers:
        peer = modem.online().client(1, peers)
        modem.ask("ATS5=120;E1", "OK")
        for line in lines:
            modem.type(b"0" * 250 + line)
            signal = b"\r\n+CSQ: 31,99\r\n" if b"CSQ" in line else b""
            modem.expect_bytes(line + signal + b"\r\nOK\r\n")
        modem.type(b"A/")
        modem.expect_bytes(b"A/\r\nOK\r\n")
        modem.type(b"ATE0\r")
        modem.expect_bytes(b"ATE0\r\r\nOK\r\n")
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        modem.type(lines[0])
        receive(peer, lines[0])
        peer.sendall(lines[2])
        modem.expect_bytes(lines[2])
    text = log.read_text()
    assert "Geheim" not in text and "heim" not in text
    said = b"".join(
        (
            b"AT+WIPBR=2,6,1,***\r" * 2,
            b"AT+WIPBR=" + b"0" * 150 + b"2,6,1,***\r",
            b"AT+CSQ;+WIPBR=2,6,1,***\r",
            b"AT+WIPBR=2,6,1,***\rA/ATE0\rAT+WIPDATA=2,1,2\rAT+WIPZxBR=***\r",
        )
    )
    assert shown(text, ">").partition(b"E1\r")[2].replace(b"0" * 250, b"") == said
    # The end of the host's program ends the session.
    end = b"\r\n+WIPBR: 6,0\r\n\r\nOK\r\n"
    assert shown(text, "<").endswith(b"CONNECT\r\nAT+WIPBR=***\r" + end)


def test_a_line_that_does_not_end_is_counted():
    """Its bytes are shown when it is complete, and as no others when DTR has dropped meanwhile."""
    with TracedLine() as line:
        line.type(b"ATE0\r")
        line.type(b"noise AT+CM")
        line.type(b"EE?\r")
        line.type(b"AT+WIPBR=2,6,1,Ge")
        line.drop_dtr()
        line.type(b"heim\r")
        line.type(b"AT\r")
    text = line.trace.getvalue()
    assert shown(text, ">") == b"ATE0\rnoise AT+CMEE?\r\rAT\r"
    counted = re.findall(r" > (\(.*)", text)
    assert counted == [
        "(11 bytes of a line)",
        "(17 bytes of a line)",
        "(17 bytes of a discarded line)",
    ]


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
    assert (dte.rate, dte.flow, dte.tx_done()) == (9600, True, True)
    assert all(dte.supports(rate) for rate in (0, 300, 12345, 921600))
    dte.configure(19200, True, False)
    dte.configure(0, False, True)
    assert dte.rate == 0
    assert capsys.readouterr().err == (
        "wipmodem: 19200 bit/s, RTS stops the modem, CTS is always on\n"
        "wipmodem: 0 bit/s, the modem ignores RTS, CTS stops the host\n"
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
