"""User ids and passwords in what is shown of a line: complete lines as the line reader has them,
and all other bytes, whole and split anywhere. Both interpreters."""

from masking import Mask, hide
from wipmodem.settings import S3, S5

_ALL = bytes(range(256))

# Command lines, and what is shown of them.
_LINES = (
    (b'+WIPBR=2,6,0,"user"', b"+WIPBR=2,6,0,***"),
    (b"+wipbr=2,6,1,PassWord", b"+wipbr=2,6,1,***"),
    (b'+WIPBR="2","6","1","p"', b'+WIPBR="2","6","1",***'),
    (b"+WIPBR=" + b"0" * 150 + b"2,06,01,p", b"+WIPBR=" + b"0" * 150 + b"2,06,01,***"),
    (b"+WIPBR=2,6,1,a,b,c", b"+WIPBR=2,6,1,***"),
    (b"+WIPBR=2,,,p", b"+WIPBR=2,,,***"),
    # Whatever the first number is, and whatever is missing or wrong: it may be mistyped.
    (b"+WIPBR=3,6,1,p", b"+WIPBR=3,6,1,***"),
    (b"+WIPBR=2,6,secret", b"+WIPBR=2,6,***"),
    (b"+WIPBR=2,123456", b"+WIPBR=2,***"),
    (b'+WIPBR="secret"', b"+WIPBR=***"),
    (b"+WIPBR2,6,1,secret", b"+WIPBR2,6,1,***"),
    (b"+WIPBR:2,6,1,secret", b"+WIPBR***"),
    (b"WIPBR=2,6,1,secret", b"WIPBR=2,6,1,***"),
    # A value ends where the modem lets it end.
    (b'+CMEE=1;+WIPBR=2,6,0,"me;,";+WIPBR=2,6,1,pw;+WIPBR=4,6', None),
    (b'+WIPBR=2,6,1,"\\22;p";+CSQ', b"+WIPBR=2,6,1,***;+CSQ"),
    (b'+WIPBR=2,6,1,a"b;c";+CSQ', b"+WIPBR=2,6,1,***;+CSQ"),
    (b'+WIPBR=2,6,1,"pw;+CSQ', b"+WIPBR=2,6,1,***"),
    (b'+WIPBR=2,6,1,"\xa2;\xe9";+CSQ', b"+WIPBR=2,6,1,***;+CSQ"),
    (b'+FOO="+WIPBR=2,6,1,p";+CSQ', b'+FOO="+WIPBR=2,6,1,***'),
)
_CHAIN = b"+CMEE=1;+WIPBR=2,6,0,***;+WIPBR=2,6,1,***;+WIPBR=4,6"
_OPEN_LINES = (
    b"",
    b"+WIPBR?",
    b"+WIPBR=?;+WIPBR;+CSQ",
    b"+WIPBR=4,6,0;+WIPBR=3,6,15",
    b"+WIPBR=2,6,1",
    b"+WIPBR=2,6,1,",
    b'+WIPCREATE=2,1,"192.0.2.10",80',
    _ALL,
)
# Other bytes.
_MASKED = (
    (b"+++AT+WIPBR=2,6,1,p\r", b"+++AT+WIPBR=***\r"),
    (b"at + wIp Br = 2 , 6 , 1 ,  pass word \r\nx", b"at + wIp Br =***\r\nx"),
    (b"\xd7IPBR\xbd2,6,1,p\xff\x8d", b"\xd7IPBR\xbd***\x8d"),
    (b"WIPZ\x08BX\x7fR=secret\nWIPBR: 6,1", b"WIPZ\x08BX\x7fR=***\nWIPBR: 6,1"),
    (b"WIPZsBR=secret\r", b"WIPZsBR=***\r"),
    (b"x" * 5000 + b"WIPBR=1;s3cret\nmore", b"x" * 5000 + b"WIPBR=***\nmore"),
)
_SHOWN = (b"AT+WIPBR?\r\n+WIPBR: 6,1\r\n", b"2,6,1,x\r+WIPBR\r=2,6,1,x\r", _ALL * 40, b"+++")


def _mask(s3=13):
    """S5 is a small s."""
    return Mask({S3: s3, S5: 0x73})


def case_values_in_lines_are_hidden():
    for line, shown in _LINES:
        assert hide(line) == (shown or _CHAIN), line


def case_other_lines_are_shown():
    for line in _OPEN_LINES:
        assert hide(line) == line


def case_what_looks_like_a_value_is_masked():
    """Whole, in two reads wherever the first one ends, and byte by byte."""
    for said, shown in _MASKED:
        assert _mask().show(said) == shown, said
        for end in range(min(len(said), 60)):
            mask = _mask()
            assert mask.show(said[:end]) + mask.show(said[end:]) == shown, (said, end)
        mask = _mask()
        came = b""
        for i in range(len(said)):
            came += mask.show(said[i : i + 1])
        assert came == shown, said


def case_all_else_is_shown():
    """As it is, every byte at once: nothing is held back."""
    for said in _SHOWN:
        assert _mask().show(said) == said, said
        mask = _mask()
        for i in range(min(len(said), 300)):
            assert mask.show(said[i : i + 1]) == said[i : i + 1], (said, i)


def case_hidden_up_to_the_end_of_a_line():
    """CR is none while S3 is another character, which may occur in a value."""
    for s3, said, shown in ((13, b"\rnext", b"\rnext"), (33, b"!\rx\nnext", b"\nnext")):
        mask = _mask(s3)
        mask.start_line(True)
        assert mask.show(b"rest" + said) == shown
        mask.start_line()
        assert mask.show(b"WIPBR=" + said) == b"WIPBR=***" + shown
        mask.show(b"WIPBR=")
        mask.start_line()
        assert mask.show(said) == said
