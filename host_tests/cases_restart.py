"""AT+CFUN=1: what a transcript cannot look at. Both interpreters."""

from session import Session
from wipmodem.clock import ticks_add


def _session():
    return Session(sockets=2, rx=256, tx=256).online()


def case_lines_are_off_as_at_power_up():
    """DCD, DSR and RI fall, whatever they were, and rise as the new modem's settings say.

    rules: H20
    """
    session = _session()
    told = []
    serial = session.serial
    for name in ("dcd", "dsr", "ri"):
        setattr(serial, "set_" + name, _telling(told, name, getattr(serial, "set_" + name)))
    session.ask(b"AT&C0")
    session.ask(b"AT+CFUN=1")
    assert told == [("dcd", 0), ("dsr", 0), ("ri", 0), ("dsr", 1), ("dcd", 1)], told


def _telling(told, name, call):
    def set_line(on):
        told.append((name, int(on)))
        call(on)

    return set_line


def case_the_time_a_restart_takes_is_no_stall():
    """It is not the host's fault, and no figure of the new modem's. rules: H20"""
    session = _session()
    session.ask(b"AT+CFUN=1")
    session.now_ms = ticks_add(session.now_ms, 400)
    session.ask(b"ATE0")
    assert session.ask(b"AT+WIPXHEALTH").startswith(b'\r\n+WIPXHEALTH: "cfun",0,0,')
    assert session.counter(b"dte_stalls") == 0


def case_dtr_that_falls_meanwhile_ends_nothing():
    """As at power-up: what counts is how it stands when it is first looked at. rules: H20"""
    session = _session()
    session.serial.unsent = True
    session.send(b"AT&W;+CFUN=1\r")
    session.serial.set_dtr(False)
    session.serial.unsent = False
    session.wait(5)
    session.take()
    assert session.ask(b"AT") == b"\r\nOK\r\n"
    session.serial.set_dtr(True)
    assert session.ask(b"AT+WIPCFG=1;+WIPBR=4,6") == b"\r\nOK\r\n\r\n+WIPBR: 6,1\r\n"


def case_a_name_that_is_asked_for():
    """Its question ends, and so do a ping and a server with a peer that waits. rules: H20"""
    session = _session()
    session.ask(b'AT+WIPCREATE=2,1,"host.example",80')
    session.ask(b"AT+WIPXSERVER=1,5,1;+WIPCREATE=3,1,7000,5,5")
    session.ask(b'AT+WIPPING="192.0.2.1"')
    assert len(session.net.open_handles()) == 3
    session.ask(b"AT+CFUN=1")
    assert session.net.open_handles() == []
    session.online()
    session.ask(b'AT+WIPPING="host.example"')  # whose name is asked for
    assert len(session.net.open_handles()) == 2
    session.ask(b"AT+CFUN=1")
    assert session.net.open_handles() == []
    session.online()
    session.ask(b'AT+WIPPING="192.0.2.1",1,1000,1000')
    session.wait(5000)
    assert session.take() == b"\r\n+WIPPING: 1,0,0\r\n"
    session.ask(b"AT+CFUN=1")
    session.ask(b"ATE0")
    session.wait(60000)
    assert session.take() == b""
