"""A person at a terminal: half a second between characters, and a long thought in mid-line."""

import time

from . import Surprise, ask, expect

_KEY_S = 0.5
_THOUGHT_S = 2
_LIMIT_S = 8
_GUARD_S = 1.1
_OK = b"\r\nOK\r\n"
_QUESTION = b"anybody there?"
_ANSWER = b"\r\n+WIPDATA: 2,1,%d\r\n" % len(_QUESTION)


def run(port, place):
    """The peer sends back what it gets, some 3 s later."""
    port.timeout = _LIMIT_S
    slowly(port, b"ATE0\r", b"ATE0\r" + _OK)
    ask(port, b"AT+WIPCFG=1\r", _OK)
    ask(port, b"AT+WIPBR=4,6\r", _OK + b"\r\n+WIPBR: 6,1\r\n")
    client = b'AT+WIPCREATE=2,1,"%s",%d\r' % (place.address.encode(), place.port)
    ask(port, client, _OK + b"\r\n+WIPREADY: 2,1\r\n")
    ask(port, b"AT+WIPDATA=2,1,2\r", b"\r\nCONNECT\r\n")
    port.write(_QUESTION)
    port.flush()
    time.sleep(_GUARD_S)
    ask(port, b"+++", _OK)
    interrupted(port)
    ask(port, b"AT+WIPDATA=2,1,2\r", b"\r\nCONNECT\r\n" + _QUESTION)
    time.sleep(_GUARD_S)
    ask(port, b"+++", _OK)
    ask(port, b"AT+WIPCLOSE=2,1\r", _OK)


def interrupted(port):
    """The peer answers in the middle of a line: told before its A, or behind its result."""
    port.write(b"A")
    time.sleep(_KEY_S)
    told = port.read(port.in_waiting)
    if told not in (b"", _ANSWER):
        raise Surprise("before a line", _ANSWER, told)
    port.write(b"T+WIP")
    time.sleep(_THOUGHT_S)
    expect("half a line", b"", port.read(port.in_waiting))
    port.write(b"BR?\r")
    rest = b"\r\n+WIPBR: 6,1\r\n" + _OK + (b"" if told else _ANSWER)
    expect("AT+WIPBR?", rest, port.read(len(rest)))


def slowly(port, command, answer):
    for key in command:
        port.write(bytes((key,)))
        time.sleep(_KEY_S)
    expect(command, answer, port.read(len(answer)))
