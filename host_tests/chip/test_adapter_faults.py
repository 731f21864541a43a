"""An exception that no adapter should raise, from a call of each: the modem keeps it, starts
again, and tells the host which call it was."""

import pytest

from chip.on_chip import LOCAL, ModemOnChip

_FAILS = """
from wipmodem.ports.{module} import {owner}
def fails(*_):
    raise RuntimeError("{owner}.{call}")
{owner}.{call} = fails
import main
main.start()
"""


def at_once(modem):
    """It is called in every pass, or at the start."""


def types(data):
    """Nothing of which may be left for the modem that starts again."""

    def act(modem):
        modem.started()
        modem.type(data)

    return act


def opens(kind):
    def act(modem):
        modem.started().online()
        modem.type(b"AT+WIPCREATE=%s\r" % kind)

    return act


_DIALS = b"AT+WIPCFG=1;+WIPBR=4,6\r"
_TO_PEER = b'1,"%s",9' % LOCAL.encode()
_FAULTS = (
    ("uart", "Dte", "readinto", at_once),
    ("uart", "Dte", "write", types(b"AT\r")),
    ("uart", "Dte", "dtr", at_once),
    ("uart", "Dte", "set_dcd", at_once),
    ("uart", "Dte", "configure", types(b"AT+IPR=9600\r")),
    ("flash", "Store", "put", types(b"AT&W\r")),
    ("radio", "Radio", "tick", at_once),
    ("radio", "Radio", "dial", types(_DIALS)),
    ("uart", "RadioLines", "carrier", types(_DIALS)),
    ("ppp", "Ppp", "poll", at_once),
    ("ppp", "Ppp", "tick", at_once),
    ("ppp", "Ppp", "start", types(_DIALS)),
    ("net_lwip", "PppStream", "readinto", types(_DIALS)),
    ("net_lwip", "Net", "poll", at_once),
    ("net_lwip", "Net", "open_udp", opens(b"1,1,9001")),
    ("net_lwip", "Net", "connect", opens(b"2," + _TO_PEER)),
    ("net_lwip", "Net", "listen", opens(b"3,1,7000,2,3")),
    ("net_lwip", "Net", "set_events", opens(b"2," + _TO_PEER)),
    ("mcu", "RandomSource", "bits16", opens(b'2,1,"nobody.example",80')),
)


@pytest.fixture(scope="module")
def modem(image):
    with ModemOnChip(image) as modem:
        yield modem.started()


@pytest.mark.parametrize(
    ("module", "owner", "call", "act"),
    _FAULTS,
    ids=[f"{owner}.{call}" for _, owner, call, _ in _FAULTS],
)
def test_an_exception_from_an_adapter(modem, module, owner, call, act):
    """AT+WIPXCRASH? names it after the restart; AT answers, and flash forgets it when asked to."""
    modem.play(_FAILS.format(module=module, owner=owner, call=call))
    act(modem)
    modem.chip.booted()
    modem.started()
    modem.uart.rest()
    modem.echo_off()
    modem.ask("AT", "OK")
    modem.type(b"AT+WIPXCRASH?\r")
    told = modem.expect_listing()
    assert told[0] == "+WIPXCRASH: Traceback (most recent call last):"
    assert told[-1] == f"+WIPXCRASH: RuntimeError: {owner}.{call}"
    modem.ask("AT+WIPXCRASH=0", "OK")
