"""One exchange with the radio: its results, its lines, and every way to disturb it. Both
interpreters."""

from radio_fakes import ChatBench
from wipmodem.contract import (
    RESULT_BUSY,
    RESULT_CONNECT,
    RESULT_ERROR,
    RESULT_NO_ANSWER,
    RESULT_NO_CARRIER,
    RESULT_NO_DIALTONE,
    RESULT_OK,
)
from wipmodem.ports.chat import TIMEOUT

_FINAL = (
    (b"OK", RESULT_OK),
    (b"CONNECT", RESULT_CONNECT),
    (b"CONNECT 115200", RESULT_CONNECT),
    (b"ERROR", RESULT_ERROR),
    (b"+CME ERROR: 30", RESULT_ERROR),
    (b"+CMS ERROR: 500", RESULT_ERROR),
    (b"NO CARRIER", RESULT_NO_CARRIER),
    (b"NO DIALTONE", RESULT_NO_DIALTONE),
    (b"BUSY", RESULT_BUSY),
    (b"NO ANSWER", RESULT_NO_ANSWER),
)
_NOT_FINAL = (b"OKAY", b" OK", b"0", b"BUSY ", b"NO", b"ERRORS", b"ok", b"RINGS")
_NOT_FINAL += (b" RING", b"+CREG: 0,1", b"+CREG: (0-1)", b"+CREG: ", b"+CREG:1", b"+CREG: -1")


def case_each_result():
    """Every final line ends the exchange, and is no information."""
    for words, result in _FINAL:
        bench = ChatBench().begin().say(b"\r\n" + words + b"\r\n")
        assert (bench.result, bench.lines()) == (result, b""), words


def case_signal():
    """The last +CSQ is kept, and is an answer all the same; what cannot be is not known."""
    bench = ChatBench()
    assert bench.signal == 99
    told = []
    for words in (b"23, 0", b"0,99", b"31", b"32,1", b"7,", b"99,99", b"x", b"8", b""):
        bench.begin(b"AT+CSQ\r").say(b"\r\n+CSQ: " + words + b"\r\n\r\nOK\r\n")
        assert bench.lines() == b"+CSQ: " + words + b"\n"
        told.append(bench.signal)
    assert told == [23, 0, 31, 99, 7, 99, 99, 8, 99]


def case_what_only_looks_like_a_result():
    """It is information, and the exchange goes on."""
    for words in _NOT_FINAL:
        bench = ChatBench().begin().say(b"\r\n" + words + b"\r\n")
        assert (bench.result, bench.lines()) == (None, words + b"\n")


def case_information_lines():
    """In their order, each ended by LF; empty lines are none."""
    bench = ChatBench().begin(b"AT+CSQ\r").sent(b"AT+CSQ\r")
    bench.say(b"\r\n\r\n+CSQ: 23, 0\r\n\r\nmore\r\n\r\nOK\r\n")
    assert (bench.result, bench.lines()) == (RESULT_OK, b"+CSQ: 23, 0\nmore\n")
    assert bench.chat.ignored == 0


def case_byte_by_byte():
    """An answer in pieces is the same answer, and nothing ends before its last line does."""
    bench = ChatBench().begin()
    for code in b"\r\n+CSQ: 23, 0\r\n\r\nOK":
        bench.say(bytes([code]))
        assert bench.result is None
    bench.say(b"\r")
    assert (bench.result, bench.lines()) == (RESULT_OK, b"+CSQ: 23, 0\n")


def case_without_lf_or_cr():
    """Either of them ends a line."""
    for end in (b"\r", b"\n"):
        bench = ChatBench().begin().say(b"one" + end + b"two" + end + b"OK" + end)
        assert (bench.result, bench.lines()) == (RESULT_OK, b"one\ntwo\n")


def case_echo():
    """A radio that still echoes: its echo is no information, and as expected it is not counted."""
    bench = ChatBench().begin(b"AT+CSQ\r").say(b"AT+CSQ\r\r\n+CSQ: 1, 0\r\n\r\nOK\r\n")
    assert (bench.result, bench.lines()) == (RESULT_OK, b"+CSQ: 1, 0\n")
    assert bench.chat.ignored == 0


def case_echo_of_another_command():
    """It is counted: longer, shorter, or between exchanges."""
    bench = ChatBench().begin(b"AT+CSQ\r").say(b"AT+CS\r\r\nAT+CSQ?\r\n\r\nOK\r\n")
    assert (bench.result, bench.lines(), bench.chat.ignored) == (RESULT_OK, b"", 2)
    bench.say(b"AT+CSQ\r\n")
    assert bench.chat.ignored == 3


def case_silence_to_the_millisecond():
    """The limit, and nothing but the limit; the clock wraps within it."""
    bench = ChatBench().begin(b"AT\r", 5000).say(b"noise\r\n").run(4999)
    assert bench.result is None
    bench.run(1)
    assert (bench.result, bench.lines()) == (TIMEOUT, b"noise\n")


def case_half_a_line_is_silence():
    """An OK whose end never comes is none."""
    bench = ChatBench().begin(b"AT\r", 500).say(b"\r\nOK").run(500)
    assert bench.result == TIMEOUT


def case_the_next_exchange_begins_clean():
    """Neither lines nor half a line of the last one are left."""
    bench = ChatBench().begin().say(b"old\r\nhal")
    bench.begin().say(b"new\r\nOK\r\n")
    assert (bench.result, bench.lines()) == (RESULT_OK, b"new\n")


def case_unsolicited_in_the_middle():
    """RING and a +CREG of one number answer nothing: told, and in nobody's way; others stay."""
    bench = ChatBench().begin()
    bench.say(b"\r\nRING\r\n+CSQ: 9, 0\r\n\r\n+CREG: 12\r\n").say(b"\r\n+COPS: x\r\n\r\nOK\r\n")
    assert (bench.result, bench.lines()) == (RESULT_OK, b"+CSQ: 9, 0\n+COPS: x\n")
    assert (bench.rang, bench.registered, bench.chat.ignored) == (True, 12, 0)


def case_unsolicited_between_exchanges():
    """Told, or counted and dropped, a result too; the last answer stays, also amid a line."""
    bench = ChatBench().begin().say(b"+CSQ: 9, 0\r\nOK\r\n")
    for part in (b"\r\nRI", b"NG\r\n", b"OK\r\n", b"+CREG: 0,1\r\n", b"+CREG: 5\r\n", b"NO CARR"):
        bench.say(part)
        assert (bench.result, bench.lines()) == (RESULT_OK, b"+CSQ: 9, 0\n")
    assert (bench.rang, bench.registered, bench.chat.ignored) == (True, 5, 2)


def case_what_is_told():
    """Whole lines only, and the last +CREG counts; a number does not grow beyond all bounds."""
    bench = ChatBench().say(b"RIN\rING\rRING \r+CREG: \r+CREG: x\r+CREG: 1,1\r")
    assert (bench.rang, bench.registered, bench.chat.ignored) == (False, -1, 6)
    bench.say(b"+CREG: 2\r+CREG: 0\r")
    assert (bench.rang, bench.registered, bench.chat.ignored) == (False, 0, 6)
    assert bench.say(b"+CREG: " + b"9" * 200 + b"\r").registered == 9999999


def case_speed():
    """What CONNECT names, bit/s; 0 if it names nothing, whatever the call before did."""
    for words, speed in (
        (b"CONNECT 14400", 14400),
        (b"CONNECT", 0),
        (b"CONNECT 9600/RLP", 9600),
        (b"CONNECT ", 0),
        (b"CONNECT RLP", 0),
    ):
        bench = ChatBench().begin().say(b"CONNECT 300\r").begin().say(b"\r\n" + words + b"\r\n")
        assert (bench.result, bench.chat.speed) == (RESULT_CONNECT, speed), words
    assert bench.say(b"CONNECT 1200\r").chat.speed == 0  # nobody had asked


def case_a_line_too_long():
    """It is counted and dropped; what comes behind it is not lost."""
    for length in (240, 255, 256, 257, 1000):
        bench = ChatBench().begin().say(b"x" * length + b"\r\n+CSQ: 9, 0\r\nOK\r\n")
        assert (bench.result, bench.lines()) == (RESULT_OK, b"+CSQ: 9, 0\n"), length
        assert bench.chat.ignored == 1


def case_the_longest_line():
    """One that just fits is kept whole."""
    bench = ChatBench().begin().say(b"x" * 239 + b"\r\nOK\r\n")
    assert (bench.result, bench.lines()) == (RESULT_OK, b"x" * 239 + b"\n")
    assert bench.chat.ignored == 0


def case_too_many_lines():
    """However full it is, each result is still seen; what had no room is counted."""
    for words, result in _FINAL:
        for length in range(1, 18):
            bench = ChatBench().begin().say((b"y" * length + b"\r") * 300 + words + b"\r\n")
            kept = 240 // (length + 1)
            assert bench.result == result, (words, length)
            assert bench.lines() == (b"y" * length + b"\n") * kept
            assert bench.chat.ignored == 300 - kept


def case_bytes_of_all_values():
    """Garbage is no result, does no harm, and what is no text is not kept."""
    bench = ChatBench().begin().say(bytes(range(256)) * 3 + b"\r\nOK\r\n")
    text = bytes(range(32, 127))
    assert bench.result == RESULT_OK
    assert bench.lines() == (text + b"\n") * 2
    assert bench.chat.ignored == 1


def case_garbage_that_is_no_text_around_a_result():
    """Noise of the line when the radio wakes does not hide its answer."""
    assert ChatBench().begin().say(b"\xff\0\x80OK\x7f\xfe\r\n").result == RESULT_OK


def case_what_follows_a_result_is_left():
    """Not a byte behind the end of a result's line is read: after CONNECT it is PPP's."""
    bench = ChatBench().begin()
    bench.line.incoming += b"\r\nCONNECT 115200\r\n~\xff}#"
    assert bench.chat.poll(bench.now_ms) == RESULT_CONNECT
    assert bytes(bench.line.incoming) == b"\n~\xff}#"


def case_a_line_that_takes_little():
    """A command goes out whole, whatever the line takes at once."""
    bench = ChatBench()
    bench.line.bite = 2
    bench.begin(b"AT+CSQ\r").run(100).sent(b"AT+CSQ\r")


def case_a_line_that_is_held_up():
    """CTS is off when the command is due: it goes out, once, when it is on again."""
    bench = ChatBench()
    bench.line.stuck = True
    bench.begin(b"AT+CSQ\r").run(1000).sent(b"")
    bench.line.stuck = False
    bench.run(20).sent(b"AT+CSQ\r").run(1000).sent(b"")
    assert bench.say(b"OK\r").result == RESULT_OK


def case_a_command_that_never_went_out():
    """It is not sent behind the one that comes after it."""
    bench = ChatBench()
    bench.line.stuck = True
    bench.begin(b"AT+CSQ\r", 500).run(500)
    assert bench.result == TIMEOUT
    bench.line.stuck = False
    bench.begin(b"AT\r").run(20).sent(b"AT\r")


def case_wind():
    """A Wavecom radio's events are told by their bits, also amid an exchange; the answer to
    AT+WIND? is none."""
    bench = ChatBench()
    bench.say(b"\r\n+WIND: 3\r\n\r\n+WIND: 4\r\n\r\n+WIND: 29\r\n")
    assert bench.winds == 1 << 3 | 1 << 4 | 1 << 29
    bench.winds = 0
    bench.begin(b"AT+CSQ\r").say(b"+WIND: 7\r\n+CSQ: 9,0\r\nOK\r\n")
    assert bench.winds == 1 << 7 and bench.lines() == b"+CSQ: 9,0\n"
    bench.winds = 0
    bench.begin(b"AT+WIND?\r").say(b"+WIND: 204\r\nOK\r\n")
    assert bench.winds == 0 and bench.lines() == b"+WIND: 204\n"
    ignored = bench.chat.ignored
    bench.say(b"+WIND: 30\r\n+WIND: \r\n+WIND: x\r\n+WIND: 99999999999999\r\n")
    assert bench.winds == 0 and bench.chat.ignored == ignored + 4


def case_ring_of_a_kind():
    """With AT+CRC=1 the kind of the call stands behind RING, or a +CRING comes."""
    for line in (b"RING", b"RING ASYNC", b"+CRING: REL ASYNC", b"+CRING:VOICE"):
        bench = ChatBench().say(line + b"\r\n")
        assert bench.rang and bench.chat.ignored == 0
    for line in (b"RINGS", b"RING ASYNCX", b"+CRINGX", b"XRING"):
        bench = ChatBench().say(line + b"\r\n")
        assert not bench.rang and bench.chat.ignored == 1
