"""User ids and passwords in what is shown of a line: whole, and split anywhere. Both
interpreters."""

from masking import Mask

_ALL = bytes(range(256))

# What is said, and what is shown of it.
_MASKED = (
    (b'AT+WIPBR=2,6,0,"user"\r', b"AT+WIPBR=2,6,0,***\r"),
    (b'AT+WIPBR=2,6,1,"password"\n', b"AT+WIPBR=2,6,1,***\n"),
    (b"AT+WIPBR=2,6,1,password\r\n\r\nOK\r\n", b"AT+WIPBR=2,6,1,***\r\n\r\nOK\r\n"),
    (b"at+wipbr=2,6,1,PassWord\r", b"at+wipbr=2,6,1,***\r"),
    (b"aT + wIp Br = 2 , 6 , 1 ,  pass word \r", b"aT + wIp Br = 2 , 6 , 1 ,***\r"),
    (b'AT+WIPBR="2","6","1","p"\r', b'AT+WIPBR="2","6","1",***\r'),
    (b"AT+WIPBR=02,06,01,p\r", b"AT+WIPBR=02,06,01,***\r"),
    (b"AT+WIPBR=2,6,1,a,b,c\r", b"AT+WIPBR=2,6,1,***\r"),
    (b"AT+WIPBR=2,,,p\r", b"AT+WIPBR=2,,,***\r"),
    (b"\xc1T+WIPBR\xbd2,6,1,p\xff\x8d", b"\xc1T+WIPBR\xbd2,6,1,***\x8d"),
    # Further commands in the line are shown, and their values not.
    (
        b'AT+CMEE=1;+WIPBR=2,6,0,"me;,";+WIPBR=2,6,1,pw;+WIPBR=4,6\r',
        b"AT+CMEE=1;+WIPBR=2,6,0,***;+WIPBR=2,6,1,***;+WIPBR=4,6\r",
    ),
    # An open quote hides what may still be the value.
    (b'AT+WIPBR=2,6,1,"pw;+CSQ\rAT\r', b"AT+WIPBR=2,6,1,***\rAT\r"),
    # Deleting and typing again, before the value and in it.
    (b"AT+WIPBX\x08R=3\x7f2,6,1,p\r", b"AT+WIPBX\x08R=3\x7f2,6,1,***\r"),
    (b"AT+WIPBR=3,6,\x08\x08\x08\x082,6,1,p\r", b"AT+WIPBR=3,6,\x08\x08\x08\x082,6,1,***\r"),
    (b'AT+WIPBR=2,6,1,"a"\x08;b"\r', b"AT+WIPBR=2,6,1,***\r"),
    (b"AT+WIPBR=2,6,1,\x08\x080,user;+CSQ\r", b"AT+WIPBR=2,6,1,***\r"),
    # Behind a lot of data without an end of line, and straight behind an escape.
    (b"x" * 5000 + b"+++AT+WIPBR=2,6,1,p\r", b"x" * 5000 + b"+++AT+WIPBR=2,6,1,***\r"),
    # As long as it likes, and twice.
    (
        b"AT+WIPBR=2,6,1," + b"p" * 1000 + b"\rAT+WIPBR=2,6,1,q\r",
        b"AT+WIPBR=2,6,1,***\rAT+WIPBR=2,6,1,***\r",
    ),
)
_SHOWN = (
    b"AT+WIPBR=2,6,1,\r",
    b"AT+WIPBR=2,6,1\rsecret\r",
    b"AT+WIPBR=1,6,1,x\r",
    b"AT+WIPBR=22,6,1,x\r",
    b"AT+WIPBR=4,6,0\rAT+WIPBR?\r\n+WIPBR: 6,1\r\n",
    b"AT+WIPCREATE=2,1,80,x,y\r",
    b"2,6,1,x\r+WIPBR=\r2,6,1,x\r",
    _ALL,
    _ALL * 40,
    b"+++",
)


def case_values_are_masked():
    """Whole."""
    for said, shown in _MASKED:
        assert Mask().show(said) == shown, said


def case_all_else_is_shown():
    """As it is, every byte at once: nothing is held back."""
    for said in _SHOWN:
        mask = Mask()
        assert mask.show(said) == said, said
        mask = Mask()
        for i in range(min(len(said), 300)):
            assert mask.show(said[i : i + 1]) == said[i : i + 1], (said, i)


def case_split_at_every_byte():
    """In two reads, wherever the first one ends."""
    for said, shown in _MASKED:
        for at in range(min(len(said), 60)):
            mask = Mask()
            assert mask.show(said[:at]) + mask.show(said[at:]) == shown, (said, at)


def case_byte_by_byte():
    """As it is typed, and echoed."""
    for said, shown in _MASKED:
        mask = Mask()
        came = bytearray()
        for byte in said:
            came += mask.show(bytes([byte]))
        assert came == shown, said


def case_one_line_after_the_other():
    """Nothing is left of a line for the next."""
    mask = Mask()
    for _ in range(2):
        for said, shown in _MASKED:
            assert mask.show(said + b"\r") == shown + b"\r", said
