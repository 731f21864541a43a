"""The flight recorder over resets, when it is full, and when its memory holds anything."""

from session import Session


def _session():
    """A small one: there are several in a heap."""
    return Session(sockets=2, rx=256, tx=256)


def _lines(session):
    """What it holds, without frames."""
    said = session.ask(b"AT+WIPXLOG?")
    assert said.endswith(b"\r\nOK\r\n"), said
    words = said[:-6].split(b"\r\n")
    return [word[len(b"+WIPXLOG: ") :] for word in words if word]


def case_it_outlives_a_reset():
    """A stall, a restart that was asked for, and one that was not; the clock begins anew."""
    session = _session().online()
    session.ask(b"AT+WIPXLOG=0")
    session.wait(2250)
    session.modem.service(session.now_ms, 150)
    session.ask(b"AT+CFUN=1,1")
    session.reset_cause = b"watchdog"
    session.power_cycle()
    session.ask(b"ATE0")
    assert _lines(session) == [
        b"2.250,stall,150",
        b"2.250,line,+CFUN=1,1",
        b"0.000,start,cfun",
        b"0.000,start,watchdog",
        b"0.000,line,E0",
        b"0.000,line,+WIPXLOG?",
    ]


def case_the_oldest_go():
    """64 of them stay, each cut where its slot ends."""
    session = _session().online()
    session.ask(b"AT+WIPXLOG=0")
    for number in range(70):
        session.ask(b"ATS7=%d" % (number + 1))
    session.ask(b"AT+WIPXSERVER=1,2,0000000000001")
    lines = _lines(session)
    assert lines[:62] == [b"0.000,line,S7=%d" % (number + 1) for number in range(8, 70)]
    assert lines[62:] == [b"0.000,line,+WIPXSERVER=1,2,00000000"[:35], b"0.000,line,+WIPXLOG?"]


def case_whatever_the_memory_holds():
    """Something else: it is empty. One that power has torn: it is told as far as it goes."""
    session = _session()
    for byte in (0, 1, 0x7F, 0xFF):
        for head in (b"", b"WIPR", b"WIPR\0\x40"):
            for i in range(len(session.recorder)):
                session.recorder[i] = byte
            session.recorder[: len(head)] = head
            session.power_cycle()
            session.ask(b"ATE0")
            assert len(_lines(session)) in (3, 4, 64)
