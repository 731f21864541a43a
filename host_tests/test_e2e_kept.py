"""What outlives a loss of power, on real processes: a modem is switched off, another one on."""

import pytest

from e2e import Modem


@pytest.fixture
def switch_on(interpreter, tmp_path):
    """Makes a modem that keeps what it is told in one file."""

    def modem(*options):
        return Modem(interpreter, tmp_path, "--profile", str(tmp_path / "kept"), *options)

    return modem


def test_profile_stack_and_dialect_are_kept(switch_on):
    """&W, +WIPCFG=4,1, the dialect: each by itself, the rest is the factory's. rules: C7 Q8"""
    with switch_on() as modem:
        modem.echo_off()
        modem.ask("AT+CMEE=1;S0=5;S7=9;&C1;&S1", "OK")
        modem.ask("AT&W", "OK")
        modem.ask("AT+WIPCFG=2,0,32;+WIPCFG=2,12,5;+WIPCFG=4,1", "OK")
        modem.ask('AT+WIPXDIALECT="wipsoft"', "OK")
        modem.ask("ATQ0&C2;+WIPCFG=2,6,3", "OK")
    with switch_on() as modem:
        modem.ask("AT+CMEE?;S0?;S7?", "+CMEE: 1", "005", "050", "OK")
        modem.ask("AT&V", "E0 Q0 V1 &C1 &D2 &S1 +CMEE=1", *_LINE_AND_REGISTERS, "OK")
        modem.ask("AT+WIPCFG=1", "OK")
        options = ("0,32", "3,16384", "4,536", "6,8", "12,5")
        modem.ask("AT+WIPCFG?", *(f"+WIPCFG: {option}" for option in options), "OK")
        modem.ask("AT+WIPXDIALECT?", '+WIPXDIALECT: "wipsoft"', "OK")
        modem.ask("AT&F", "OK")


_LINE_AND_REGISTERS = (
    "+IPR=115200 +ICF=3,3 +IFC=2,2",
    "S0=005 S2=043 S3=013 S4=010 S5=008 S6=002 S7=050 S8=002",
    "S9=006 S10=014 S11=095 S12=050 S25=005 S30=000 S37=000 S38=020",
)


@pytest.mark.parametrize("text", [b"torn", b"another program's\n", b""])
def test_a_foreign_file_is_the_factory(switch_on, tmp_path, text):
    """ATI says so; what is kept after that is believed again."""
    (tmp_path / "kept").write_bytes(text)
    with switch_on() as modem:
        modem.echo_off()
        modem.ask("ATI", "wipmodem 0.1.0 host", "profile damaged: factory values", "OK")
        modem.ask("AT&W", "OK")
    with switch_on() as modem:
        modem.ask("ATI", "wipmodem 0.1.0 host", "OK")


def test_credentials_are_not_kept(switch_on, tmp_path):
    """Whatever is saved, the file has neither user id nor password. rules: B4"""
    with switch_on() as modem:
        modem.echo_off()
        modem.ask('AT+WIPBR=2,6,0,"meter";+WIPBR=2,6,1,"s3cret"', "OK")
        modem.ask("AT&W+WIPCFG=4,1", "OK")
    kept = (tmp_path / "kept").read_bytes()
    assert b"stack=64," in kept and b"meter" not in kept and b"s3cret" not in kept


def test_the_dialect_to_begin_with(interpreter, tmp_path):
    """`DIALECT=wipsoft`: a host that was written for it need say nothing. rules: H6 H17 H18"""
    with Modem(interpreter, tmp_path, "--dialect", "wipsoft") as modem:
        modem.type(b"ATE0\r\n")
        modem.expect_bytes(b"ATE0\r\n\r\nOK\r\n")
        modem.ask("AT+WIPCFG=1;+WIPBR=1,6", "OK")
        modem.ask("AT+WIPXDIALECT?", '+WIPXDIALECT: "wipsoft"', "OK")
