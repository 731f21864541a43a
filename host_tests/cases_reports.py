"""Long lines of the commands of our own wait until the host has made room for them."""

from session import Session

_FILLS = b"AT&V;&V;&V;&V;&V;&V;&V"  # leaves room for a line, and for no long one


def _said(session, line, stuck):
    """To a host that takes nothing until all is typed, or takes it at once."""
    session.serial.stuck = stuck
    session.send(line)
    assert not stuck or session.take() == b""
    session.serial.stuck = False
    session.wait(20)
    return session.take()


def case_they_wait_and_are_whole():
    """Nothing of them is lost or cut."""
    session = Session(sockets=2, rx=256, tx=256).online()
    session.ask(b"AT+WIPCREATE=3,1,7000,5,6")
    for command in (b"+WIPXSTAT", b"+WIPXSOCK?", b"+WIPXSOCK=2,5"):
        line = _FILLS + b";" + command + b"\r"
        said = _said(session, line, True)
        assert said == _said(session, line, False) and command[:8] in said, command
    said = _said(session, _FILLS + b";+WIPXHEALTH\r", True)
    assert said.count(b'+WIPXHEALTH: "power_on",') == 1 and said.endswith(b"\r\nOK\r\n")
