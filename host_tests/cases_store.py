"""What outlives a loss of power: the file, and every way in which it may be found. Both
interpreters."""

import os
from binascii import crc32

import wipmodem.ports.flash as module
from fake_radio import FakeRadio
from fakes import FakeSerial
from session import Session
from wipmodem.ports.flash import Store
from wipmodem.settings import C1, at_start, fits

_PATH = f"/tmp/cases_store_{int.from_bytes(os.urandom(6), 'big')}"
_WHOLE = b"wipmodem 1\ndial=ATD*99#\na17c5dc7\n"


def _file(text):
    with open(_PATH, "wb") as file:
        file.write(text)


def _text():
    with open(_PATH, "rb") as file:
        return file.read()


def _found(text):
    """(values, torn) where the file has this text."""
    _file(text)
    store = Store(_PATH)
    os.remove(_PATH)
    return store.values, store.corrupt


def case_nothing_was_kept():
    """No file is no damage."""
    store = Store(_PATH)
    assert (store.values, store.corrupt) == ({}, False)


def case_kept():
    """The exact file; who comes next finds it; nothing else is left behind."""
    assert Store(_PATH).put({b"dial": b"ATD*99#"})
    assert _text() == _WHOLE
    assert Store(_PATH).values == {b"dial": b"ATD*99#"}
    assert not [name for name in os.listdir("/tmp") if name == _PATH[5:] + ".new"]
    os.remove(_PATH)


def case_names_in_order_and_values_with_equals_signs():
    """Whatever the order in which they came."""
    store = Store(_PATH)
    assert store.put({b"b": b"=1="}) and store.put({b"a": b"2"})
    assert _text().split(b"\n")[:3] == [b"wipmodem 1", b"a=2", b"b==1="]
    assert Store(_PATH).values == {b"a": b"2", b"b": b"=1="}
    os.remove(_PATH)


def case_an_empty_value_is_forgotten():
    """The others stay."""
    store = Store(_PATH)
    assert store.put({b"a": b"1"}) and store.put({b"b": b"2"}) and store.put({b"a": b""})
    assert Store(_PATH).values == store.values == {b"b": b"2"}
    os.remove(_PATH)


def case_torn_at_each_byte():
    """Cut anywhere, it is not believed; whole, it is."""
    for n in range(len(_WHOLE)):
        assert _found(_WHOLE[:n]) == ({}, True), n
    assert _found(_WHOLE) == ({b"dial": b"ATD*99#"}, False)


def case_each_byte_changed():
    """One bit is enough."""
    for n in range(len(_WHOLE)):
        damaged = bytearray(_WHOLE)
        damaged[n] ^= 1
        assert _found(bytes(damaged)) == ({}, True), n


def case_foreign_files():
    """Another format, more behind the end, no text at all."""
    other = b"wipmodem 2\ndial=ATD*99#\n"
    for text in (_WHOLE + b"x", _WHOLE + b"\n", other, bytes(range(256)), b"\n", b"\n\n\n"):
        assert _found(text) == ({}, True), text


def _right(body):
    """A file with this body and the CRC that fits."""
    body = b"wipmodem 1\n" + body
    return body + b"%08x\n" % crc32(body)


def case_a_right_sum_under_foreign_lines():
    """Lines without a name, as from another firmware, or put together by hand."""
    for body in (b"dial\n", b"\n", b"a=1\n\nb=2\n", b"a=1\n\xff\n", b"a=1\nb"):
        assert _found(_right(body)) == ({}, True), body
    assert _found(_right(b"")) == ({}, False)
    assert _found(_right(b"=\n=\n")) == ({b"": b""}, False)


def case_a_large_file():
    """It is not read whole, whatever its sum."""
    assert _found(b"x" * 100000) == ({}, True)
    body = b"".join([b"%d=%d\n" % (n, n) for n in range(300)])
    assert _found(_right(body)) == ({}, True)


def case_what_cannot_be_read():
    """A directory in its place is no missing file: ATI tells of it."""
    store = Store("/tmp")
    assert (store.values, store.corrupt) == ({}, True) and not store.put({b"a": b"1"})


def case_a_file_in_the_way_of_the_new_one():
    """It is removed; a directory cannot be, and nothing changes."""
    with open(_PATH + ".new", "wb") as file:
        file.write(b"left")
    store = Store(_PATH)
    assert store.put({b"dial": b"ATD*99#"}) and _text() == _WHOLE
    os.mkdir(_PATH + ".new")
    assert not store.put({b"dial": b""}) and store.values == {b"dial": b"ATD*99#"}
    os.rmdir(_PATH + ".new")
    os.remove(_PATH)


def case_a_full_disk():
    """MicroPython's write() says how much it has done; the old file stays."""
    assert Store(_PATH).put({b"dial": b"ATD*99#"})
    store = Store(_PATH)
    module.open = lambda path, mode: Full(open(path, mode))  # type: ignore
    assert not store.put({b"dial": b"ATD*1#"})
    del module.open  # type: ignore
    assert _text() == _WHOLE and store.values == {b"dial": b"ATD*99#"}
    os.remove(_PATH)
    os.remove(_PATH + ".new")


class Full:
    """A file of which only a part is written."""

    def __init__(self, file):
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self._file.close()

    def write(self, data):
        return self._file.write(data[:-1])


def _started(text):
    """The settings of a modem that starts with this file: (settings, damaged)."""
    _file(text)
    board = Here()
    board.store = Store(_PATH)
    settings = at_start(board)
    os.remove(_PATH)
    return settings, board.store.corrupt or board.store.foreign


class Here:
    """A board, as far as a profile asks it."""

    dialect = C1
    serial = FakeSerial()
    store = Store(None)


_NAMES = (b"profile", b"line", b"stack", b"dialect")
_VALUES = (
    b"1,1,0,1",
    b"0",
    b"9" * 5000,
    b"65535,65535,536",
    b"64,16384",
    b"-1",
    b"1,",
    b",",
    b"1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1",
    b"\xb2",
    b"1e3",
    b" 1",
    b"99999999",
    b"\0",
    b"0x10",
)


def case_each_value_of_each_name():
    """What is not within the ranges is the factory's; a number may be as long as the file."""
    factory, _ = _started(_right(b""))
    for name in _NAMES:
        for value in _VALUES:
            settings, damaged = _started(_right(name + b"=" + value + b"\n"))
            assert all(fits(i, settings[i]) for i in range(len(settings))), (name, value)
            assert not damaged or settings == factory, (name, value)


def case_any_bytes():
    """Whole files, changed in a few places and summed up again: never an exception."""
    factory, _ = _started(_right(b""))
    whole = b"dialect=1\nline=1152,2,2\nprofile=0,1,0,1,1,2,0,5,1,1,0\nstack=32,2048,600,3,9\n"
    assert _started(_right(whole))[1] is False
    random = 1
    for _ in range(600):
        body = bytearray(whole)
        for _ in range(3):
            random = (random * 1103515245 + 12345) & 0x3FFFFFFF
            at_byte, what = random % len(body), random >> 16 & 0xFF
            if what & 1:
                body[at_byte] = what
            elif what & 2:
                body = body[:at_byte] + body[at_byte + what % 7 :]
            else:
                body = body[:at_byte] + body[at_byte : at_byte + what % 9] + body[at_byte:]
        settings, _ = _started(_right(bytes(body)))
        assert all(fits(i, settings[i]) for i in range(len(settings))), body


def case_damage_is_mended_by_the_next_value():
    """Power off and on."""
    _file(b"?")
    store = Store(_PATH)
    assert store.corrupt and store.put({b"dial": b"ATD*99#"})
    assert not Store(_PATH).corrupt
    assert _text() == _WHOLE
    os.remove(_PATH)


def case_a_disk_that_takes_nothing():
    """Nothing changes, in memory neither."""
    store = Store("/nonexistent/profile")
    assert not store.put({b"a": b"1"})
    assert store.values == {}


def case_without_a_file():
    """As long as the program runs."""
    store = Store(None)
    assert store.put({b"a": b"1"}) and store.values == {b"a": b"1"}
    assert store.put({b"a": b""}) and store.values == {}


def case_a_dial_string_that_is_none():
    """With a right sum: the radio dials as its board says."""
    for kept in (b"AT+CFUN=1,1", b"ATD", b"\xff\0", b"ATD" + b"9" * 200):
        radio = FakeRadio()
        Session(radio=radio, kept={b"dial": kept})
        assert radio.dial_string == FakeRadio().dial_string, kept
    radio = FakeRadio()
    Session(radio=radio, kept={b"dial": b"ATD*99#"})
    assert radio.dial_string == b"ATD*99#"
