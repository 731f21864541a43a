"""What is made at its first use: until then nobody is there, and no memory for it is told."""

from session import Session


def _session():
    return Session(sockets=2, rx=256, tx=256).online()


def _made(modem):
    return modem.context.session.ping or modem.context.deferred.trial


def case_nobody():
    """+IPR ends what never began, a restart what did; each modem has its own afterwards."""
    session = _session()
    modem = session.modem
    assert not _made(modem)
    assert session.ask(b"AT+IPR=9600") == b"\r\nOK\r\n"
    assert session.ask(b"AT+WIPXIPR") == b"\r\nERROR\r\n"
    assert session.ask(b"AT+WIPXIPR?") == b"\r\n+WIPXIPR: 9600,9600,0\r\n\r\nOK\r\n"
    assert session.ask(b'AT+WIPPING="192.0.2.1"') == b"\r\nOK\r\n"
    session.ask(b"AT+WIPXIPR=19200")
    assert _made(modem)
    assert modem.context.session.ping.active and modem.context.deferred.trial.active
    for _ in range(2):
        session.ask(b"AT+CFUN=1")
        assert session.modem is not modem and session.net.open_handles() == []
        modem = session.modem
        assert not _made(modem)
    assert not _made(_session().modem)


def case_a_handler_that_finds_no_memory():
    """Any: 802, and the next command is heard."""
    session = _session()
    session.ask(b"AT+CMEE=1")

    def fails(modem):
        raise MemoryError

    command = session.modem.context.command
    command._set_handler = lambda handler: _put(command, fails)
    assert session.ask(b"AT+WIPCFG?") == b"\r\n+CME ERROR: 802\r\n"
    del command._set_handler
    assert session.ask(b"AT+CMEE?") == b"\r\n+CMEE: 1\r\n\r\nOK\r\n"


def _put(commands, handler):
    commands._handler = handler
    return 0
