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
    """And asked for again if it could not be: no memory, no descriptor, no file, another file."""
    imports = []
    errors_met = [MemoryError(), OSError(24), ImportError(), SyntaxError(), AttributeError("x")]

    def fails(name, *rest):
        imports.append(name)
        raise errors_met[len(imports) - 1]

    place = ("drain", "close_set")
    later._found.pop(place, None)
    later.__import__ = fails  # type: ignore
    for _ in errors_met:
        assert later.find(place) is None
    del later.__import__  # type: ignore
    handler = later.find(place)
    assert imports == ["wipmodem.drain"] * 5 and handler is later.find(place)
    assert handler.__name__ == "close_set"


def case_a_module_without_the_handler():
    """Of another version: it is not what was looked for."""
    assert later.find(("drain", "no_such_handler")) is None
