"""The RFC 2217 codec alone, without sockets: requests in, calls of the sink out.

Each stream is decoded whole, byte by byte, and with bytes after it.
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.comport import ComPortCodec
from launcher.controllines import BREAK, DCD, DSR, DTR, RI, RTS
from launcher.journal import Journal

SE, NOP, DM, BRK, IP, AO, AYT, EC, EL, GA, SB = range(240, 251)
WILL, WONT, DO, DONT, IAC = range(251, 256)
BINARY, ECHO, SGA, COM_PORT = 0, 1, 3, 44
TERMINAL_TYPE = 24

OFFERS = b"".join(
    bytes((IAC, verb, option))
    for verb, option in (
        (WILL, ECHO),
        (WILL, SGA),
        (WILL, BINARY),
        (DO, BINARY),
        (DO, COM_PORT),
    )
)
# What a client such as pyserial's says first: no bytes of NVT after that.
BINARY_ON = bytes((IAC, WILL, BINARY, IAC, DO, BINARY))
COM_PORT_ON = bytes((IAC, WILL, COM_PORT))
TRAIL = b"AT\r"


class Sink:
    """What a codec calls, in order; bytes that come one after another are one call."""

    def __init__(self):
        self.calls = []

    def data(self, data):
        assert data
        self._join("data", data)

    def answer(self, data):
        assert data
        self._join("answer", data)

    def lines(self, mask, on):
        self.calls.append(("lines", mask, on))

    def purge_input(self):
        self.calls.append(("purge_input",))

    def purge_output(self):
        self.calls.append(("purge_output",))

    def hold(self, on):
        self.calls.append(("hold", on))

    def _join(self, name, data):
        if self.calls and self.calls[-1][0] == name:
            data = self.calls.pop()[1] + data
        self.calls.append((name, bytes(data)))


class Told(Journal):
    """A journal that keeps its lines."""

    def __init__(self):
        super().__init__(verbose=True)
        self.lines = []

    def info(self, text):
        self.lines.append(text)


def make(begin=BINARY_ON, journal=None):
    """A codec and its sink, after the offers and what the host says first."""
    sink = Sink()
    codec = ComPortCodec(sink, 115200, journal or Told())
    assert sink.calls == [("answer", OFFERS)]
    codec.decode(begin)
    sink.calls.clear()
    return codec, sink


def decoded(stream, begin=BINARY_ON):
    """The calls that a stream leads to, which do not depend on its segmentation."""
    codec, sink = make(begin)
    codec.decode(stream)
    calls = list(sink.calls)
    pieces, one_by_one = make(begin)
    for byte in stream:
        pieces.decode(bytes((byte,)))
    assert one_by_one.calls == calls
    trailed, with_trail = make(begin)
    trailed.decode(stream + TRAIL)
    expected = Sink()
    expected.calls = calls.copy()
    expected.data(TRAIL)
    assert with_trail.calls == expected.calls
    return calls


def telnet(*codes):
    return bytes((IAC, *codes))


def request(command, value=b""):
    return bytes((IAC, SB, COM_PORT, command)) + doubled(value) + bytes((IAC, SE))


def doubled(data):
    return data.replace(b"\xff", b"\xff\xff")


def answer(command, value):
    return ("answer", request(command + 100, value))


# ------------------------------------------------------------------------------- com port control


def test_a_signature_is_answered_by_ours():
    """Requested, and sent by the host."""
    for text in (b"", b"a terminal", b"\xff"):
        assert decoded(request(0, text)) == [answer(0, b"wipmodem")]


@pytest.mark.parametrize(
    ("command", "good", "bad", "first"),
    [
        (1, [(9600).to_bytes(4, "big"), b"\xff\xff\xff\xff"], [b"\1", b"", bytes(5)], 115200),
        (2, [b"\5", b"\7"], [b"\4", b"\x09", b"", b"\7\7"], 8),
        (3, [b"\2", b"\5"], [b"\6", b"\x09", b"\xff", b"", b"\1\1"], 1),
        (4, [b"\2", b"\3"], [b"\4", b"\x09", b"", b"\1\1"], 1),
    ],
)
def test_a_setting_is_answered_by_the_value_in_use(command, good, bad, first):
    """Set, asked for by 0, out of range, too short, too long."""
    size = len(good[0])
    in_use = first.to_bytes(size, "big")
    assert decoded(request(command, bytes(size))) == [answer(command, in_use)]
    for value in bad:
        assert decoded(request(command, value)) == [answer(command, in_use)]
    for value in good:
        stream = request(command, value) + request(command, bad[0]) + request(command, bytes(size))
        assert decoded(stream) == [("answer", answer(command, value)[1] * 3)]


def test_lines_are_set_and_asked_for():
    """Break 4 to 6, DTR 7 to 9, RTS 10 to 12; DTR and RTS are on at first."""
    for query, mask, on in ((4, BREAK, False), (7, DTR, True), (10, RTS, True)):
        state = bytes((query + 1 if on else query + 2,))
        assert decoded(request(5, bytes((query,)))) == [answer(5, state)]
        for code, to in ((query + 2, False), (query + 1, True)):
            asked = request(5, bytes((code,))) + request(5, bytes((query,)))
            same = answer(5, bytes((code,)))[1]
            assert decoded(asked) == [("lines", mask, to), ("answer", same + same)]


def test_flow_control_is_kept_each_way():
    """Outbound sets both; what there is not is answered by what is in use."""

    def control(*numbers):
        ((_, wire),) = decoded(b"".join(request(5, bytes((number,))) for number in numbers))
        return [each[0] for each in wire.split(bytes((IAC, SB, COM_PORT, 105)))[1:]]

    assert control(0, 13) == [1, 14]
    assert control(3, 0, 13) == [3, 3, 16]
    assert control(3, 14, 0, 13) == [3, 14, 3, 14]
    assert control(2, 16, 15) == [2, 16, 15]
    for refused, in_use in ((17, 1), (18, 14), (19, 1), (20, 1), (127, 1), (254, 1)):
        assert control(refused) == [in_use]
    assert decoded(request(5)) == [answer(5, b"\1")]
    assert decoded(request(5, b"\5\5")) == [answer(5, b"\1")]


def test_both_masks_are_answered():
    for command, first in ((10, b"\0"), (11, b"\xff")):
        assert decoded(request(command)) == [answer(command, first)]
        for value in (b"\0", b"\xf0", b"\xff"):
            assert decoded(request(command, value)) == [answer(command, value)]


def test_states_are_told_when_asked_for():
    """Whatever the masks are: these are for what is sent unasked."""
    masks = request(10, b"\0") + request(11, b"\0")
    codec, sink = make()
    codec.decode(masks)
    codec.lines_changed(DCD | DSR)
    sink.calls.clear()
    codec.decode(request(6))
    codec.decode(request(7))
    assert sink.calls == [("answer", request(106, b"\x60") + request(107, b"\xb0"))]


def test_purges():
    """1 what the modem has said, 2 what it has not read, 3 both; there is no other."""
    inwards, outwards = ("purge_input",), ("purge_output",)
    assert decoded(request(12, b"\1")) == [inwards, answer(12, b"\1")]
    assert decoded(request(12, b"\2")) == [outwards, answer(12, b"\2")]
    assert decoded(request(12, b"\3")) == [inwards, outwards, answer(12, b"\3")]
    for other in (b"", b"\0", b"\4", b"\xff", b"\1\1"):
        assert decoded(request(12, other)) == [answer(12, b"\0")]


def test_the_host_suspends_and_resumes():
    """No answer to either: it would be the same request of ours. Answers wait."""
    asked = request(1, bytes(4)) + telnet(DO, TERMINAL_TYPE)
    answers = answer(1, (115200).to_bytes(4, "big"))[1] + telnet(WONT, TERMINAL_TYPE)
    assert decoded(request(8)) == [("hold", True)]
    assert decoded(request(9)) == []
    stream = request(8) + b"a" + request(8) + asked + b"b" + request(9) + b"c" + asked
    held, end = ("hold", True), ("hold", False)
    assert decoded(stream) == [
        held,
        ("data", b"ab"),
        end,
        ("answer", answers),
        ("data", b"c"),
        ("answer", answers),
    ]


def test_answers_that_a_suspended_modem_cannot_keep_are_told():
    journal = Told()
    codec, sink = make(journal=journal)
    codec.decode(request(8) + request(0) * 2000 + request(9))
    (_, (_, answers)) = sink.calls[0], sink.calls[2]
    kept = answers.count(request(100, b"wipmodem"))
    assert answers == request(100, b"wipmodem") * kept and 0 < kept < 2000
    told = f"rfc2217: {2000 - kept} answers lost while output was suspended"
    assert journal.lines == [told]


def test_unknown_commands_are_ignored():
    """Those of a server as well."""
    for command in (13, 99, *range(100, 114), 254, 255):
        assert (
            decoded(bytes((IAC, SB, COM_PORT)) + doubled(bytes((command, 1))) + telnet(SE)) == []
        )


def test_each_thing_refused_is_one_line():
    """On the journal, whatever else there is in the process."""
    journals = [Told(), Told()]
    codecs = [make(journal=journal)[0] for journal in journals]
    codecs[0].decode(request(3, b"\x09") + request(77) + telnet(DO, TERMINAL_TYPE))
    assert journals[0].lines == [
        r"rfc2217: value b'\t' of command 3 refused",
        "rfc2217: command 77 ignored",
        "telnet: option 24 refused",
    ]
    assert journals[1].lines == []


# ---------------------------------------------------------------------------------- notifications


def notified(*states, mask=b"\xff", begin=COM_PORT_ON):
    """The values of the notifications that these states of the modem's lines lead to."""
    codec, sink = make(begin)
    codec.decode(request(11, mask))
    sink.calls.clear()
    for state in states:
        codec.lines_changed(state)
    wire = b"".join(call[1] for call in sink.calls)
    head = bytes((IAC, SB, COM_PORT, 107))
    values = [part[:-2].replace(b"\xff\xff", b"\xff") for part in wire.split(head)[1:]]
    return [value[0] for value in values]


def test_changes_of_the_modems_lines_are_notified():
    """CTS 16 is always on; 8, 2 are changes of DCD and DSR, 4 is the end of a ring."""
    assert notified(DSR, DSR, DSR | DCD, DSR) == [0x32, 0xB8, 0x38]
    assert notified(RI, 0) == [0x50, 0x14]


def test_a_mask_chooses_what_is_notified():
    """The state and its changes through the mask, unless nothing is left."""
    assert notified(DCD, 0, mask=b"\x80") == [0x80]
    assert notified(DCD, 0, mask=b"\x88") == [0x88, 0x08]
    assert notified(DCD, 0, mask=b"\0") == []


def test_who_has_no_com_port_option_is_not_notified():
    assert notified(DCD, begin=b"") == []


def test_the_state_is_told_when_the_option_comes_on():
    """Once, on whichever side comes first."""
    both = (telnet(WILL, COM_PORT), telnet(DO, COM_PORT))
    will = telnet(WILL, COM_PORT)  # it answers our own offer
    do = ("answer", request(107, b"\x10") + telnet(WILL, COM_PORT))
    assert decoded(will) == [("answer", request(107, b"\x10"))]
    for one, other in itertools.permutations(both):
        calls = decoded(one + other)
        assert calls[0][1].count(request(107, b"\x10")) == 1
    assert decoded(will + telnet(DO, COM_PORT)) == [do]


# ----------------------------------------------------------------------------------------- telnet


def test_bytes_pass_with_iac_doubled():
    data = bytes(range(256)) * 2
    assert decoded(doubled(data)) == [("data", data)]
    codec, _ = make()
    assert codec.encode(data) == doubled(data)


def test_without_binary_a_cr_has_a_companion():
    """CR NUL is CR, CR LF stays (RFC 854); what comes after the option is as it is."""
    assert decoded(b"AT\r\0AT\r\n\0\r\0\0", begin=b"") == [("data", b"AT\rAT\r\n\0\r\0")]
    assert decoded(b"\r" + telnet(NOP) + b"\0", begin=b"") == [("data", b"\r")]
    assert decoded(b"\r" + telnet(WILL, BINARY) + b"\0", begin=b"") == [("data", b"\r\0")]
    codec, _ = make(begin=b"")
    assert codec.encode(b"\r\nOK\r\n\rx\r") == b"\r\nOK\r\n\r\0x\r\0"
    codec.decode(telnet(DO, BINARY))
    assert codec.encode(b"\rx\r") == b"\rx\r"
    codec.decode(telnet(DONT, BINARY))
    assert codec.encode(b"\rx\r") == b"\r\0x\r\0"


@pytest.mark.parametrize("option", [BINARY, ECHO, SGA, COM_PORT, TERMINAL_TYPE, 255])
def test_an_option_is_answered_once(option):
    """No answer to what agrees with our offer, nor to what is the case already (RFC 1143)."""
    offered = {(DO, ECHO), (DO, SGA), (DO, BINARY), (WILL, BINARY), (WILL, COM_PORT)}
    ours = {BINARY, ECHO, SGA, COM_PORT}
    theirs = {BINARY, SGA, COM_PORT}
    for on, off, yes, no, known in (
        (DO, DONT, WILL, WONT, option in ours),
        (WILL, WONT, DO, DONT, option in theirs),
    ):
        codec, sink = make(begin=b"")

        def say(verb, codec=codec, sink=sink):
            """The answer to it, without what COM-PORT-OPTION tells of itself."""
            sink.calls.clear()
            codec.decode(telnet(verb, option))
            return b"".join(call[1] for call in sink.calls).replace(request(107, b"\x10"), b"")

        assert say(off) == b""  # refused, or off already
        assert say(on) == telnet(yes if known else no, option)
        if known:
            assert say(on) == b""
            assert say(off) == telnet(no, option)
            assert say(off) == b""
        other, other_sink = make(begin=b"")
        other.decode(telnet(on, option))
        wire = b"".join(call[1] for call in other_sink.calls).replace(request(107, b"\x10"), b"")
        silent = (on, option) in offered
        assert wire == (b"" if silent else telnet(yes if known else no, option))


def test_commands_of_telnet():
    """BRK is a break, AYT has an answer, a data mark and others have no effect."""
    assert decoded(telnet(BRK)) == [("lines", BREAK, True), ("lines", BREAK, False)]
    assert decoded(telnet(AYT)) == [("answer", b"\r\n[Yes]\r\n")]
    for code in (SE, NOP, DM, IP, AO, EC, EL, GA, 0, 65, 239):
        assert decoded(b"a" + telnet(code) + b"b") == [("data", b"ab")]


def test_subnegotiations_of_other_options_are_skipped():
    """However long they are, and empty ones; IAC IAC does not end them."""
    for text in (b"", b"\x18", b"\x18\1", b"\x18" + bytes(100_000), b"\x18" + b"\xff" * 9):
        assert decoded(bytes((IAC, SB)) + doubled(text) + telnet(SE)) == []


def test_no_subnegotiation_takes_much_memory():
    codec, _ = make()
    codec.decode(bytes((IAC, SB)) + bytes(1 << 20))
    assert len(codec._text) <= 256


def test_a_subnegotiation_without_an_end_ends_with_the_next_command():
    """It has no effect, the command has."""
    unfinished = bytes((IAC, SB, COM_PORT, 3, 2))
    assert decoded(unfinished + telnet(AYT) + b"x") == [
        ("answer", b"\r\n[Yes]\r\n"),
        ("data", b"x"),
    ]
    assert decoded(unfinished + request(3, b"\0")) == [answer(3, b"\1")]


def test_a_long_request_is_answered_too():
    assert decoded(request(0, b"x" * 5000)) == [answer(0, b"wipmodem")]
    assert decoded(request(3, b"\1" * 5000)) == [answer(3, b"\1")]


# ------------------------------------------------------------------------------------ anything


_MARKS = st.sampled_from([bytes((code,)) for code in (IAC, SB, SE, DO, WILL, COM_PORT, 13, 0, 10)])
STREAMS = st.lists(st.one_of(_MARKS, st.binary(max_size=6)), max_size=60).map(b"".join)


@given(STREAMS, st.lists(st.integers(0, 200), max_size=5))
def test_any_bytes_are_decoded_the_same_in_any_blocks(stream, cuts):
    """Nothing raises."""
    codec, whole = make(begin=b"")
    codec.decode(stream)
    other, parts = make(begin=b"")
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, end in itertools.pairwise(edges):
        other.decode(stream[start:end])
    assert parts.calls == whole.calls
    assert len(codec._text) <= 256


_ANSWERED = [0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12]
REQUESTS = st.lists(
    st.tuples(st.sampled_from([*_ANSWERED, 8, 9]), st.binary(max_size=6)), max_size=40
)


@given(REQUESTS)
def test_every_request_has_one_answer_with_its_code(requests):
    """In their order, also over times when the host has suspended us."""
    codec, sink = make()
    for command, value in [*requests, (9, b"")]:
        codec.decode(request(command, value))
    wire = b"".join(call[1] for call in sink.calls if call[0] == "answer")
    answers = wire.split(bytes((IAC, SB, COM_PORT)))[1:]
    expected = [command + 100 for command, _ in requests if command in _ANSWERED]
    assert [each[0] for each in answers] == expected
    assert all(each.endswith(telnet(SE)) for each in answers)


@given(st.binary(max_size=300))
def test_what_is_encoded_is_decoded_again(data):
    """In binary and not."""
    for begin in (b"", BINARY_ON):
        codec, sink = make(begin)
        codec.decode(codec.encode(data))
        assert b"".join(call[1] for call in sink.calls) == data
