"""Who watches at the console: stuck readers, lost news, a radio asked, no memory. Both
interpreters."""

from fake_radio import FakeRadio
from session import Session
from wipmodem import lazy

_NO_MEMORY = b"+CME ERROR: 802\r\n"


def _session(**more):
    session = Session(sockets=2, rx=256, tx=256, **more).online()
    session.wait(3)  # the seconds of the clock begin 3 ms before those of the waits
    return session


def _report(session):
    """What the console was told, line by line, a second after it was asked."""
    session.console.incoming += b"?"
    session.wait(1000)
    return _taken(session)


def _taken(session):
    output = bytes(session.console.output)
    session.console.output = bytearray()
    lines = output.split(b"\r\n")
    assert lines[::2] == [b""] * len(lines[::2]), output
    return lines[1::2]


def _log(session):
    """What of it the recorder, or its loss, has."""
    return [line for line in _report(session) if line[:9] in (b"+WIPXLOG:", b"+WIPXLOST")]


def _signal(session):
    return [line for line in _report(session) if line.startswith(b"+CSQ")]


def case_a_reader_that_is_stuck():
    """It is waited for without haste, for three seconds; who asks next gets a whole report."""
    session = _session()
    session.console.stuck = True
    assert _report(session) == []
    assert session.settle() > 100
    session.wait(3000)
    session.console.stuck = False
    assert session.settle() and session.console.output == b""
    whole = _report(session)
    assert whole[-1] == b"OK" and len(whole) > 30
    assert whole[0] == b'+WIPXHEALTH: reset,"power_on"' and whole.count(b"OK") == 1


def case_a_reader_that_asks_again_and_again():
    """What it has not taken by then is of no use: no report's end without its begin."""
    session = _session()
    session.console.bite = 1
    session.console.stuck = True
    session.console.incoming += b"?"
    session.wait(1000)
    session.console.stuck = False
    session.console.incoming += b"?"
    session.modem.service(session.now_ms)
    begun = bytes(session.console.output)
    session.wait(1000)
    assert begun == b"\r" and _taken(session)[-1] == b"OK"


def case_news_that_are_too_many():
    """What the ring has lost is counted where it stood."""
    session = _session(recorder=8 + 4 * 32)
    _report(session)
    for _ in range(6):
        session.ask(b"ATE0")
    session.ask(b"AT+WIPCFG?")
    told = _log(session)
    assert told[0] == b"+WIPXLOST: 3" and len(told) == 5
    assert [line.split(b",", 1)[1] for line in told[1:]] == [b"line,E0"] * 3 + [b"line,+WIPCFG?"]


def case_news_for_who_was_away():
    """For three seconds: then all that is kept is news."""
    session = _session(recorder=8 + 4 * 32)
    first = _log(session)
    assert len(first) == 4
    session.wait(1000)
    assert _log(session) == []
    session.wait(2000)
    assert _log(session) == first


def case_a_log_that_the_host_forgets():
    """It is told as lost, and what comes afterwards is told."""
    session = _session()
    _report(session)
    session.ask(b"ATE0")
    session.ask(b"AT+WIPXLOG=0")
    session.ask(b"ATE0")
    told = _log(session)
    assert told[0] == b"+WIPXLOST: 2" and told[1].endswith(b",line,E0") and len(told) == 2


def case_a_radio_is_asked():
    """Every ten seconds while somebody watches, and what it has told last is told."""
    radio = FakeRadio()
    session = _session(radio=radio)
    assert _signal(session) == [b"+CSQ: 99,99"] and radio.asked == b"+CSQ"
    radio.state, radio.asked, radio.signal = "idle", b"", 23
    for _ in range(9):
        assert _signal(session) == [b"+CSQ: 23,99"] and radio.asked == b""
    assert _signal(session) == [b"+CSQ: 23,99"] and radio.asked == b"+CSQ"


def case_a_radio_is_not_asked_amid_a_line():
    """The host's own question would have to wait."""
    radio = FakeRadio()
    session = _session(radio=radio)
    session.send(b"AT")
    assert _signal(session) == [b"+CSQ: 99,99"] and radio.asked == b""
    session.ask(b"")
    _report(session)
    assert radio.asked == b"+CSQ"


def case_the_heap_is_looked_at_for_each_reader():
    """A collection takes a chip some ms: once a reader, and then once a minute as ever."""
    session = _session()
    told = []
    for session.heap in (5000, 4000):
        told.append([line for line in _report(session) if line.startswith(b"+WIPXHEALTH: heap")])
    assert told == [[b"+WIPXHEALTH: heap_free,5000", b"+WIPXHEALTH: heap_min,5000"]] * 2
    session.wait(60000)
    assert b"+WIPXHEALTH: heap_free,4000" in _report(session)


def case_data_mode_goes_on():
    """The host's bytes pass while the report is told."""
    session = _session()
    session.ask(b'AT+WIPCREATE=2,1,"192.0.2.8",80')
    peer = session.peer(2, 1)
    peer.outcome = 1
    session.settle()
    session.ask(b"AT+WIPDATA=2,1,2")
    session.take()
    session.console.incoming += b"?"
    session.send(b"x" * 200)
    session.wait(1000)
    assert bytes(peer.sent) == b"x" * 200 and session.take() == b""
    assert _taken(session)[-1] == b"OK"


def case_no_memory():
    """For the module, or for what it needs: said each time, until there is some."""
    session = _session()
    find, lazy.find = lazy.find, lambda place: None
    session.console.incoming += b"?"
    session.wait(1000)
    lazy.find = lambda place: _fails
    session.console.incoming += b"?"
    session.wait(1000)
    lazy.find = find
    assert bytes(session.console.output) == 2 * _NO_MEMORY
    session.console.output = bytearray()
    assert _report(session)[-1] == b"OK"


def _fails(modem):
    raise MemoryError
