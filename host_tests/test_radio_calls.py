"""Who is at the far end of the simulated radio's calls: packets, an echo, a voice, a caller."""

import pytest

from radio.bell import Bell
from radio.radio import Radio

_OK = b"\r\nOK\r\n"
_RING = b"\r\nRING\r\n"
_CONNECT = b"\r\nCONNECT 115200\r\n"
_NO_CARRIER = b"\r\nNO CARRIER\r\n"
_ALL = bytes(range(256))


def quiet(**words):
    radio = Radio(echo=True, **words)
    assert radio.feed(b"ATE0\r", 0) == b"ATE0\r" + _OK
    return radio


@pytest.mark.parametrize("number", [b"ATD555\r", b"ATDT5551234\r", b"ATDP0\r", b"ATD777\r"])
def test_any_other_number_is_an_echo(number):
    """All that is sent comes back, also after +++ and ATO."""
    radio = quiet()
    assert radio.feed(number, 0) == _CONNECT
    assert radio.feed(_ALL, 0) == _ALL
    assert radio.feed(b"+++", 5000) == b"+++"
    assert radio.poll(6000) == _OK
    assert radio.feed(b"ATO\r", 6000) == _CONNECT
    assert radio.feed(_ALL, 6000) == _ALL


@pytest.mark.parametrize("number", [b"ATD#777\r", b"ATDT#777\r", b"ATD*99#\r", b"ATD*99***1#\r"])
def test_a_packet_number_is_no_echo(number):
    """PPP is there, which ignores what is no frame."""
    radio = quiet()
    assert radio.feed(number, 0) == _CONNECT
    assert radio.feed(b"echo?", 0) == b""


def test_without_an_echo_every_number_is_the_packet_networks():
    """As the chip's tests have it."""
    radio = Radio()
    assert radio.feed(b"ATE0D555\r", 0) == b"ATE0D555\r" + _CONNECT
    assert radio.feed(b"echo?", 0) == b""


def test_a_voice_call_is_ok_and_carries_nothing():
    """It changes nothing; ATH ends it."""
    radio = quiet(dial_ms=1000)
    assert radio.feed(b"ATD5551234;\r", 0) == _OK
    assert not radio.modem.dcd
    assert radio.feed(b"ATH\rAT\r", 0) == _OK + _OK
    assert radio.modem.calls == ["ATD5551234;"]


def test_a_caller_is_answered():
    """RING at once and after 4 s; ATA connects as dialling does, and it stops ringing."""
    radio = quiet(dial_ms=1500)
    radio.modem.ring(100)
    assert radio.poll(100) == _RING
    assert radio.wait_ms(100) == 4000
    assert radio.poll(4099) == b""
    assert radio.poll(4100) == _RING
    assert radio.feed(b"ATA\r", 5000) == b""
    assert radio.poll(6500) == _CONNECT
    assert radio.wait_ms(6500) is None
    assert radio.feed(b"hello", 6500) == b"hello"
    radio.modem.ring(7000)
    assert radio.poll(20000) == b""
    radio.modem.drop_carrier()
    assert radio.poll(20000) == _NO_CARRIER
    assert radio.feed(b"ATA\r", 20000) == _NO_CARRIER


def test_a_caller_gives_up():
    """After six times; then there is nobody to answer."""
    radio = quiet()
    radio.modem.ring(0)
    rung = [radio.poll(ms) for ms in range(0, 40000, 1000)]
    assert rung == ([_RING] + [b""] * 3) * 6 + [b""] * 16
    assert radio.feed(b"ATA\r", 40000) == _NO_CARRIER


def test_a_late_look_has_all_the_rings():
    """None is lost."""
    bell = Bell()
    bell.begin(0)
    assert [bell.rings(8000) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("line", [b"ATH\r", b"ATZ\r"])
def test_a_caller_may_be_refused(line):
    """It stops ringing."""
    radio = quiet()
    radio.modem.ring(0)
    assert radio.feed(line, 0) == _RING + _OK
    assert radio.poll(30000) == b""


def test_a_ring_is_a_result():
    """2 with V0, nothing with Q1."""
    radio = quiet()
    radio.feed(b"ATV0\r", 0)
    radio.modem.ring(0)
    assert radio.poll(0) == b"2\r"
    radio.feed(b"ATQ1\r", 0)
    assert radio.poll(4000) == b""


def test_nobody_can_call_while_it_dials():
    """They find it busy, and the call goes on."""
    radio = quiet(dial_ms=1000)
    assert radio.feed(b"ATD555\r", 0) == b""
    radio.modem.ring(10)
    assert radio.poll(10) == b""
    assert radio.poll(1000) == _CONNECT


def test_with_crc_a_ring_tells_the_kind_of_its_call():
    """AT+CRC=1: RING ASYNC; as a number it stays 2."""
    radio = quiet()
    assert radio.feed(b"AT+CRC=1\r", 0) == _OK
    radio.modem.ring(0)
    assert radio.poll(0) == b"\r\nRING ASYNC\r\n"
    assert radio.feed(b"ATV0\r", 0) == b"0\r"
    assert radio.poll(4000) == b"2\r"
