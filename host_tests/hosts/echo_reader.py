"""Leaves the echo on for life: a line's echo, blank lines, then the answer (dialect wipsoft).

Its own lines end in CR LF. Whether the LF is echoed (H17) is the same to it; that the line is
echoed whole, and before its answer, is not.
"""

import time

from . import Surprise

_LIMIT_S = 3
_GUARD_S = 1.1
_DATA = b"not echoed by the modem, but by the peer\r\n"


def run(port, place):
    port.timeout = _LIMIT_S
    ask(port, b"AT", b"OK")
    ask(port, b"ATI3", None, b"OK")
    ask(port, b"AT+WIPCFG=1", b"OK")
    ask(port, b"AT+WIPBR=4,6", b"OK", b"+WIPBR: 6,1")
    client = b'AT+WIPCREATE=2,1,"%s",%d' % (place.address.encode(), place.port)
    ask(port, client, b"OK", b"+WIPREADY: 2,1")
    ask(port, b"AT+WIPDATA=2,1,2", b"CONNECT")
    port.write(_DATA)
    came = port.read(len(_DATA))
    if came != _DATA:
        raise Surprise("the peer's echo", _DATA, came)
    time.sleep(_GUARD_S)
    port.write(b"+++")
    expect(port, "+++", b"OK")
    ask(port, b"AT+WIPCLOSE=2,1", b"OK")
    ask(port, b"AT+WIPCLOSE=2,1", b"ERROR")
    ask(port, b"ATE0", b"OK")


def ask(port, command, *answers):
    port.write(command + b"\r\n")
    expect(port, command, command, *answers)


def expect(port, doing, *lines):
    """These lines, blank ones aside; None stands for any."""
    for line in lines:
        came = read_line(port)
        if came != line and (line is not None or not came):
            raise Surprise(doing, line, came)


def read_line(port):
    line = b"\r\n"
    while line and not line.strip():
        line = port.readline()
    return line.strip()
