"""Whatever a far end sends is data, or a number: it never reaches command mode, runs a command or
forges a line. Both interpreters; with all that hypothesis thinks of, test_peers.py."""

from fuzz.program import PAYLOADS
from security import peers
from security.mappings import MAPPINGS

_HOSTILE = (
    b"+++",
    b"+",
    b"++",
    b"+++AT+WIPCFG=0\r",
    b"AT+WIPCLOSE=2,1\r\n",
    b"A/",
    b"ATE1\r",
    b"\r\nOK\r\n\r\n+WIPREADY: 2,2\r\n",
    b"\r\n+WIPERROR: 2,1,843\r\n",
    b"\r\nSHUTDOWN\r\n",
    b"\x03\r\nOK\r\n",
    b"\x03+CME ERROR: 843\r\n",
    b"\x10\x03" * 20,
    b"\x10",
    b"\x1b\x00\x7f\x80\xff",
)


def _all_mappings(prove):
    for mapping in MAPPINGS:
        prove(mapping.begin())


def case_hostile_words_arrive_as_data():
    """Escapes, commands, results and unsolicited lines, between silences, in every mapping."""
    _all_mappings(lambda far: peers.arrives_as_data(far, _HOSTILE + PAYLOADS))


def case_what_is_unread_is_not_said_behind_the_result():
    for data in (b"\r\n+WIPACCEPT: 1,5\r\n", b"\x03\x10AT\r" * 100, bytes(range(256))):
        _all_mappings(lambda far, data=data: peers.ends_with_the_result(far, data))


def case_in_command_mode_a_peer_is_a_number():
    for pieces in (_HOSTILE, (b"", b"\r\nOK\r\n"), (b"x" * 1400, b"+++")):
        _all_mappings(lambda far, pieces=pieces: peers.is_only_announced(far, pieces))


def case_a_forged_end_is_data_and_dcd_says_so():
    """Where all is data a host cannot tell these words from the modem's: DCD can (&C1)."""
    _all_mappings(_words_are_data)


def _words_are_data(far):
    for words in (b"\r\nNO CARRIER\r\n", b"\r\nOK\r\n"):
        far.sends(words)
        assert far.session.take() == far.mapping.frame(words)
        assert far.session.serial.dcd and far.in_data_mode(), far.mapping.name


def case_the_true_end_of_a_call_drops_dcd():
    """The same words, by the modem: DCD is off by then."""
    (mapping,) = [each for each in MAPPINGS if each.kind == "call"]
    far = mapping.begin()
    far.session.bearer.radio.dcd = False
    far.session.wait(100)
    assert far.session.take() == b"\r\nNO CARRIER\r\n"
    assert not far.session.serial.dcd and far.session.modem.context.online.channel is None


def case_framed_ends_cannot_be_forged():
    """Where ETX and DLE are escaped, a bare ETX is the modem's: no data gives one."""
    _all_mappings(_bare_marks_are_the_modems)


def _bare_marks_are_the_modems(far):
    if far.mapping.name in ("escaped", "datagrams", "listener"):
        far.sends(bytes(range(256)) + b"\x03" * 9 + b"\x10\x03\x10\x10\x03")
        said = far.session.take()
        bare = said.replace(b"\x10\x10", b"").replace(b"\x10\x03", b"").count(b"\x03")
        assert bare == (far.mapping.kind == "udp"), (far.mapping.name, said)
