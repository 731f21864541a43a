"""Ends its lines in LF, and writes arguments as nobody else does: lower case, blanks behind
commas, texts bare, numbers quoted and filled up with zeros."""

import time

from . import ask

_LIMIT_S = 3
_GUARD_S = 1.1
_OK = b"\r\nOK\r\n"
_DATA = b"over and out\n"


def run(port, place):
    port.timeout = _LIMIT_S
    ask(port, b"ate0\n", b"ate0\n" + _OK)
    ask(port, b"\n\nat+wipcfg=1\n", _OK)
    ask(port, b"at+wipbr = 4, 6\n", _OK + b"\r\n+WIPBR: 6,1\r\n")
    # 010 is ten, as in an address on a label.
    address = ".".join(f"{int(octet):03}" for octet in place.address.split(".")).encode()
    port_number = b"%06d" % place.port
    for client in (
        b"at+wipcreate=2, 1, %s, %s\n" % (address, port_number),
        b'At+WipCreate=2,"1","%s","%s"\n' % (address, port_number),
        b'aT+WIPcreate="2",01,"%s",%s\n' % (address, port_number),
    ):
        ask(port, client, _OK + b"\r\n+WIPREADY: 2,1\r\n")
        ask(port, b"at+wipclose=2, 1\n", _OK)
    ask(port, client, _OK + b"\r\n+WIPREADY: 2,1\r\n")
    ask(port, b'at+wipdata=2,"1",2\n', b"\r\nCONNECT\r\n")
    ask(port, _DATA, _DATA)
    time.sleep(_GUARD_S)
    ask(port, b"+++", _OK)
    # A lone ETX, and an escape where nothing is to be escaped from.
    ask(port, b"\x03at+wipclose=2,1\n", _OK)
    ask(port, b"+++at+wipcfg=0\n", _OK + b"\r\n+WIPBR: 6,0\r\n")
