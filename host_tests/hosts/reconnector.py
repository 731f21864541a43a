"""Calls a peer that refuses, then one that does not; closes what failed, or does not bother."""

from . import ask

_LIMIT_S = 3
_OK = b"\r\nOK\r\n"
_ACTIVE = b"\r\n+CME ERROR: 840\r\n"
_REFUSED = b"\r\n+WIPERROR: 2,1,843\r\n"
_READY = b"\r\n+WIPREADY: 2,1\r\n"


def run_c1(port, place):
    """The failed connection holds its index until it is closed (Q19)."""
    set_up(port)
    good, bad = clients(place)
    ask(port, bad, _OK + _REFUSED)
    for client in (bad, good):
        ask(port, client, _ACTIVE)
    ask(port, b"AT+WIPCLOSE=2,1\r", _OK)
    close_first(port, good, bad)


def run_wipsoft(port, place):
    """It does not, though it may be closed all the same (H15)."""
    set_up(port)
    good, bad = clients(place)
    for _ in range(2):
        ask(port, bad, _OK + _REFUSED)
    ask(port, good, _OK + _READY)
    # One that stands is another matter (H8).
    ask(port, good, _ACTIVE)
    ask(port, b"AT+WIPCLOSE=2,1\r", _OK)
    close_first(port, good, bad)


def close_first(port, good, bad):
    for client, outcome in ((bad, _REFUSED), (bad, _REFUSED), (good, _READY)):
        ask(port, client, _OK + outcome)
        ask(port, b"AT+WIPCLOSE=2,1\r", _OK)
    # Of nothing: a quick error, and no harm (H15).
    ask(port, b"AT+WIPCLOSE=2,1\r", b"\r\n+CME ERROR: 831\r\n")


def set_up(port):
    port.timeout = _LIMIT_S
    ask(port, b"ATE0\r", b"ATE0\r" + _OK)
    ask(port, b"AT+CMEE=1\r", _OK)
    ask(port, b"AT+WIPCFG=1\r", _OK)
    ask(port, b"AT+WIPBR=4,6\r", _OK + b"\r\n+WIPBR: 6,1\r\n")


def clients(place):
    command = b'AT+WIPCREATE=2,1,"%s",%d\r'
    address = place.address.encode()
    return command % (address, place.port), command % (address, place.refusing)
