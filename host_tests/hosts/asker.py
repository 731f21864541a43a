"""Asks all there is to ask before it dials, as hosts of GSM modules do (dialect wipsoft, H18).

A row is a command and the lines of its answer, as patterns, for figures differ. Nothing may stand
between or behind them.
"""

import re

from . import Surprise

_LIMIT_S = 3
_OK = "OK"
_ERROR = "ERROR"
_STOPPED = (
    ("AT", _OK),
    ("AT+CPIN?", r"\+CPIN: READY", _OK),
    ("AT+CREG?", r"\+CREG: 0,1", _OK),
    ("AT+CGREG?", r"\+CGREG: 0,1", _OK),
    ("AT+CGATT=1", _OK),
    ("AT+CSQ", r"\+CSQ: \d+,\d+", _OK),
    ("AT+COPS?", r"\+COPS: .+", _OK),
    ("AT+CMGF=1", _OK),
    ("AT+CFUN=1", _OK),
)
_RESTARTED = (
    ("AT+CREG?", r"\+CREG: 0,1", _OK),
    ("AT+IFC=0,0", _OK),
    ("AT+WOPEN?", r"\+WOPEN: 1", _OK),
    ("AT+WOPEN=1", _OK),
    ("AT+PSRIC=2,0", _OK),
    ("AT$QCMIP=0", _OK),
    ('AT+CGCLASS="B"', _OK),
    ("AT+WIPCFG?", _ERROR),
    ("AT+WIPCFG=1", _OK),
)
_CONFIGURATION = re.compile(rb"(\r\n\+WIPCFG: [^\r\n]+\r\n)+\r\nOK\r\n")
_RUNNING = (
    # A line that tells the version.
    ("AT+WIPCFG=3", r"[^\r\n]+", _OK),
    ("AT+WIPBR=1,6", "(OK|ERROR)"),
    ("AT+WIPBR=4,6,0", _OK),
)
_PONG = r"\+WIPPING: 0,0,\d+"


def run(port, place):
    port.timeout = _LIMIT_S
    for commands in (_STOPPED, _RESTARTED):
        echo_off(port)
        for command, *answers in commands:
            ask(port, command, *answers)
    ask_configuration(port)
    for command, *answers in _RUNNING:
        ask(port, command, *answers)
    ask(port, f'AT+WIPPING="{place.address}"', _OK, _PONG)
    ask(port, f"AT+WIPPING={place.address},1,1000,2000", _OK, _PONG)
    ask(port, "AT+WIPCFG=0", _OK)


def echo_off(port):
    """Echo is on after power-up and after AT+CFUN=1, which is a restart."""
    port.write(b"ATE0\r")
    expect("ATE0", rb"ATE0\r\r\nOK\r\n", port.read_until(b"OK\r\n"))


def ask(port, command, *answers):
    """As many lines as there should be, each in its frame."""
    port.write(command.encode() + b"\r")
    came = b"".join(port.read_until(b"\r\n") for _ in range(2 * len(answers)))
    expect(command, "".join(rf"\r\n{answer}\r\n" for answer in answers).encode(), came)


def ask_configuration(port):
    """Any number of lines, before the OK."""
    port.write(b"AT+WIPCFG?\r")
    came = port.read_until(b"\r\nOK\r\n")
    expect("AT+WIPCFG?", _CONFIGURATION, came)


def expect(doing, pattern, came):
    if not re.fullmatch(pattern, came):
        raise Surprise(doing, pattern, came)
