"""A data call of the host's own with `make serve RADIO=sim`: what it dials echoes.

Each session runs on both interpreters at once, as in test_run_radio.py.
"""

import time

from e2e import GUARD_S
from test_run_radio import on_both

_ALL = bytes(range(256))


def call(modem):
    """A call that comes."""
    modem.ask("ATD5551234", "CONNECT 115200")


def echoed(modem, data):
    modem.type(data)
    modem.expect_bytes(data)


def test_a_call_is_held_taken_up_and_ended(tmp_path):
    """Raw bytes both ways, +++ and O and H, and after that a session. rules: Q40 Q41 B1"""

    def play(modem, peers):
        call(modem)
        echoed(modem, b"there and back")
        modem.escape("OK")
        modem.ask("AT+WIPBR=4,6", "+CME ERROR: 803")
        modem.ask("AT+CSQ", "ERROR")
        modem.ask("ATO", "CONNECT 115200")
        echoed(modem, b"once more")
        modem.escape("OK")
        modem.ask("ATH", "OK")
        modem.ask("ATO", "ERROR")
        modem.ask("AT+CSQ", "+CSQ: 23,0", "OK")
        modem.call()
        modem.ask("ATD5551234", "ERROR")

    on_both(play, tmp_path)


def test_every_byte_is_data(tmp_path):
    """All values in blocks and alone, at once and after a silence."""

    def play(modem, peers):
        call(modem)
        for _ in range(8):
            echoed(modem, _ALL * 4)
        time.sleep(GUARD_S)  # the case itself: the first byte after a silence
        for value in _ALL.replace(b"+", b""):
            echoed(modem, bytes([value]))

    on_both(play, tmp_path)


def test_the_far_end_ends_the_call(tmp_path):
    """NO CARRIER, command mode; on hold the same; the next call comes."""

    def play(modem, peers):
        call(modem)
        echoed(modem, b"last words")
        modem.radio("drop")
        modem.expect("NO CARRIER")
        modem.nothing_more()
        modem.radio("fail busy no_answer")
        modem.ask("ATD5551234", "BUSY")
        modem.ask("ATD5551234", "NO ANSWER")
        call(modem)
        modem.escape("OK")
        modem.radio("drop")
        modem.expect("NO CARRIER")
        modem.ask("ATO", "ERROR")

    on_both(play, tmp_path)


def test_it_rings(tmp_path):
    """RING, and A answers; with S0=1 the modem does; a voice call is the radio's."""

    def play(modem, peers):
        modem.ask("AT+CSQ", "+CSQ: 23,0", "OK")  # the radio is there
        modem.radio("ring")
        modem.expect("RING")
        modem.ask("ATA", "CONNECT 115200")
        echoed(modem, b"hello")
        modem.escape("OK")
        modem.ask("AT+WCHD", "OK", "NO CARRIER")
        modem.ask("ATS0=1", "OK")
        modem.radio("ring")
        modem.expect("RING", "CONNECT 115200")
        echoed(modem, b"who is there")
        modem.escape("OK")
        modem.ask("ATH", "OK")
        modem.ask("ATD5551234;", "OK")

    on_both(play, tmp_path)
