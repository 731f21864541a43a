"""What programs are made of: host bytes with structure, and hypothesis strategies over them."""

from hypothesis import strategies as st

from fuzz.program import EVENTS, MARK
from wipmodem.commands.fixed import RESPONSES
from wipmodem.commands.table import ACTIONS, NAME, RADIO, TABLE
from wipmodem.settings import BASIC

# Lines that a program gets nowhere without.
LINES = (
    b"AT\r",
    b"ATE0\r",
    b"AT+WIPCFG=1\r",
    b"AT+WIPBR=4,6\r",
    b"AT+WIPBR=4,6,0\r",
    b"AT+WIPBR=5,6\r",
    b"AT+WIPCREATE=3,1,7000,5,8\r",
    b'AT+WIPCREATE=2,1,"1.2.3.4",80\r',
    b'AT+WIPCREATE=2,3,"some.name",1\r',
    b"AT+WIPCREATE=1,1,9000\r",
    b'AT+WIPCREATE=1,2,,"1.2.3.4",9\r',
    b"AT+WIPDATA=2,1,2\r",
    b"AT+WIPDATA=2,1,1\r",
    b"AT+WIPDATA=2,5,2\r",
    b"AT+WIPDATA=1,1,1\r",
    b"AT+WIPDATA=1,2,1\r\n",
    b"AT+WIPDATA=1,2,2\r",
    b"AT+WIPOPT=2,1,2,7,1\r",
    b"AT+WIPCLOSE=2,1\r",
    b"AT+WIPCLOSE=3,1\r",
    b'AT+WIPPING="1.2.3.4",3,100\r',
    b"AT+WIPCREATE?;+WIPDATA?\r",
    b"AT+WIPXHEALTH=0;+WIPXURC=1,1,1\r",
    b"AT&V;+WIPXSTAT?;+WIPXSOCK?;+CLAC\r",
    b"AT+CFUN=1,1\r",
    b"AT+IPR=9600;+IFC=0,0\r",
    b"ATD5551234\r",
    b"ATD5;\r",
    b"ATO\r",
    b"ATH\r",
    b"AT+WCHD\r",
    b"AT+CSQ;+CREG?\r",
    b"ATS0=1\r",
    b"ATV0\r",
    b"ATQ1\r",
    b"ATE1\r",
    b"ATS3=65S4=66\r",
    b"ATS5=13\r",
    b"ATS2=3S12=0\r",
    b"ATS2=255\r",
    b"AT&D0&C1\r",
    b"AT+CMEE=1\r",
    b"AT&F\r",
    b"AT&W;Z\r",
    b'AT+WIPXDIALECT="wipsoft"\r',
    b'AT+WIPXDIAL="ATD*99#"\r',
    b'AT+WIPBR=2,6,1,"secret"\r',
    b"A/",
    b"+++",
    b"\x03",
    b"\x10\x03",
    b"\x10",
)
NAMES = tuple(
    [row[NAME] for row in TABLE + ACTIONS + RADIO + RESPONSES] + [name for name, _ in BASIC]
)

# Places in EVENTS.
_CONNECTS, _SENDS, _PEER, _DATAGRAM, _DNS = 1, 4, 8, 9, 14
_ANSWERS, _CALL, _RADIO_SENDS, _RINGS, _REGISTERED = 23, 24, 26, 27, 28
# How things become interesting: what random pieces seldom come to by themselves.
_SCENES = (
    (b'AT+WIPCREATE=2,1,"1.2.3.4",80\r', _CONNECTS, b"AT+WIPDATA=2,1,2\r"),
    (b"AT+WIPCREATE=3,1,7000,5,8\r", _PEER, b"AT+WIPDATA=2,5,2\r"),
    (b"AT+WIPCREATE=3,1,7000,5,8\rA", _PEER, _SENDS, b"T+CSQ\rA", _PEER),
    (
        b'AT+WIPXDIALECT="wipsoft"\rAT+WIPCREATE=2,1,"1.2.3.4",80\r',
        _CONNECTS,
        b"AT+WIPDATA=2,1,1\r",
    ),
    (b"AT+WIPCREATE=1,1,9000\r", _DATAGRAM, b"AT+WIPDATA=1,1,1\r"),
    (b'AT+WIPCREATE=1,2,,"1.2.3.4",9\rAT', _DATAGRAM, b"+WIPDATA?\r"),
    (b'AT+WIPCREATE=2,3,"some.name",1\rAT+WIPDATA=2,3,2\r', _DNS, _CONNECTS),
    (b"AT+WIPBR=5,6\rATD5551234\r", _CALL, _RADIO_SENDS),
    (b"AT+CSQ;+CREG?\rAT", _ANSWERS, _REGISTERED, _RINGS),
)


def _scene(steps):
    """With a radio, and a session."""
    return b"A" + b"".join(
        step if isinstance(step, bytes) else bytes((MARK, step, 0)) for step in steps
    )


_number = st.one_of(
    st.integers(0, 9),
    st.sampled_from((6, 12, 255, 256, 512, 536, 1460, 7000, 65535, 65536, 10**7, 10**20)),
).map(lambda n: b"%d" % n)
_text = st.one_of(
    st.sampled_from((b"1.2.3.4", b"255.255.255.255", b"a.b", b"", b"x" * 260, b"wipsoft", b"1.2")),
    st.binary(max_size=12),
)
_quoted = _text.map(lambda text: b'"' + text + b'"')
_argument = st.one_of(_number, _number, _number, _quoted, _text, st.just(b""))
_arguments = st.lists(_argument, max_size=9).map(b",".join)
_form = st.one_of(
    st.sampled_from((b"", b"?", b"=?", b"=")), _arguments.map(lambda words: b"=" + words), _number
)
_name = st.one_of(st.sampled_from(NAMES), st.integers(0, 99).map(lambda n: b"S%d" % n))
_command = st.tuples(_name, _form).map(b"".join)
_body = st.lists(_command, min_size=1, max_size=4).map(b";".join)
_line = st.tuples(
    st.sampled_from((b"AT", b"AT", b"at", b"aT", b"\nAT", b"A\x08AT", b"\xc1\xd4")),
    st.one_of(_body, _body.map(bytes.lower), st.just(b"x" * 300)),
    st.sampled_from((b"\r", b"\r", b"\r\n", b"\n", b"", b"\0\r", b"\x08\r", b" \x7f\r")),
).map(b"".join)


@st.composite
def _mutated(draw):
    """A line with one byte put in, changed or taken out."""
    line = draw(st.one_of(_line, st.sampled_from(LINES)))
    place = draw(st.integers(0, len(line)))
    put = draw(st.sampled_from((b"", b"\r", b"\n", b";", b'"', b",", b"\0", b"\xff\0", b"\x80")))
    return line[:place] + put + line[place + draw(st.integers(0, 1)) :]


_event = st.tuples(st.integers(0, len(EVENTS) - 1), st.integers(0, 255)).map(
    lambda event: bytes((MARK,) + event)
)
_pieces = st.one_of(
    _event,
    _event,
    st.sampled_from(LINES),
    st.sampled_from(LINES),
    _line,
    _mutated(),
    st.binary(max_size=40),
    st.integers(1, 1600).map(lambda n: b"d" * n),
)
_begins = st.one_of(
    st.binary(min_size=1, max_size=1),
    st.sampled_from(_SCENES).map(_scene),
    st.sampled_from(_SCENES).map(_scene),
)
programs = st.tuples(_begins, st.lists(_pieces, min_size=1, max_size=24).map(b"".join)).map(
    b"".join
)
