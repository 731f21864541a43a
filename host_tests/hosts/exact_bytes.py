"""Compares every answer with a string constant, byte for byte, and lets nothing else pass."""

import time

from . import Surprise, ask

_LIMIT_S = 3
_GUARD_S = 1.1
_QUIET_S = 0.2

_OK = b"\r\nOK\r\n"
_UP = b"\r\nOK\r\n\r\n+WIPBR: 6,1\r\n"
_DOWN = b"\r\nOK\r\n\r\n+WIPBR: 6,0\r\n"
_READY = b"\r\nOK\r\n\r\n+WIPREADY: 2,1\r\n"
_CONNECT = b"\r\nCONNECT\r\n"
_HELLO = b"Hello from the field.\r\n"


def run(port, place):
    port.timeout = _LIMIT_S
    # Echo is on when the modem is: the line as typed, then the answer.
    ask(port, b"AT\r", b"AT\r" + _OK)
    ask(port, b"ATE0\r", b"ATE0\r" + _OK)
    ask(port, b"AT+WIPCFG=1\r", _OK)
    ask(port, b"AT+WIPBR=4,6\r", _UP)
    ask(port, b'AT+WIPCREATE=2,1,"%s",%d\r' % (place.address.encode(), place.port), _READY)
    ask(port, b"AT+WIPDATA=2,1,2\r", _CONNECT)
    ask(port, _HELLO, _HELLO)
    time.sleep(_GUARD_S)
    ask(port, b"+++", _OK)
    ask(port, b"AT+WIPCLOSE=2,1\r", _OK)
    ask(port, b"AT+WIPBR=5,6\r", _DOWN)
    ask(port, b"AT+WIPCFG=0\r", _OK)
    port.timeout = _QUIET_S
    more = port.read(1)
    if more:
        raise Surprise("at the end", b"", more)
