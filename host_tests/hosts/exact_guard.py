"""Leaves data mode with guards of a second and not a millisecond more, while its peer talks on.

The peer counts: 0000, 0001, ... each with a blank. None of them may be lost, nor come twice. An
escape may fail only where the modem has counted a stall: bytes that nobody saw coming in time have
no guard. The second is the line's own (paced.py), so that a busy machine does not cut it short.
"""

import re

from . import Surprise, ask, expect

_GUARD_S = 1.0
_LIMIT_S = 5
_ESCAPED_S = 1
_TIMES = 3
_ATTEMPTS = 4
_WORD = 5
_OK = b"\r\nOK\r\n"
_CONNECT = b"\r\nCONNECT\r\n"
_MORE_WAITS = rb"\r\n\+WIPDATA: 2,1,\d+\r\n$"
_STALLS = rb"\+WIPXSTAT: dte_stalls,(\d+)\r\n"


def run(port, place):
    port.timeout = _LIMIT_S
    ask(port, b"ATE0\r", b"ATE0\r" + _OK)
    ask(port, b"AT+WIPCFG=1\r", _OK)
    ask(port, b"AT+WIPBR=4,6\r", _OK + b"\r\n+WIPBR: 6,1\r\n")
    client = b'AT+WIPCREATE=2,1,"%s",%d\r' % (place.address.encode(), place.port)
    ask(port, client, _OK + b"\r\n+WIPREADY: 2,1\r\n")
    counted = b""
    failures = 0
    for _ in range(_TIMES):
        said, failed = session(port)
        counted += said
        failures += failed
    ask_amid_news(port, b"AT+WIPCLOSE=2,1\r", _OK)
    for number in range(len(counted) // _WORD):
        place = number * _WORD
        expect("the peer", b"%04d " % number, counted[place : place + _WORD])
    stalls = re.search(_STALLS, ask_amid_news(port, b"AT+WIPXSTAT?\r", _OK))
    if not stalls or failures > int(stalls[1]):
        raise Surprise("%d escapes failed" % failures, b"as many stalls", stalls)


def session(port):
    """One time in data mode: what the peer said, and how many escapes have failed."""
    ask_amid_news(port, b"AT+WIPDATA=2,1,2\r", _CONNECT)
    port.write(b"go on")
    said = b""
    for failed in range(_ATTEMPTS):
        said += escape(port)
        if said.endswith(_OK):
            # What came as data mode ended waits, and that is told before the OK.
            return re.sub(_MORE_WAITS, b"", said.removesuffix(_OK)), failed
    raise Surprise("escaping %d times" % _ATTEMPTS, _OK, said[-80:])


def escape(port):
    """What came meanwhile, up to an OK if there is one."""
    port.flush()
    port.sleep(_GUARD_S)
    port.write(b"+++")
    port.flush()
    port.sleep(_GUARD_S)
    port.timeout = _ESCAPED_S
    came = port.read_until(_OK)
    port.timeout = _LIMIT_S
    return came


def ask_amid_news(port, command, end):
    """That more waits may be told before the command is typed."""
    port.write(command)
    came = port.read_until(end)
    if not came.endswith(end):
        raise Surprise(command, end, came)
    return came
