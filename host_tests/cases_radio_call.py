"""The host's data calls through the radio: begun, answered, their bytes, ended. Both
interpreters."""

from chip_modules import allocated
from radio_fakes import CONNECT, NO_CARRIER, OK, FakeUart, RadioBench
from wipmodem.contract import IN

_BUF = bytearray(64)


def case_called():
    """The host's own words, and the speed that CONNECT names."""
    for text in (b"ATD#777", b"ATA", b"ATDT5551234"):
        bench = _calling(text)
        assert not bench.radio.online() and bench.radio.in_call()
        bench.run(3000).say(b"\r\nCONNECT 14400\r\n")
        assert bench.radio.online() and not bench.radio.calling()
        assert (bench.radio.code, bench.radio.speed) == (1, 14400)
    assert _calling().say(CONNECT).radio.speed == 0


def case_called_in_vain():
    """V.250's number of each end; the radio is free at once."""
    for words, code in (
        (b"BUSY", 7),
        (b"NO ANSWER", 8),
        (b"NO CARRIER", 3),
        (b"NO DIALTONE", 6),
        (b"ERROR", 4),
        (b"+CME ERROR: 30", 4),
    ):
        bench = _calling().say(b"\r\n" + words + b"\r\n").sent(b"")
        assert bench.radio.idle() and bench.radio.code == code, words


def case_called_and_nobody_says_anything():
    """NO ANSWER when its time has passed; a CR ends the attempt and does not change that."""
    bench = _calling(limit_ms=50000).run(49999).sent(b"")
    assert bench.radio.calling()
    bench.run(1).sent(b"\r")
    assert bench.radio.calling() and bench.radio.code == 8
    bench.say(NO_CARRIER)
    assert not bench.radio.calling()
    assert bench.waken().radio.code == 8


def case_given_up():
    """hang_up() while it dials: NO CARRIER, whatever the call before had come to."""
    bench = _calling().say(b"\r\nBUSY\r\n")
    assert bench.radio.call(b"ATD1", 50000)
    bench.run(1000).radio.hang_up()
    assert not bench.radio.calling() and bench.radio.code == 3


def case_the_bearers_calls_have_a_code_too():
    """dial() is the same call with the board's words."""
    assert RadioBench().ready().dial().say(b"\r\nNO DIALTONE\r\n").radio.code == 6
    assert RadioBench().online().radio.code == 1


def case_called_when_it_is_not_free():
    """Refused, and not a byte sent: booting, woken, asked, calling, in a call, hanging up."""
    bench = RadioBench()
    _refuses(bench)
    bench.run(700).sent(b"AT\r")
    _refuses(bench)
    bench = RadioBench().ready()
    assert bench.radio.ask(b"+CSQ", 0, 4)
    _refuses(bench.sent(b"AT+CSQ\r"))
    _refuses(_calling())
    bench = _online()
    _refuses(bench)
    bench.radio.hang_up()
    _refuses(bench)


def case_rung_and_answered():
    """RING is told, also while it is asked, and the call is there by ATA."""
    bench = RadioBench().ready()
    assert bench.radio.ask(b"+CSQ", 0, 4)
    bench.say(b"\r\nRING\r\n").sent(b"AT+CSQ\r").say(b"\r\n+CSQ: 9,0\r\n").say(OK)
    assert bench.radio.rang
    bench.radio.rang = False
    assert bench.radio.call(b"ATA", 50000)
    bench.sent(b"ATA\r").say(CONNECT)
    assert bench.radio.online() and not bench.radio.rang and bench.radio.chat.ignored == 0


def case_bytes_of_all_values():
    """To the host and from it, as they are, in blocks; the LF of CONNECT's line is none."""
    data = bytes(range(256))
    bench = _online()
    bench.line.incoming += data
    assert _read(bench, 100) + _read(bench, 100) + _read(bench, 100) == data
    assert bench.radio.readinto(bytearray(1)) == 0
    assert bench.radio.write(data, 10, 246) == 246
    bench.sent(data[10:])


def case_what_is_read_first():
    """An LF is dropped only where it ends CONNECT's line, and only once."""
    for end, data, heard in (
        (b"\r\n", b"\n\nx", b"\n\nx"),
        (b"\r", b"x\n", b"x\n"),
        (b"\n", b"\nx", b"\nx"),
        (b"\r\n", b"", b""),
    ):
        for bite in (1, 4096):
            bench = _calling().say(b"\r\nCONNECT" + end)
            bench.line.bite = bite
            bench.line.incoming += data
            came = b"".join(_read(bench, 10) for _ in range(len(data) + 2))
            assert came == heard, (end, data)


def case_no_bytes_without_a_call():
    """Neither way: they are the radio's answers, and would be its commands."""
    for bench in (RadioBench(), RadioBench().ready(), _calling()):
        bench.line.incoming += b"\r\nRI"
        assert bench.radio.readinto(bytearray(9)) == 0 and bench.radio.write(b"AT", 0, 2) == 0
        assert bench.line.any() == 4
        bench.sent(b"")


def case_a_line_that_takes_little():
    """What is accepted is counted; 0 with CTS off."""
    bench = _online()
    bench.line.bite = 3
    assert (bench.radio.write(b"abcdef", 1, 5), bench.radio.write(b"abcdef", 4, 2)) == (3, 2)
    bench.line.stuck = True
    assert bench.radio.write(b"x", 0, 1) == 0
    bench.sent(b"bcdef")


def case_bytes_wake_the_loop_while_they_are_wanted():
    """A pass in which nobody asks for them ends that; asking, or hanging up, undoes it."""
    bench = _online()
    masks = []
    for asked in (True, True, False, False, True, False):
        if asked:
            bench.radio.readinto(_BUF)
            masks.append(bench.line.mask)
        bench.radio.watch()
        masks.append(bench.line.mask)
    assert masks == [IN, IN, IN, IN, 0, 0, IN, IN, 0]
    bench.radio.hang_up()
    assert bench.line.mask == IN


def case_hung_up():
    """As any other call: DTR off, then woken; the rest of its bytes is no answer."""
    bench = _online()
    bench.line.incoming += b"the rest"
    bench.radio.hang_up()
    assert not bench.radio.in_call()
    bench.run(500).waken()
    assert bench.lines.log[-2:] == [(700, "dtr", False), (1200, "dtr", True)]


def case_bytes_allocate_nothing():
    """Reading, writing and watching."""
    bench = _online()
    bench.radio.readinto(_BUF)
    radio = bench.radio
    radio._uart = Quiet()
    results = [0, 0]

    def steps(radio=radio, results=results):
        results[0] = radio.readinto(_BUF)
        results[1] = radio.write(_BUF, 3, 40)
        radio.watch()

    assert allocated(steps) == 0
    assert results == [5, 40]


class Quiet(FakeUart):
    """A UART with five bytes, which allocates nothing."""

    def readinto(self, buf):
        return 5

    def write(self, buf, off, n):
        return n

    def set_events(self, mask):
        pass


def _calling(text=b"ATD5551234", limit_ms=50000):
    bench = RadioBench().ready()
    assert bench.radio.call(text, limit_ms)
    assert bench.radio.calling()
    return bench.sent(text + b"\r")


def _online():
    bench = _calling().say(CONNECT)
    assert bench.radio.online()
    return bench


def _read(bench, most):
    buf = bytearray(most)
    return bytes(buf[: bench.radio.readinto(buf)])


def _refuses(bench):
    assert not bench.radio.call(b"ATD1", 50000)
    bench.sent(b"")
