"""TCP in continuous mode: bytes stuffed both ways, ends of either side shown (dialect wipsoft)."""

import time

from . import ask, expect
from .stuffing import ETX, read_stuffed, stuff

_LIMIT_S = 3
_OK = b"\r\nOK\r\n"
_READY = b"\r\n+WIPREADY: 2,1\r\n"
_CONNECT = b"\r\nCONNECT\r\n"
_OPEN_ALREADY = b"\r\n+CME ERROR: 804\r\n"
_SHUTDOWN = b"\r\nSHUTDOWN\r\n"
_PEER_CLOSED = b"\r\n+WIPPEERCLOSE: 2,1\r\n"
_ALL_BYTES = bytes(range(256))
_QUIET_S = 0.2
_GUARD_S = 1.1
_HANG_UP_S = 1


def run(port, place):
    """The peer sends back what it gets. It hangs up on "bye", or when it hears no more of us.

    True if it heard that: not every modem can end its half and go on receiving.
    """
    port.timeout = _LIMIT_S
    set_up(port)
    exchange(port, place)
    port.write(b"bye")
    ended(port, b"bye" + _SHUTDOWN)
    exchange(port, place)
    port.write(ETX)
    heard = hangs_up(port)
    if heard:
        ended(port, _SHUTDOWN[1:])
    else:
        leave(port)
        ask(port, b"AT+WIPCLOSE=2,1\r", _OK)
    # What has been asked for is not told once more.
    ask(port, b"AT+WIPBR=5,6\r", _OK)
    ask(port, b"AT+WIPBR=0,6\r", _OK)
    ask(port, b"AT+WIPCFG=0\r", _OK)
    return heard


def exchange(port, place):
    client = b'AT+WIPCREATE=2,1,"%s",%d\r' % (place.address.encode(), place.port)
    ask(port, client, _OK + _READY)
    ask(port, b"AT+WIPDATA=2,1,1\r", _CONNECT)
    for data in (_ALL_BYTES, ETX * 8, bytes(reversed(_ALL_BYTES))):
        send_and_receive(port, data)
    leave(port)
    ask(port, b"AT+WIPDATA=2,1,1\r", _CONNECT)
    send_and_receive(port, _ALL_BYTES)


def set_up(port):
    """The bearer's device may be open; the session's result is its coming, and no line follows."""
    ask(port, b"ATE0\r", b"ATE0\r" + _OK)
    ask(port, b"AT+CMEE=1\r", _OK)
    ask(port, b"AT+WIPCFG=1\r", _OK)
    ask(port, b"AT+WIPBR=1,6\r", _OK)
    ask(port, b"AT+WIPBR=1,6\r", _OPEN_ALREADY)
    ask(port, b'AT+WIPBR=2,6,11,"internet.example"\r', _OK)
    ask(port, b'AT+WIPBR=2,6,0,""\r', _OK)
    ask(port, b'AT+WIPBR=2,6,1,""\r', _OK)
    ask(port, b"AT+WIPBR=4,6,0\r", _OK)
    silent(port)


def send_and_receive(port, data):
    port.write(stuff(data))
    expect("the peer's echo", data, read_stuffed(port, len(data)))


def leave(port):
    time.sleep(_GUARD_S)
    ask(port, b"+++", _OK)


def hangs_up(port):
    """Does the first byte of SHUTDOWN come?"""
    port.timeout = _HANG_UP_S
    came = port.read(1)
    port.timeout = _LIMIT_S
    return bool(came)


def ended(port, last):
    """All that the peer has said, its end, and from then on an escape needs no silence."""
    expect("the end", last, port.read(len(last)))
    ask(port, b"+++", _PEER_CLOSED + _OK)
    ask(port, b"AT+WIPCLOSE=2,1\r", _OK)


def silent(port):
    port.timeout = _QUIET_S
    expect("behind the session's OK", b"", port.read(1))
    port.timeout = _LIMIT_S
