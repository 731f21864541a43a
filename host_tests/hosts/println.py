"""Serial.println() for everything: each line ends in CR LF, what goes to the peer too."""

import time

from . import Surprise

_LIMIT_S = 3
_GUARD_S = 1.1
_LINES = (b"first", b"", b"last")


def run(port, place):
    port.timeout = _LIMIT_S
    println(port, b"ATE0")
    expect(port, b"ATE0\r", b"\r\nOK\r\n")
    command(port, b"AT+WIPCFG=1", b"OK")
    command(port, b"AT+WIPBR=4,6", b"OK", b"+WIPBR: 6,1")
    client = b'AT+WIPCREATE=2,1,"%s",%d' % (place.address.encode(), place.port)
    command(port, client, b"OK", b"+WIPREADY: 2,1")
    for _ in range(2):
        command(port, b"AT+WIPDATA=2,1,2", b"CONNECT")
        # The peer's first byte shows that the LF behind CONNECT's command was not for it.
        for line in _LINES:
            println(port, line)
            expect(port, line + b"\r\n")
        time.sleep(_GUARD_S)
        port.write(b"+++")
        expect(port, b"\r\nOK\r\n")
    command(port, b"AT+WIPCLOSE=2,1", b"OK")


def println(port, line):
    port.write(line)
    port.write(b"\r\n")


def command(port, line, *answers):
    println(port, line)
    expect(port, *(b"\r\n" + answer + b"\r\n" for answer in answers))


def expect(port, *parts):
    for part in parts:
        came = port.read(len(part))
        if came != part:
            raise Surprise("reading", part, came)
