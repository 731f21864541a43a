"""A command whose module finds no memory is refused, and works when there is some."""

from session import Session
from wipmodem import errors, later


def case_no_memory_for_a_module():
    """802; the modem goes on."""
    session = Session(sockets=2, rx=256, tx=256).online()
    session.ask(b"AT+CMEE=1")
    find, later.find = later.find, lambda place: None
    assert session.ask(b"AT+WIPXSOCK?;+WIPXSTAT") == b"\r\n+CME ERROR: 802\r\n"
    assert session.ask(b"ATI") == b"\r\n+CME ERROR: %d\r\n" % errors.NO_MEMORY
    later.find = find
    assert session.ask(b"AT+WIPXSOCK?") == b"\r\nOK\r\n"


def case_a_module_is_loaded_once():
    """And asked for again if it found no memory."""
    imports = []

    def fails(name, *rest):
        imports.append(name)
        raise MemoryError

    place = ("drain", "close_set")
    later._found.pop(place, None)
    later.__import__ = fails  # type: ignore
    assert later.find(place) is None
    del later.__import__  # type: ignore
    handler = later.find(place)
    assert imports == ["wipmodem.drain"] and handler is later.find(place)
    assert handler.__name__ == "close_set"
