"""What a radio says, be it garbage, reaches the host as text within an answer, or as a number.

Both interpreters.
"""

from fake_radio import FakeRadio
from fakes import FakeLine
from fuzz.watch import Watch
from session import Session
from wipmodem.contract import AGAIN, RESULT_OK
from wipmodem.ports.chat import Chat

_BYTES = bytes(range(256))
_WORDS = (
    _BYTES,
    _BYTES * 4,
    b"\r\n+WIPACCEPT: 1,5\r\n",
    b"\r\n+CREG: 5\x00\x1b[2J\r\n",
    b"\r\n+CREG: 99999999999999\r\n",
    b"\r\n+CREG: x\r\n+CREG:\r\n",
    b"\rRING\rRING \r\n RING\n",
    b"\x07\x08\x7f\xff\r\nATDT\r\n" + b"z" * 600,
)


class Told:
    rang = False
    registered = -1


def _chat(words):
    """What came of them, with the radio's OK behind: a Chat, and whom it told."""
    line, told = FakeLine(), Told()
    chat = Chat(line, told, 0)
    chat.begin(b"AT+CSQ\r", 5000)
    line.incoming += words + b"\r\nOK\r\n"
    result = AGAIN
    while result == AGAIN:
        result = chat.poll(0)
    assert result == RESULT_OK
    return chat, told


def case_lines_are_text():
    """No control character, none above 126, whatever came."""
    for words in _WORDS:
        chat, told = _chat(words)
        lines = bytes(chat.lines[: chat.n])
        assert all(32 <= char < 127 or char == 10 for char in lines), words
        assert told.registered in (-1, 5, 9999999) and told.rang in (False, True)


def case_they_stand_in_the_answer_to_the_command():
    """Each in its frame, cut to a line's length, before its result; nothing is said unasked."""
    for words in _WORDS:
        chat, _ = _chat(words)
        session = Session(FakeRadio(), sockets=1).online()
        Watch(session)
        assert session.ask(b"AT+CSQ") == b""
        radio = session.bearer.radio
        radio.chat.hold(bytes(chat.lines[: chat.n]))
        radio.state = "idle"
        session.settle()
        lines = bytes(chat.lines[: chat.n]).split(b"\n")[:-1]
        framed = b"".join(b"\r\n%s\r\n" % line[:92] for line in lines)
        assert session.take() == framed + b"\r\nOK\r\n", words
        assert session.ask(b"AT") == b"\r\nOK\r\n"
