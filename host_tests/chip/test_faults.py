"""What befalls a modem in the field, and how it comes back: on the chip, in the chip's time."""

import textwrap
from pathlib import Path

import pytest

from chip.on_chip import RADIO, ModemOnChip, Peers

_MAIN = Path(__file__).resolve().parents[2] / "firmware" / "main.py"
_CRASH = """
from wipmodem.modem import Modem
def fail(modem, now_ms, busy_ms):
    raise ValueError("by a test")
Modem.service = fail
import main
main.start()
"""
HANG = """
from wipmodem.modem import Modem
def hang(modem, now_ms, busy_ms):
    while True:
        pass
Modem.service = hang
import main
main.start()
"""
_PROBE_S = """
import board
board.RADIO["probe_s"] = 2
import main
main.start()
"""
_WATCHDOG_US = 8_000_000
_PUT_US = 500_000
_START_US = 500_000  # until main has made the board, and with it the watchdog


def main_line(text):
    """The number of this line of main.py."""
    return [line.strip() for line in _MAIN.read_text().splitlines()].index(text) + 1


def test_an_exception_is_kept_with_its_traceback_and_the_modem_restarts(modem):
    """AT+WIPXCRASH? tells it, over resets, until it is forgotten."""
    modem.play(_CRASH)
    modem.chip.booted()
    modem.started().echo_off()
    serves = main_line("wait_ms = modem.service(now_ms, busy_ms + late_ms)")
    told = (
        "Traceback (most recent call last):",
        f'File "main.py", line {main_line("run(Board())")}, in start',
        f'File "main.py", line {main_line("unread = serve(here, modem)")}, in run',
        f'File "main.py", line {serves}, in serve',
        'File "<stdin>", line 4, in fail',
        "ValueError: by a test",
    )
    modem.ask("AT+WIPXCRASH?", *(f"+WIPXCRASH: {line}" for line in told), "OK")
    modem.ask("AT+WIPXCRASH=0;+WIPXCRASH?", "OK")
    modem.chip.reset()
    modem.started().echo_off()
    modem.ask("AT+WIPXCRASH?", "OK")


def test_the_watchdog_restarts_a_modem_that_is_stuck(modem):
    """8 s after the last pass, at the latest."""
    modem.play(HANG)
    began_us = modem.chip.now_us()
    assert modem.chip.booted()["at"] - began_us <= _START_US + _WATCHDOG_US
    modem.started().echo_off()
    modem.ask("AT", "OK")


def test_the_host_never_meets_the_repl(modem):
    """Ctrl-C, Ctrl-A, Ctrl-D and Ctrl-E on the DTE are characters like others."""
    boots = len(modem.chip.boots)
    modem.type(b"\x03\x03\r\x01\x05import machine\r\x04\x04\x02\r")
    modem.echo_off()
    modem.ask("ATI", "wipmodem 0.1.0 pico", "OK")
    assert len(modem.chip.boots) == boots


def test_the_dial_string_outlives_a_reset(modem):
    """What an LTE radio wants is said once."""
    modem.echo_off()
    modem.ask('AT+WIPXDIAL="ATD*99#"', "OK")
    modem.chip.reset()
    modem.started().online()
    modem.ask("AT+WIPXDIAL?", '+WIPXDIAL: "ATD*99#"', "OK")
    assert modem.radio.modem.calls == ["ATD*99#"]


def test_power_that_fails_at_each_write_of_the_flash_leaves_the_old_or_the_new(modem):
    """A value's way into the profile: each erasure, each program in its turn is left half done."""
    modem.echo_off()
    modem.ask('AT+WIPXDIAL="ATD*98#"', "OK")
    before, outcomes = "ATD*98#", []
    while True:
        wanted = "ATD*98#" if before == "ATD*99#" else "ATD*99#"
        modem.chip.cut(len(outcomes) + 1)
        if put(modem, wanted):
            break
        now = dial_string(modem)
        assert now in (before, wanted)
        outcomes.append("new" if now == wanted else "old")
        before = now
    modem.chip.reset()
    modem.started().echo_off()
    assert dial_string(modem) == wanted
    assert {*outcomes} == {"old", "new"}, outcomes


def put(modem, dial):
    """True if it was kept, False if power failed: the modem has started again."""
    boots = len(modem.chip.boots)
    modem.type(f'AT+WIPXDIAL="{dial}"\r'.encode())
    modem.pass_us(_PUT_US)
    if len(modem.chip.boots) == boots:
        modem.chip.cut(0)
        modem.expect("OK")
        return True
    modem.uart.rest()
    modem.chip.booted()
    modem.started().echo_off()
    modem.ask("ATI", "wipmodem 0.1.0 pico", "OK")  # not: profile damaged
    return False


def dial_string(modem):
    modem.type(b"AT+WIPXDIAL?\r")
    return modem.uart.until(b"\r\nOK\r\n").split(b'"')[1].decode()


def test_a_radio_that_is_silent_is_revived_by_its_reset_line(modem):
    """After the escape has not helped; then it is set up and asked again."""
    modem.line.call(lambda radio, now_ms: setattr(radio, "dead", True))
    modem.chip.set_pin(RADIO["dcd"], True)
    modem.echo_off()
    modem.ask("AT+WIPCFG=1", "OK")
    modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
    presses = [(at, on) for at, pin, on in modem.chip.pin_events if pin == RADIO["reset"]]
    (pressed_us, down), (released_us, up) = presses[-2:]
    assert (down, up) == (False, True)
    span_ms = (released_us - pressed_us) / 1000
    assert span_ms == pytest.approx(RADIO["press_ms"], rel=0.05)


def test_a_far_end_that_is_silent_is_noticed(image):
    """Our own questions find it: carrier and PPP's state still say that all is well. Q5"""
    with ModemOnChip(image) as modem, Peers(modem.network) as peers:
        modem.started().play(textwrap.dedent(_PROBE_S))
        modem.started().online()
        modem.client(1, peers)
        modem.radio.ppp.silent = True
        modem.expect("+WIPERROR: 2,1,843", "+WIPBR: 6,0")
        modem.radio.ppp.silent = False
        modem.expect("+WIPBR: 6,1")
        assert modem.radio.modem.calls == ["ATD#777", "ATD#777"]
