"""Does not wait: five commands at once, and the next `A` on the K of OK."""

import time

from . import Surprise, ask, expect

_LIMIT_S = 3
_GUARD_S = 1.1
_OK = b"\r\nOK\r\n"
_UP = b"\r\n+WIPBR: 6,1\r\n"
_READY = b"\r\n+WIPREADY: 2,1\r\n"
_CONNECT = b"\r\nCONNECT\r\n"
_DATA = b"no time to lose"


def run(port, place):
    port.timeout = _LIMIT_S
    ask(port, b"ATE0\r", b"ATE0\r" + _OK)
    ask(
        port,
        b"AT+CMEE=1\rAT+CMEE?\rAT+WIPCLOSE=2,1\rAT+WIPBR?\rAT+WIPCFG=1\r",
        _OK
        + (b"\r\n+CMEE: 1\r\n" + _OK)
        + b"\r\n+CME ERROR: 831\r\n"
        + (b"\r\n+WIPBR: 6,0\r\n" + _OK)
        + _OK,
    )
    for _ in range(3):
        in_a_hurry(port, b"AT+CMEE?", b"\r\n+CMEE: 1\r\n" + _OK)
    dial(port)
    told = connect(port, place)
    ask(port, _DATA, _DATA)
    time.sleep(_GUARD_S)
    ask(port, b"+++", (b"" if told else _READY) + _OK)
    ask(
        port,
        b"AT+WIPCLOSE=2,1\rAT+WIPCLOSE=2,1\rAT+WIPCREATE?\rAT+CMEE=0\rAT\r",
        _OK + b"\r\n+CME ERROR: 831\r\n" + _OK * 3,
    )


def connect(port, place):
    """The second command waits for what the first one begins (H9); true if that was told."""
    commands = b'AT+WIPCREATE=2,1,"%s",%d\rAT+WIPDATA=2,1,2\r' % (
        place.address.encode(),
        place.port,
    )
    port.write(commands)
    came = port.read_until(_CONNECT)
    if came not in (_OK + _CONNECT, _OK + _READY + _CONNECT):
        raise Surprise(commands, _OK + _CONNECT, came)
    return _READY in came


def in_a_hurry(port, command, answer):
    """The answer's last CR LF is still on the line when the next command begins."""
    port.write(command + b"\r")
    came = port.read(len(answer) - 2)
    port.write(b"A")
    came += port.read(2)
    expect(command, answer, came)
    ask(port, b"T\r", _OK)


def dial(port):
    """What is told behind the OK comes before the next command or after its result."""
    port.write(b"AT+WIPBR=4,6\r")
    came = port.read(len(_OK) - 2)
    port.write(b"AT+CMEE?\r")
    cmee = b"\r\n+CMEE: 1\r\n" + _OK
    came += port.read(2 + len(_UP + cmee))
    if came not in (_OK + _UP + cmee, _OK + cmee + _UP):
        raise Surprise("dialling", _OK + _UP + cmee, came)
