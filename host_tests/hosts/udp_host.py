"""UDP: many datagrams a session in mode 1; in mode 2 (dialect wipsoft) what is in the buffer."""

import time

from . import ask, expect
from .stuffing import ETX, read_stuffed, stuff

_LIMIT_S = 3
_GUARD_S = 1.1
_OK = b"\r\nOK\r\n"
_CONNECT = b"\r\nCONNECT\r\n"
_ALL_BYTES = bytes(range(256))
_DATAGRAMS = (b"one", _ALL_BYTES, ETX, b"\x10", b"\x10\x03\x10", bytes(reversed(_ALL_BYTES)))


def run_c1(port, place):
    """The peer sends each datagram back."""
    set_up(port, place, (b"AT+WIPBR=4,6\r", _OK + b"\r\n+WIPBR: 6,1\r\n"))
    datagrams(port)
    datagrams(port)
    tear_down(port, _OK + b"\r\n+WIPBR: 6,0\r\n")


def run_wipsoft(port, place):
    """The same, then with bytes as they are."""
    set_up(port, place, (b"AT+WIPBR=1,6\r", _OK), (b"AT+WIPBR=4,6,0\r", _OK))
    datagrams(port)
    raw(port)
    tear_down(port, _OK)


def set_up(port, place, *dial):
    port.timeout = _LIMIT_S
    ask(port, b"ATE0\r", b"ATE0\r" + _OK)
    ask(port, b"AT+WIPCFG=1\r", _OK)
    for command, answer in dial:
        ask(port, command, answer)
    bound = b'AT+WIPCREATE=1,1,,"%s",%d\r' % (place.address.encode(), place.port)
    ask(port, bound, _OK + b"\r\n+WIPREADY: 1,1\r\n")


def datagrams(port):
    ask(port, b"AT+WIPDATA=1,1,1\r", _CONNECT)
    for datagram in _DATAGRAMS:
        port.write(stuff(datagram) + ETX)
        # Nothing is said behind an ETX of ours, and one of theirs ends what they sent.
        expect("a datagram", datagram, read_stuffed(port, len(datagram) + 1))
    leave(port)


def raw(port):
    ask(port, b"AT+WIPDATA=1,1,2\r", _CONNECT)
    for data in (*_DATAGRAMS, b"++", b"+++ is data here"):
        port.write(data)
        expect("raw bytes", data, port.read(len(data)))
    leave(port)


def leave(port):
    time.sleep(_GUARD_S)
    ask(port, b"+++", _OK)


def tear_down(port, answer):
    ask(port, b"AT+WIPCLOSE=1,1\r", _OK)
    ask(port, b"AT+WIPCFG=0\r", answer)
