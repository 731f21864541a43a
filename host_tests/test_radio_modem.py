"""The simulated radio's command level: exact bytes, and the time is an argument."""

from collections import deque

import pytest

from radio.command_line import split
from radio.modem import GARBAGE, SIGN_ON, RadioModem

_OK = b"\r\nOK\r\n"
_ERROR = b"\r\nERROR\r\n"
_CONNECT = b"\r\nCONNECT 115200\r\n"
_NO_CARRIER = b"\r\nNO CARRIER\r\n"


class Sink:
    """A link that answers what it is told to, and keeps what came."""

    def __init__(self, answer=b""):
        self.came = b""
        self.answer = answer

    def feed(self, data, now_ms):
        self.came += data
        return self.answer


def quiet(link=None, **words):
    """Without echo."""
    modem = RadioModem(link, **words)
    modem.feed(b"ATE0\r", 0)
    return modem


def online(link=None, now_ms=0):
    modem = quiet(link)
    assert modem.feed(b"ATD#777\r", now_ms) == _CONNECT
    return modem


# Dialogues

_DIALOGUES = [
    (b"AT\r", _OK),
    (b"at\r", _OK),
    (b"AT\r\n", _OK),
    (b"ATZ\r", _OK),
    (b"AT&F\r", _OK),
    (b"AT&C1&D2\r", _OK),
    (b"AT&C1 &D2 V1 Q0\r", _OK),
    (b"ATI\r", b"\r\nMTSMC-C1\r\n" + _OK),
    (b"AT+CSQ\r", b"\r\n+CSQ: 23,0\r\n" + _OK),
    (b"AT+CREG?\r", b"\r\n+CREG: 0,1\r\n" + _OK),
    (b"AT+CREG=?\r", b"\r\n+CREG: (0-1)\r\n" + _OK),
    (b"AT+CREG=1\r", b"\r\n+CREG: 1,1\r\n" + _OK),
    (b"AT+CSS?\r", b"\r\n+CSS: 1,A,4139\r\n" + _OK),
    (b"AT+CGMI\r", b"\r\n+CGMI: WAVECOM MODEM\r\n" + _OK),
    (b"AT+CGMM\r", b"\r\nMULTIBAND 800 1900 Model 65\r\n" + _OK),
    (b"at+csq;+creg?\r", b"\r\n+CSQ: 23,0\r\n\r\n+CREG: 0,1\r\n" + _OK),
    (b"ATX4+CSQ;&D2\r", b"\r\n+CSQ: 23,0\r\n" + _OK),
    (b"AT+CSQ;+NONE;+CREG?\r", b"\r\n+CSQ: 23,0\r\n" + _ERROR),
    (b"AT+NONE\r", _ERROR),
    (b"AT+CREG=2\r", _ERROR),
    (b"AT+CAD?\r", b"\r\n+CAD: 1\r\n" + _OK),
    (b"AT+CAD=1\r", _ERROR),
    (b"AT+CFUN?\r", b"\r\n+CFUN: 1\r\n" + _OK),
    (b"AT+CFUN=0\r", _ERROR),
    (b"AT+CCLK?\r", b'\r\n+CCLK: "80/01/06,00:00:00"\r\n' + _OK),
    (b'AT+CCLK="26/12/01,12:30:59+04";+CCLK?\r', b'\r\n+CCLK: "26/12/01,12:30:59+04"\r\n' + _OK),
    (b'AT+CCLK="26/12/01"\r', _ERROR),
    (b"AT+CLIR?;+CLIR=2;+CLIR?\r", b"\r\n+CLIR: 0\r\n\r\n+CLIR: 2\r\n" + _OK),
    (b"AT+CLIR=3\r", _ERROR),
    (b"AT+CLIP=1;+CCWA=1;+CLIP?;+CCWA?\r", b"\r\n+CLIP: 1\r\n\r\n+CCWA: 1\r\n" + _OK),
    (b"AT+CRC?;+CRC=1;+CRC?\r", b"\r\n+CRC: 0\r\n\r\n+CRC: 1\r\n" + _OK),
    (b"AT+CRC=2\r", _ERROR),
    (b"AT+WRMP?;+WRMP=2;+WRMP?\r", b"\r\n+WRMP: 0\r\n\r\n+WRMP: 2\r\n" + _OK),
    (b"AT$QCVAD?;$QCVAD=4;$QCVAD?\r", b"\r\n$QCVAD: 0\r\n\r\n$QCVAD: 4\r\n" + _OK),
    (b"AT$QCVAD=5\r", _ERROR),
    (b"AT$QCVADX?\r", _ERROR),
    (b"AT+CNMI?\r", b"\r\n+CNMI: 0,0,0,0,0\r\n" + _OK),
    (b"AT+CNMI=2,10;+CNMI?\r", b"\r\n+CNMI: 2,10,0,0,0\r\n" + _OK),
    (b"AT+CNMI=2,1,0,1,0;+CNMI?\r", b"\r\n+CNMI: 2,1,0,1,0\r\n" + _OK),
    (b"AT+CNMI=1,2,3,4,5,6\r", _ERROR),
    (b'AT+CSCS?;+CSCS="HEX";+CSCS?\r', b'\r\n+CSCS: "GSM"\r\n\r\n+CSCS: "HEX"\r\n' + _OK),
    (b'AT+CSCS="UCS2"\r', _ERROR),
    (b"AT+CSCS=?\r", b'\r\n+CSCS: ("GSM","PCCP437","CUSTOM","HEX","IRA")\r\n' + _OK),
    (b"AT+CRC=?\r", _ERROR),
    (b"AT+WSCL?;+WSCL=1,4;+WSCL?\r", b"\r\n+WSCL: 1,2\r\n\r\n+WSCL: 1,4\r\n" + _OK),
    (b"AT+WSCL=1\r", _ERROR),
    (b"AT+WIND?;+WIND=?\r", b"\r\n+WIND: 0\r\n\r\n+WIND: (0-32767)\r\n" + _OK),
    (b"AT+WIND;+WIND?\r", b"\r\n+WIND: 204\r\n" + _OK),
    (b"AT+WIND=32767;+WIND=32768\r", _ERROR),
    (b"AT+WIND=x\r", _ERROR),
    (b"AT+CRC\r", _ERROR),
    (b"ATE2\r", _ERROR),
    (b"AT?\r", _ERROR),
    (b"ATH\r", _OK),
    (b"ATO\r", _NO_CARRIER),
    (b"\r\r\n", b""),
    (b"noise A T \xff\x00AAAT+CS\x13Q\r", b"\r\n+CSQ: 23,0\r\n" + _OK),
    (b"AT+CX\x08SQ\r", b"\r\n+CSQ: 23,0\r\n" + _OK),
    (b"\x08AT\x08\x08+CSQ\r", b"\r\n+CSQ: 23,0\r\n" + _OK),
]


@pytest.mark.parametrize("line, answer", _DIALOGUES)
def test_a_command_has_its_answer(line, answer):
    """Whole and byte by byte."""
    assert quiet().feed(line, 0) == answer
    modem = quiet()
    assert b"".join(modem.feed(line[i : i + 1], 0) for i in range(len(line))) == answer


def test_the_echo_begins_with_at():
    """What stands before it is not echoed; ATE0 is for the last time."""
    modem = RadioModem()
    assert modem.feed(b"x\r\nAT\r", 0) == b"AT\r" + _OK
    assert modem.feed(b"ate0\r", 0) == b"ate0\r" + _OK
    assert modem.feed(b"ATE1\r", 0) == _OK
    assert modem.feed(b"AT\r", 0) == b"AT\r" + _OK


def test_results_may_be_numbers_or_none():
    """V0 and Q1; &F puts both back."""
    modem = quiet()
    assert modem.feed(b"ATV0\r", 0) == b"0\r"
    assert modem.feed(b"AT+CSQ\r", 0) == b"+CSQ: 23,0\r\n0\r"
    assert modem.feed(b"AT+NONE\r", 0) == b"4\r"
    assert modem.feed(b"ATQ1\r", 0) == b""
    assert modem.feed(b"AT+CSQ\r", 0) == b"+CSQ: 23,0\r\n"
    assert modem.feed(b"AT&FE0\r", 0) == _OK


def test_signal_and_registration_can_be_set():
    """A change is said once AT+CREG=1 has asked for it."""
    modem = quiet()
    modem.signal, modem.registered, modem.service = (99, 7), 2, "0,Z,99999"
    assert modem.feed(b"AT+CSQ;+CREG?;+CSS?\r", 0) == (
        b"\r\n+CSQ: 99,7\r\n\r\n+CREG: 0,2\r\n\r\n+CSS: 0,Z,99999\r\n" + _OK
    )
    assert modem.feed(b"AT+CREG=1\r", 0) == b"\r\n+CREG: 1,2\r\n" + _OK
    modem.registered = 5
    modem.registered = 5
    assert modem.tick(0) == b"\r\n+CREG: 5\r\n"


def test_a_restart_leaves_what_is_persistent():
    """AT+CFUN=1: OK first, echo is on, +CREG is 0; +WIND is kept, and tells when it is ready."""
    modem = quiet(boot_ms=300)
    assert modem.tick(300) == SIGN_ON
    lines = b"ATE0;+CREG=1;+CRC=1;$QCVAD=4;+WRMP=1;+WIND=204\r"
    assert modem.feed(lines, 300).endswith(b"\r\n+CREG: 1,1\r\n" + _OK)
    assert modem.feed(b"AT+CFUN=1;+CREG=1\rAT\r", 300) == _OK
    assert modem.tick(599) == b""
    winds = b"\r\n+WIND: 3\r\n\r\n+WIND: 4\r\n\r\n+WIND: 7\r\n"
    assert modem.tick(600) == SIGN_ON + winds
    line = b"AT+CREG?;+CRC?;$QCVAD?;+WRMP?;+WIND?\r"
    assert modem.feed(line, 600) == line + (
        b"\r\n+CREG: 0,1\r\n\r\n+CRC: 0\r\n\r\n$QCVAD: 0\r\n\r\n+WRMP: 1\r\n"
        b"\r\n+WIND: 204\r\n" + _OK
    )


def test_events_are_told_as_far_as_they_are_enabled():
    """The network lost and found; while it is lost a restart does not tell of it."""
    modem = quiet()
    modem.registered = 2
    modem.registered = 5
    assert modem.tick(0) == b""
    assert modem.feed(b"AT+WIND=200\r", 0) == _OK
    modem.registered = 1  # roaming or at home: it is there
    modem.registered = 2
    modem.registered = 3
    assert modem.tick(0) == b"\r\n+WIND: 8\r\n"
    assert modem.feed(b"AT+CAD?\r", 0) == b"\r\n+CAD: 0\r\n" + _OK
    assert modem.feed(b"AT+CFUN=1,1\r", 0) == _OK + SIGN_ON + b"\r\n+WIND: 4\r\n"
    modem.registered = 1
    assert modem.tick(0) == b"\r\n+WIND: 7\r\n"


def test_the_clock_is_the_networks():
    """Until the host has set it, and again after a restart."""
    modem = quiet()
    modem.clock = lambda: '"26/12/01,06:00:00"'
    told = b'\r\n+CCLK: "26/12/01,06:00:00"\r\n' + _OK
    assert modem.feed(b"AT+CCLK?\r", 0) == told
    assert modem.feed(b'AT+CCLK="27/01/01,00:00:00"\r', 0) == _OK
    assert modem.feed(b"AT+CFUN=1\r", 0) == _OK + SIGN_ON
    assert modem.feed(b"ATE0\rAT+CCLK?\r", 0) == b"ATE0\r" + _OK + told


def test_a_line_is_taken_apart():
    """Basic commands side by side, extended ones to the semicolon, a dial string to the end."""
    assert list(split("E0V1&D2+CSQ;I3;D*99#;")) == [
        ("E", 0),
        ("V", 1),
        ("&D", 2),
        ("+CSQ", 0),
        ("I", 3),
        ("D", "D*99#;"),
    ]


# Power and noise


def test_it_signs_on_when_it_has_started():
    """To the millisecond, and it hears nothing before."""
    modem = RadioModem(boot_ms=3000, now_ms=500)
    assert modem.feed(b"AT\r", 600) == b""
    assert modem.wait_ms(600) == 2900
    assert modem.tick(3499) == b""
    assert modem.tick(3500) == SIGN_ON
    assert modem.wait_ms(3500) is None
    assert modem.feed(b"AT\r", 3500) == b"AT\r" + _OK


def test_a_dead_radio_answers_nothing_until_its_power_key_is_pressed():
    """It then starts with its settings as at the factory."""
    modem = quiet()
    modem.boot_ms = 1000
    modem.dead = True
    assert modem.feed(b"AT\rAT\r", 10) == b""
    modem.press_power(20)
    assert not modem.dead
    assert modem.tick(1020) == SIGN_ON
    assert modem.feed(b"AT\r", 1020) == b"AT\r" + _OK


def test_a_dead_radio_may_recover():
    """With its settings as they were."""
    modem = quiet()
    modem.dead = True
    modem.dead = False
    assert modem.feed(b"AT\r", 0) == _OK


def test_noise_is_said_as_it_is():
    """With the next answer or alone."""
    modem = quiet()
    modem.say(b"\r\nRING\r\n")
    modem.say(b"\xff\x00")
    assert modem.feed(b"AT\r", 0) == b"\r\nRING\r\n\xff\x00" + _OK
    modem.say(b"\r\n+CREG: 2\r\n")
    assert modem.tick(0) == b"\r\n+CREG: 2\r\n"


# Calls


@pytest.mark.parametrize("number", [b"ATD#777", b"ATD*99#", b"ATDT5551234", b"AT&D2DT#777"])
def test_a_call_comes_through_after_its_time(number):
    """DCD follows it, and the dial string is kept."""
    modem = quiet(dial_ms=1500)
    seen = []
    modem.on_dcd = seen.append
    assert modem.feed(number + b"\r\n", 100) == b""
    assert (modem.wait_ms(100), modem.dcd) == (1500, False)
    assert modem.tick(1599) == b""
    assert modem.tick(1600) == _CONNECT
    assert (modem.dcd, seen) == (True, [True])
    assert modem.calls == ["AT" + number.decode().removeprefix("AT").removeprefix("&D2")]


_FAILURES = [
    ("busy", b"\r\nBUSY\r\n", b"7\r"),
    ("no_answer", b"\r\nNO ANSWER\r\n", b"8\r"),
    ("no_carrier", _NO_CARRIER, b"3\r"),
    ("no_dialtone", b"\r\nNO DIALTONE\r\n", b"6\r"),
    ("error", _ERROR, b"4\r"),
]


@pytest.mark.parametrize("outcome, words, number", _FAILURES)
def test_a_call_fails_as_planned(outcome, words, number):
    """And the radio takes commands again."""
    for setup, answer, ok in ((b"ATV1\r", words, _OK), (b"ATV0\r", number, b"0\r")):
        modem = quiet(dial_ms=20)
        modem.feed(setup, 0)
        modem.plan = deque([outcome])
        assert modem.feed(b"ATD#777\r", 0) == b""
        assert modem.tick(20) == answer
        assert not modem.dcd
        assert modem.feed(b"AT\r", 21) == ok


@pytest.mark.parametrize("outcome, words", [("silent", b""), ("garbage", GARBAGE)])
def test_a_call_that_never_ends_is_ended_by_a_character(outcome, words):
    """Nothing is due any more."""
    modem = quiet(dial_ms=20)
    modem.plan = deque([outcome])
    modem.feed(b"ATD#777\r", 0)
    assert modem.tick(20) == words
    assert modem.wait_ms(20) is None
    assert modem.tick(10**6) == b""
    assert modem.feed(b"\rAT\r", 10**6) == _NO_CARRIER + _OK


def test_the_plan_is_followed_and_its_last_part_stays():
    """Three calls."""
    modem = quiet()
    modem.plan = deque(["busy", "connect"])
    assert modem.feed(b"ATD#777\r", 0) == b"\r\nBUSY\r\n"
    for _ in range(2):
        assert modem.feed(b"ATD#777\r", 0) == _CONNECT
        modem.set_dtr(False)
        modem.set_dtr(True)
        assert modem.tick(0) == _NO_CARRIER
    assert modem.calls == ["ATD#777"] * 3


@pytest.mark.parametrize("byte", [b"\r", b"x", b"A", b"\0"])
def test_a_character_aborts_the_dialling(byte):
    """But not the LF behind the command."""
    modem = quiet(dial_ms=5000)
    assert modem.feed(b"ATD#777\r\n", 0) == b""
    assert modem.feed(byte, 10) == _NO_CARRIER
    assert modem.tick(5000) == b""
    assert modem.feed(b"AT\r", 5001) == _OK


# Data and the escape


def test_a_call_belongs_to_the_link():
    """What it gets, answers, and what came behind the dial command in one piece."""
    link = Sink(b"<>")
    modem = quiet(link)
    assert modem.feed(b"ATD#777\rAT\r", 0) == _CONNECT + b"<>"
    assert modem.feed(b"\x00\xff", 1) == b"<>"
    assert link.came == b"AT\r\x00\xff"


def test_without_a_link_data_ends_here():
    """Not even an echo."""
    assert online().feed(b"AT\r", 0) == b""


@pytest.mark.parametrize("parts", [[b"+++"], [b"+", b"++"], [b"+", b"+", b"+"]])
def test_three_pluses_between_two_silences_escape(parts):
    """After one second, to the millisecond; ATO goes back and ATH ends it."""
    modem = online()
    modem.feed(b"data", 1000)
    for i, part in enumerate(parts):
        assert modem.feed(part, 2000 + 10 * i) == b""
    last_ms = 2000 + 10 * (len(parts) - 1)
    assert modem.wait_ms(last_ms) == 1000
    assert modem.tick(last_ms + 999) == b""
    assert modem.tick(last_ms + 1000) == _OK
    assert modem.dcd
    assert modem.feed(b"AT\r", 5000) == _OK
    assert modem.feed(b"ATD#777\r", 5000) == _ERROR
    assert modem.feed(b"ATO\r", 5000) == _CONNECT
    modem.feed(b"+++", 6000)
    assert modem.tick(7000) == _OK
    assert modem.feed(b"ATH\r", 7001) == _OK
    assert not modem.dcd
    assert modem.feed(b"ATO\r", 7002) == _NO_CARRIER


@pytest.mark.parametrize(
    "sent",
    [
        [(1999, b"+++")],
        [(2000, b"++")],
        [(2000, b"++++")],
        [(2000, b"+++"), (2999, b"x")],
        [(2000, b"+++"), (2999, b"+")],
        [(2000, b"+-+")],
        [(2000, b"x+++")],
        [(2000, b"++"), (3000, b"+")],
        [(2000, b"x"), (2001, b"+++")],
    ],
)
def test_anything_else_is_data(sent):
    """Too early, too few, too many, not alone: all of it reaches the link."""
    link = Sink()
    modem = online(link)
    modem.feed(b"data", 1000)
    for at_ms, data in sent:
        assert modem.feed(data, at_ms) == b""
    assert modem.tick(100000) == b""
    assert link.came == b"data" + b"".join(data for _, data in sent)


def test_the_guard_time_ends_with_the_next_byte_too():
    """Nobody has called tick in between."""
    modem = online()
    modem.feed(b"+++", 1000)
    assert modem.feed(b"AT\r", 2000) == _OK + _OK


@pytest.mark.parametrize("dtr", [b"AT&D2\r", b"AT&D1\r"])
def test_a_falling_dtr_ends_the_call(dtr):
    """Once, and dialling too."""
    modem = quiet(dial_ms=10)
    modem.feed(dtr, 0)
    seen = []
    modem.on_dcd = seen.append
    modem.feed(b"ATD#777\r", 0)
    modem.tick(10)
    modem.set_dtr(False)
    modem.set_dtr(False)
    assert modem.tick(10) == _NO_CARRIER
    assert seen == [True, False]
    modem.set_dtr(True)
    modem.feed(b"ATD#777\r", 20)
    modem.set_dtr(False)
    assert modem.tick(30) == _NO_CARRIER


def test_dtr_means_nothing_without_a_call_or_with_d0():
    """No word, no change."""
    modem = quiet()
    modem.set_dtr(False)
    modem.set_dtr(True)
    modem.feed(b"AT&D0D#777\r", 0)
    modem.set_dtr(False)
    assert modem.tick(0) == b""
    assert modem.dcd


def test_the_carrier_may_be_lost():
    """In data and in command state; without a call nothing is lost."""
    modem = online()
    seen = []
    modem.on_dcd = seen.append
    modem.drop_carrier()
    assert modem.tick(0) == _NO_CARRIER
    modem.drop_carrier()
    assert modem.tick(0) == b""
    modem.feed(b"ATD#777\r", 0)
    modem.feed(b"+++", 1000)
    assert modem.tick(2000) == _OK
    modem.drop_carrier()
    assert modem.tick(2000) == _NO_CARRIER
    assert seen == [False, True, False]


@pytest.mark.parametrize("end", ["dead", "power", "ATZ"])
def test_a_call_ends_with_the_radio(end):
    """DCD goes off."""
    modem = online()
    seen = []
    modem.on_dcd = seen.append
    modem.feed(b"+++", 1000)
    assert modem.tick(2000) == _OK
    if end == "dead":
        modem.dead = True
    elif end == "power":
        modem.press_power(2000)
    else:
        assert modem.feed(b"ATZ\r", 2000) == _OK
    assert (modem.dcd, seen) == (False, [False])
