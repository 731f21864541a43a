"""What is made at its first use: until then nobody is there, and no memory for it is told."""

from session import Session
from wipmodem.nobody import NOBODY


def _session():
    return Session(sockets=2, rx=256, tx=256).online()


def case_nobody():
    """+IPR ends what never began, a restart what did; each modem has its own afterwards."""
    session = _session()
    modem = session.modem
    assert modem.ping is NOBODY and modem.trial is NOBODY
    assert session.ask(b"AT+IPR=9600") == b"\r\nOK\r\n"
    assert session.ask(b"AT+WIPXIPR") == b"\r\nERROR\r\n"
    assert session.ask(b"AT+WIPXIPR?") == b"\r\n+WIPXIPR: 9600,9600,0\r\n\r\nOK\r\n"
    assert session.ask(b'AT+WIPPING="192.0.2.1"') == b"\r\nOK\r\n"
    session.ask(b"AT+WIPXIPR=19200")
    assert modem.ping.under_way and modem.trial.under_way
    for _ in range(2):
        session.ask(b"AT+CFUN=1")
        assert session.modem is not modem and session.net.open_handles() == []
        modem = session.modem
        assert modem.ping is NOBODY and modem.trial is NOBODY
    assert _session().modem.ping is NOBODY and not NOBODY.under_way


def case_a_handler_that_finds_no_memory():
    """Any: 802, and the next command is heard."""
    session = _session()
    session.ask(b"AT+CMEE=1")

    def fails(modem):
        raise MemoryError

    session.modem.commands._handle_by = lambda handler: _put(session.modem.commands, fails)
    assert session.ask(b"AT+WIPCFG?") == b"\r\n+CME ERROR: 802\r\n"
    del session.modem.commands._handle_by
    assert session.ask(b"AT+CMEE?") == b"\r\n+CMEE: 1\r\n\r\nOK\r\n"


def _put(commands, handler):
    commands._handler = handler
    return 0
