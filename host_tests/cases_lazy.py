"""A command whose module finds no memory is refused, and works when there is some."""

from fake_radio import FakeRadio
from session import Session
from wipmodem import errors, lazy

_REFUSED = b"\r\n+CME ERROR: 802\r\n"
_OK = b"\r\nOK\r\n"


def case_no_memory_for_a_module():
    """802; the modem goes on."""
    session = Session(sockets=2, rx=256, tx=256).online()
    session.ask(b"AT+CMEE=1")
    find, lazy.find = lazy.find, lambda place: None
    assert session.ask(b"AT+WIPXSOCK?;+WIPXSTAT") == b"\r\n+CME ERROR: 802\r\n"
    assert session.ask(b"ATI") == b"\r\n+CME ERROR: %d\r\n" % errors.NO_MEMORY
    lazy.find = find
    assert session.ask(b"AT+WIPXSOCK?") == b"\r\nOK\r\n"


def _refuses(session, line, outcome):
    """Without memory for a module the line is refused; with memory it has its outcome."""
    find, lazy.find = lazy.find, lambda place: None
    refused = session.ask(line)
    lazy.find = find
    assert refused == _REFUSED, (line, refused)
    said = session.ask(line)
    assert said == outcome, (line, said)


def case_no_memory_for_a_server():
    session = Session(sockets=2, rx=256, tx=256).online()
    session.ask(b"AT+CMEE=1")
    _refuses(session, b"AT+WIPCREATE=3,1,7000,5,6", _OK)


def case_no_memory_for_data_mode():
    """UDP, and TCP in the mode of WIPsoft."""
    session = Session(sockets=2, rx=256, tx=256).online()
    session.ask(b"AT+CMEE=1")
    session.ask(b'AT+WIPCREATE=1,1,9000,"192.0.2.1",80')
    _refuses(session, b"AT+WIPDATA=1,1,1", b"\r\nCONNECT\r\n")
    session = Session(sockets=2, rx=256, tx=256).online()
    session.ask(b'AT+CMEE=1;+WIPXDIALECT="wipsoft"')
    session.ask(b'AT+WIPCREATE=2,1,"192.0.2.1",80')
    session.peer(2, 1).outcome = 1
    session.settle()
    session.take()
    _refuses(session, b"AT+WIPDATA=2,1,1", b"\r\nCONNECT\r\n")


def case_no_memory_for_other_commands():
    """One whose answer is always the same, and a call."""
    radio = FakeRadio()
    radio.state = "idle"
    session = Session(sockets=2, rx=256, tx=256, radio=radio)
    session.ask(b"ATE0+CMEE=1")
    _refuses(session, b"AT+CPIN?", b"\r\n+CPIN: READY\r\n" + _OK)
    _refuses(session, b"ATO", b"\r\nERROR\r\n")
    _refuses(session, b"ATD1", b"")
    session.modem.context.online.call.hang_up()


def case_a_module_is_loaded_once():
    """And asked for again if it could not be: no memory, no descriptor, no file, another file."""
    imports = []
    errors_met = [MemoryError(), OSError(24), ImportError(), SyntaxError(), AttributeError("x")]

    def fails(name, *rest):
        imports.append(name)
        raise errors_met[len(imports) - 1]

    place = ("commands.socket_extras", "close_set")
    lazy._loaded.pop(place, None)
    lazy.__import__ = fails  # type: ignore
    for _ in errors_met:
        assert lazy.find(place) is None
    del lazy.__import__  # type: ignore
    handler = lazy.find(place)
    assert imports == ["wipmodem.commands.socket_extras"] * 5 and handler is lazy.find(place)
    assert handler.__name__ == "close_set"


def case_a_module_without_the_handler():
    """Of another version: it is not what was looked for."""
    assert lazy.find(("commands.socket_extras", "no_such_handler")) is None
