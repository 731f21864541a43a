"""The transcripts once more, over UART0 of the chip: real lines, a real radio, real peers.

One chip plays them all, one after the other. Between two the power goes, and the flash is as new.
CHIP_TRANSCRIPTS=all plays all that can be played, otherwise those that the chip's line, flash,
radio and stack have most to do with.
"""

import os
from fnmatch import fnmatch

import pytest

from chip import playable
from chip.asked_radio import AskedRadio
from chip.on_chip import ModemOnChip
from chip.play import Player
from chip.play_events import LOOKS, PLAYED, restart
from test_transcripts import FILES

_EACH_RUN = (
    "calls_* cfun commands_* credentials_* data_call* data_mode_0 data_way_out dsr"
    " dtr_while_dialling dialect_* escape_no_guard escape_s2 hosts_asks identity_* line_f*"
    " line_speed* profile* radio_anything ring_* s_registers_* voice_call wipcfg_*"
    " wipopt* wipsoft_*"
).split()
_RADIO = {"make": AskedRadio, "boot_ms": 10, "dial_ms": 10}
_TEXTS = {file.stem: file.read_text().splitlines() for file in FILES}
_REASONS = {name: playable.reason(lines) for name, lines in _TEXTS.items()}
_ALL = os.environ.get("CHIP_TRANSCRIPTS") == "all"


def _is_played(name):
    return not _REASONS[name] and (_ALL or any(fnmatch(name, each) for each in _EACH_RUN))


@pytest.fixture(scope="module")
def modem(image):
    with ModemOnChip(image, **_RADIO) as modem:
        yield modem.started()


@pytest.fixture(scope="module")
def serial(modem):
    """Fifteen digits, as the chip has them."""
    modem.echo_off()
    modem.send("AT+GSN")
    said = modem.uart.until(b"\r\nOK\r\n").split()[0]
    assert len(said) == 15 and said.isdigit()
    return said.decode()


@pytest.mark.parametrize("name", [name for name in _TEXTS if _is_played(name)])
def test_transcript(modem, serial, name):
    restart(modem, modem.chip.wipe)
    modem.uart.rest()
    Player(modem, serial).play(_TEXTS[name])


def test_what_is_not_played_has_a_reason():
    """Each event is played, is a look into a fake, or is a reason; and none of those is stale."""
    used = {line.split()[1] for lines in _TEXTS.values() for line in lines if line[:1] == "@"}
    reasons = {name.split()[0] for name in playable.EVENTS}
    assert used - {*PLAYED, *LOOKS, *reasons} == set()
    assert reasons - used == set()
    assert [each for each in _EACH_RUN if not any(fnmatch(name, each) for name in _TEXTS)] == []
