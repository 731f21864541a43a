"""What outlives a loss of power: the file, and every way in which it may be found. Both
interpreters."""

import os

from wipmodem.ports.store import Store

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
    return store.values, store.torn


def case_nothing_was_kept():
    """No file is no damage."""
    store = Store(_PATH)
    assert (store.values, store.torn) == ({}, False)


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


def case_damage_is_mended_by_the_next_value():
    """Power off and on."""
    _file(b"?")
    store = Store(_PATH)
    assert store.torn and store.put({b"dial": b"ATD*99#"})
    assert not Store(_PATH).torn
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
