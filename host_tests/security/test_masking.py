"""However a host types user id or password, no trace and no flight recorder has a letter of it.

A real modem behind the traced port of the PC, driven pass by pass. The letters of the secrets
occur in nothing else that is typed or said.
"""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from traced_line import TracedLine, shown

_LETTERS = "QJGUqjgu"
_FORBIDDEN = re.compile(rb"[QJGU\\]", re.IGNORECASE)
_RECORDED = re.compile(rb"[QJGU]{3}", re.IGNORECASE)  # fewer may be a time
_S3 = (13, ord("!"), ord("/"))
_S5 = (8, 127, ord("x"), ord("b"))

_secrets = st.text(_LETTERS, min_size=4, max_size=10)
_junk = st.binary(max_size=12).map(lambda data: data.translate(None, b"\\QJGUqjguAa\xc1\xe1"))


@st.composite
def typed_secret(draw, secret):
    """A value as a host may type it."""
    form = draw(st.sampled_from("quoted escaped plain blanks".split()))
    if form == "escaped":
        which = draw(st.lists(st.booleans(), min_size=len(secret), max_size=len(secret)))
        pairs = zip(secret, which, strict=True)
        return '"' + "".join(f"\\{ord(c):02X}" if hide else c for c, hide in pairs) + '"'
    return {"quoted": f'"{secret}"', "plain": secret, "blanks": " ".join(secret)}[form]


def _as_host(draw, text):
    """In any case, but for the secret."""
    return text.lower() if draw(st.booleans()) else text


@st.composite
def command(draw, option, secret):
    """+WIPBR=2 in one of its forms."""
    zeros = "0" * draw(st.sampled_from((0, 1, 60)))
    numbers = [zeros + "2", "06", str(option)]
    if draw(st.booleans()):
        numbers = [f'"{number}"' for number in numbers]
    blank = draw(st.sampled_from(("", " ")))
    head = _as_host(draw, "+WIPBR=") + (blank + "," + blank).join(numbers)
    return head + "," + draw(typed_secret(secret))


@st.composite
def edited(draw, line, s3, s5):
    """A line, with characters typed and taken back again, the secret's letters among them."""
    line = line.encode()
    stops = {s3, s5, 10}
    places = draw(st.lists(st.integers(0, len(line)), max_size=4))
    for place in sorted(places, reverse=True):
        extra = draw(st.binary(min_size=1, max_size=4) | st.just(line[-5:] or b"Q"))
        extra = bytes(char for char in extra if char & 0x7F not in stops)
        line = line[:place] + extra + bytes((s5,)) * len(extra) + line[place:]
    return line


@st.composite
def sessions(draw):
    """(pieces to type, None for a drop of DTR; user id; password)."""
    s3, s5 = draw(st.sampled_from(_S3)), draw(st.sampled_from(_S5))
    user, password = draw(_secrets), draw(_secrets)
    echo = draw(st.sampled_from("E0 E1".split()))
    end = bytes((s3,))
    first = f"AT{echo}S5={s5}S3={s3}\r".encode()
    commands = [draw(command(0, user)), draw(command(1, password)), "+CMEE=1"]
    commands = draw(st.permutations(commands))
    lines = [";".join(commands)] if draw(st.booleans()) else commands
    typed = first
    pieces = []
    for line in lines:
        # The character that deletes is none of the command's own.
        line = line.replace(chr(s5), chr(s5).upper())
        typed += draw(_junk)
        body = draw(edited(line, s3, s5))
        if draw(st.integers(0, 9)) == 0:
            pieces += [
                typed + b"AT" + body[: len(body) // 2],
                None,
                body[len(body) // 2 :] + b"\r\n",
            ]
            typed = b""
        typed += draw(st.sampled_from((b"AT", b"at", b"\xc1\xd4"))) + body
        typed += end + (draw(st.sampled_from((b"", b"\n", b"A/"))))
    size = draw(st.sampled_from((1, 7, 100, 1000)))
    pieces += [typed[i : i + size] for i in range(0, len(typed), size)]
    return pieces, user, password


@settings(max_examples=settings.default.max_examples * 3 // 2)
@given(sessions())
def test_no_letter_of_a_credential_is_shown(session):
    """Typed, corrected, echoed, repeated, cut by DTR; the modem understands it. rules: B4 H24"""
    pieces, user, password = session
    with TracedLine() as line:
        for piece in pieces:
            if piece is None:
                line.drop_dtr()
            else:
                line.type(piece)
    bearer = line.board.bearer
    assert (bearer.user, bearer.password) == (user.encode(), password.encode()), line.said
    text = shown(line.trace.getvalue())
    assert b"***" in text and text.count(b"OK") >= 1
    assert not _FORBIDDEN.search(text), text
    assert not _RECORDED.search(bytes(line.board.recorder)), line.board.recorder
