"""+WIPXSERVER where the IP stack has no probe of its own."""

from session import Session


def case_no_keepalive():
    """It is refused, switching it off is not."""
    session = Session().online()
    session.net.keepalive = False
    session.ask(b"AT+CMEE=1")
    assert session.ask(b"AT+WIPXSERVER=1,4,30") == b"\r\n+CME ERROR: 835\r\n"
    assert session.ask(b"AT+WIPXSERVER=1,4,0") == b"\r\nOK\r\n"


def case_keepalive_is_told_to_each_connection():
    """Of that server, once it is accepted."""
    session = Session().online()
    session.ask(b"AT+WIPXSERVER=2,4,30")
    session.ask(b"AT+WIPCREATE=3,1,7000,1,2;+WIPCREATE=3,2,7001,3,4")
    for server, index, tuned in ((1, 1, []), (2, 3, [(255, 30)])):
        session.net.tuned = []
        session.peer(3, server).inbox.append((b"\x0a\0\0\1", 4000))
        session.settle()
        handle = session.sock(2, index).handle
        told = [(option, value) for on, option, value in session.net.tuned if on == handle]
        assert told == tuned, told
