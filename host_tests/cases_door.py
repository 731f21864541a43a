"""+WIPXSERVER and the IP stack: what that is asked and told."""

from session import Session
from wipmodem.contract import IN


def case_no_keepalive():
    """It is refused, switching it off is not."""
    session = Session().online()
    session.net.has_keepalive = False
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


def case_who_waits_does_not_wake_the_loop():
    """The stack tells nothing of a full server's peers, and tells of them once there is room."""
    session = Session().online()
    session.ask(b"AT+WIPXSERVER=1,5,1")
    session.ask(b"AT+WIPCREATE=3,1,7000,1,1")
    listener = session.peer(3, 1)
    listener.inbox.append((b"\x0a\0\0\1", 4000))
    session.settle()
    assert listener.mask == IN
    listener.inbox.append((b"\x0a\0\0\2", 4001))
    session.settle()
    assert listener.mask == 0
    session.wait(3000)
    assert listener.mask == 0 and len(listener.inbox) == 1
    session.take()
    assert session.ask(b"AT+WIPCLOSE=2,1") == b"\r\nOK\r\n\r\n+WIPACCEPT: 1,1\r\n"
    assert listener.mask == IN
