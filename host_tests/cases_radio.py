"""The radio at the command level: woken, set up, asked, dialled, hung up, revived. Both
interpreters."""

from radio_fakes import CONNECT, ERROR, NO_CARRIER, OK, START, RadioBench
from wipmodem.contract import BUSY, NO_ANSWER, NO_RADIO, RESULT_ERROR, RESULT_OK
from wipmodem.contract import NO_CARRIER as NO_CARRIER_CAUSE
from wipmodem.ports.chat import TIMEOUT


def case_boot():
    """Nothing is said before the radio has booted, and DTR is on from the start."""
    bench = RadioBench(boot_ms=700).run(699).sent(b"")
    assert bench.lines.log == [(0, "dtr", True)]
    bench.run(1).sent(b"AT\r")
    assert not bench.radio.idle()


def case_a_sign_on_while_it_boots():
    """What it says then is not an answer, and is heard to the end."""
    bench = RadioBench(boot_ms=700).run(300).say(b"\r\nMTSMC-C1 READY\r\n").run(399).sent(b"")
    bench.run(1).sent(b"AT\r")


def case_looked_for():
    """AT, six times, 500 ms apart, until it says OK; nothing else is an answer."""
    bench = RadioBench().run(700)
    for noise in (b"", b"\r\nRING\r\n", b"\xff\0", b"\r\n+COPS: 0\r\n", b"AT\r"):
        bench.sent(b"AT\r").say(noise).run(499).sent(b"").run(1)
    bench.sent(b"AT\r").run(499).say(OK).sent(b"ATE0V1\r")


def case_refused_while_looked_for():
    """An ERROR (the rest of a line that it had half) is answered by the next AT at once."""
    RadioBench().run(700).sent(b"AT\r").say(ERROR).sent(b"AT\r").say(OK).sent(b"ATE0V1\r")


def case_set_up():
    """The board's strings, in order, each behind the answer to the one before."""
    bench = RadioBench(init=(b"ATE0V1", b"AT&C1", b"AT&D2")).run(700).sent(b"AT\r").say(OK)
    for text in (b"ATE0V1\r", b"AT&C1\r", b"AT&D2\r"):
        assert not bench.radio.idle()
        bench.sent(text).run(1000).sent(b"").say(OK)
    assert bench.radio.idle()
    bench.run(60000).sent(b"")


def case_no_set_up():
    """A board may have none."""
    bench = RadioBench(init=()).run(700).sent(b"AT\r").say(OK).sent(b"")
    assert bench.radio.idle()


def case_set_up_refused():
    """A string that is refused, or not answered within 5 s, does not stop it."""
    bench = RadioBench(init=(b"AT1", b"AT2", b"AT3")).run(700).sent(b"AT\r").say(OK)
    bench.sent(b"AT1\r").say(ERROR).sent(b"AT2\r").run(4999).sent(b"").run(1)
    bench.sent(b"AT3\r").say(b"\r\n+CME ERROR: 3\r\n").sent(b"")
    assert bench.radio.idle()


def case_asked():
    """A command of the host's, out of its line; the answer's lines and its result."""
    bench = RadioBench().ready()
    assert bench.radio.ask(b"AT+CSQ;+CREG?", 2, 6) and bench.radio.asking()
    bench.sent(b"AT+CSQ\r").say(b"\r\n+CSQ: 23, 0\r\n").say(OK)
    assert not bench.radio.asking() and bench.radio.idle()
    assert (bench.radio.answer, _lines(bench)) == (RESULT_OK, b"+CSQ: 23, 0\n")


def case_asked_and_refused():
    """ERROR in any form, or nothing within 5 s: it may wait for a text, or be gone."""
    for words in (ERROR, b"\r\n+CME ERROR: 30\r\n", b"\r\n+CMS ERROR: 1\r\n"):
        bench = _asked().say(words)
        assert bench.radio.idle() and bench.radio.answer == RESULT_ERROR
    bench = _asked().run(4999)
    assert bench.radio.asking()
    bench.run(1)
    assert not bench.radio.asking() and bench.radio.answer == TIMEOUT


def case_asked_and_left_in_a_prompt():
    """ESC ends it, whatever is said to that; then it is woken and set up."""
    for words in (OK, ERROR, b"\r\n+CMS ERROR: 305\r\n"):
        bench = _asked().say(b"\r\n> ").run(5000).sent(b"\x1b")
        _refuses(bench)
        bench.run(100).say(words).waken()
        assert bench.radio.chat.ignored == 0
    bench = _asked().run(5000).sent(b"\x1b").run(499).sent(b"").run(1).waken()
    assert bench.radio.ask(b"+CSQ", 0, 4)


def case_asked_again():
    """An answer leaves nothing behind for the next."""
    bench = _asked().say(b"\r\n+CSQ: 23, 0\r\n\r\nOK\r\n")
    assert bench.radio.ask(b"+CREG?", 0, 6)
    bench.sent(b"AT+CREG?\r").say(ERROR)
    assert (bench.radio.answer, _lines(bench)) == (RESULT_ERROR, b"")


def case_asked_when_it_is_not_free():
    """Refused, and not a byte sent: booting, being set up, asked, dialling, in a call."""
    bench = RadioBench()
    _refuses(bench)
    bench.run(700).sent(b"AT\r")
    _refuses(bench)
    bench.say(OK).sent(b"ATE0V1\r")
    _refuses(bench)
    _refuses(_asked())
    bench = RadioBench().ready().dial()
    _refuses(bench)
    _refuses(bench.say(CONNECT))
    bench.radio.hang_up()
    _refuses(bench)


def case_unsolicited_while_idle():
    """Told or counted; a byte that begins one does not delay the next exchange."""
    bench = RadioBench().ready()
    assert (bench.radio.rang, bench.radio.registered) == (False, -1)
    bench.say(b"\r\nRING\r\n\r\n+CREG: 1\r\n\r\nOK\r\n\r\nNO CARR")
    assert (bench.radio.rang, bench.radio.registered) == (True, 1)
    assert bench.radio.idle() and bench.radio.chat.ignored == 1
    assert bench.radio.ask(b"+CSQ", 0, 4)
    bench.sent(b"AT+CSQ\r").say(b"IER\r\n\r\n+CSQ: 5, 0\r\n\r\nOK\r\n")
    assert (bench.radio.answer, _lines(bench)) == (RESULT_OK, b"IER\n+CSQ: 5, 0\n")


def case_dialled():
    """CONNECT, with a speed or without: the line is the caller's."""
    for words in (CONNECT, b"\r\nCONNECT 115200\r\n", b"ATD#777\r\r\nRING\r\n\r\nCONNECT\r\n"):
        bench = RadioBench().ready().dial()
        assert bench.radio.in_call() and not bench.radio.online()
        bench.say(words)
        assert bench.radio.online() and bench.radio.in_call() and not bench.radio.calling()
        bench.line.incoming += b"~ frames\r\nNO CARRIER\r\n"
        left = bench.line.any()
        bench.run(60000).sent(b"")
        assert bench.line.any() == left and bench.radio.online()


def case_dialled_in_vain():
    """The cause of each result; the radio is free at once."""
    for words, cause in (
        (b"BUSY", BUSY),
        (b"NO ANSWER", NO_ANSWER),
        (b"NO CARRIER", NO_CARRIER_CAUSE),
        (b"NO DIALTONE", NO_CARRIER_CAUSE),
        (b"ERROR", NO_CARRIER_CAUSE),
        (b"+CME ERROR: 30", NO_CARRIER_CAUSE),
    ):
        bench = RadioBench().ready()
        assert bench.radio.cause == NO_RADIO
        bench.dial().run(3000).say(b"\r\n" + words + b"\r\n").sent(b"")
        assert bench.radio.idle() and bench.radio.cause == cause, words


def case_a_late_ok_is_not_the_call():
    """A radio that answers more often than it was asked: the call goes on, within its limit."""
    bench = RadioBench().ready().dial(30000).say(OK).say(OK)
    assert bench.radio.calling()
    assert bench.say(CONNECT).radio.online()
    bench = RadioBench().ready().dial(30000).say(OK).run(29999).sent(b"").run(1).sent(b"\r")


def case_connect_in_pieces():
    """The LF of CONNECT's line may come later, or not at all: it is no data, what follows is."""
    buf = bytearray(16)
    for rest, data in ((b"\nab", b"ab"), (b"ab", b"a")):
        bench = RadioBench().ready().dial().say(b"\r\nCONNECT\r")
        assert bench.radio.online() and bench.radio.readinto(buf) == 0
        bench.say(rest)
        assert bytes(buf[: bench.radio.readinto(buf)]) == data


def case_a_crowd_while_dialling():
    """However much is said before it, CONNECT is seen."""
    bench = RadioBench().ready().dial().say(b"\r\n+COPS: 1\r\n" * 100).say(CONNECT)
    assert bench.radio.online() and bench.radio.chat.ignored == 100 - 240 // 9


def case_s7_has_passed():
    """A CR ends the attempt; whatever the radio says to it, it is woken and set up again."""
    for words in (NO_CARRIER, OK, ERROR, b"\r\nNO ANSWER\r\n"):
        bench = RadioBench().ready().dial(30000).run(29999).sent(b"").run(1).sent(b"\r")
        assert bench.radio.calling()
        bench.say(words).waken()
        assert bench.radio.cause == NO_ANSWER


def case_s7_has_passed_and_it_says_nothing():
    """After 5 s it is looked for."""
    bench = RadioBench().ready().dial(1000).run(1000).sent(b"\r").run(4999)
    assert bench.sent(b"").radio.calling()
    bench.run(1).waken()
    assert bench.radio.cause == NO_ANSWER


def case_connect_when_s7_has_passed():
    """A call that comes after all is hung up again, by DTR or by the escape."""
    bench = RadioBench().ready().dial(1000).run(1000).sent(b"\r").say(CONNECT).sent(b"")
    assert not bench.radio.in_call() and bench.lines.log[-1] == (1700, "dtr", False)
    bench.run(500).waken()
    bench = RadioBench(has_dtr=False).ready().dial(1000).run(1000).sent(b"\r").say(CONNECT)
    assert not bench.radio.in_call()
    bench.sent(b"").run(1200).sent(b"+++").say(OK).sent(b"ATH\r").say(OK).waken()


def case_hung_up_by_dtr():
    """Off for 500 ms, or until the radio says that the call is over."""
    bench = RadioBench().online()
    bench.radio.hang_up()
    assert not bench.radio.in_call()
    bench.run(499).sent(b"").run(1).waken()
    assert bench.lines.log[1:] == [(700, "dtr", True), (700, "dtr", False), (1200, "dtr", True)]
    bench = RadioBench().online()
    bench.radio.hang_up()
    bench.run(100).say(NO_CARRIER).waken()
    assert bench.lines.log[2:] == [(700, "dtr", False), (800, "dtr", True)]


def case_hung_up_after_a_long_call():
    """DTR is off for all of its time however long the call was: an hour, a week, a month."""
    for seconds in (3600, 7 * 86400, 30 * 86400):
        bench = RadioBench().online()
        for _ in range(seconds // 100):
            bench.now_ms = (bench.now_ms + 100000) & 0x3FFFFFFF
            if bench.radio.tick(bench.now_ms) != 1000:
                raise AssertionError(seconds)
        bench.radio.hang_up()
        bench.run(499).sent(b"").run(1).waken()


def case_hung_up_while_dialling():
    """By DTR at once; without that line by a CR, as when S7 has passed."""
    bench = RadioBench().ready().dial().run(2000)
    bench.radio.hang_up()
    assert not bench.radio.in_call()
    bench.run(500).waken()
    bench = RadioBench(has_dtr=False).ready().dial().run(2000)
    bench.radio.hang_up()
    bench.sent(b"\r").say(NO_CARRIER).waken()


def case_hung_up_by_escape():
    """Where there is no DTR: silence, +++, silence or OK, ATH."""
    bench = RadioBench(has_dtr=False).online()
    bench.radio.hang_up()
    bench.run(1199).sent(b"").run(1).sent(b"+++").run(300).say(OK).sent(b"ATH\r")
    bench.say(OK).waken()
    bench = RadioBench(has_dtr=False).online()
    bench.radio.hang_up()
    bench.run(1200).sent(b"+++").run(1199).sent(b"").run(1).sent(b"ATH\r")
    bench.run(2999).sent(b"").run(1).waken()


def case_hang_up_without_a_call():
    """Where there is no DTR, nothing happens."""
    bench = RadioBench(has_dtr=False).ready()
    bench.radio.hang_up()
    bench.run(10000).sent(b"")
    assert bench.radio.idle()


def _unanswered(bench):
    """Six times AT, and nobody there."""
    for _ in range(6):
        bench.sent(b"AT\r").run(500)
    return bench


def _escaped(bench):
    """+++ and ATH, and nobody there."""
    return bench.run(1200).sent(b"+++").run(1200).sent(b"ATH\r").run(3000)


def case_silent_by_turns():
    """The escape, the reset key, the power key, and so on: press_ms each, then boot_ms."""
    bench = RadioBench(press_ms=1500, boot_ms=700).run(700)
    _unanswered(_escaped(_unanswered(bench)))
    before = bench.elapsed()
    bench.run(1500 + 700)
    assert bench.lines.pressed() == [(before, 0, True), (before + 1500, 0, False)]
    _unanswered(bench)
    bench.run(1499).sent(b"").run(1 + 699).sent(b"").run(1)
    assert [entry[1:] for entry in bench.lines.pressed()[2:]] == [(1, True), (1, False)]
    _escaped(_unanswered(bench)).sent(b"AT\r").say(OK).sent(b"ATE0V1\r")


def case_silent_with_one_key():
    """The escape and that key."""
    bench = RadioBench(keys=1).run(700)
    for turn in range(2):
        _unanswered(_escaped(_unanswered(bench)))
        bench.run(1500 + 700)
        assert [entry[1:] for entry in bench.lines.pressed()] == [(0, True), (0, False)] * (
            turn + 1
        )


def case_silent_without_keys():
    """The escape, for ever; press_ms need not be known."""
    bench = RadioBench(has_dtr=False, keys=0, press_ms=None).run(700)
    for _ in range(3):
        _escaped(_unanswered(bench))
    bench.waken()
    assert bench.lines.pressed() == []


def case_revived_by_a_key():
    """It is woken and set up; when it is silent again, the escape comes first again."""
    bench = RadioBench().run(700)
    _unanswered(_escaped(_unanswered(bench)))
    bench.run(1500 + 700).waken().dial(100).run(100).sent(b"\r").run(5000)
    _escaped(_unanswered(bench)).waken()
    assert len(bench.lines.pressed()) == 2


def case_revived_by_the_escape():
    """It was in a call from before we started."""
    bench = _unanswered(RadioBench().run(700)).run(1200).sent(b"+++").say(OK).sent(b"ATH\r")
    bench.say(OK).waken()
    assert bench.lines.pressed() == []


def case_set_dial_string():
    """From the next call on, and the board's own when it is empty."""
    bench = RadioBench().ready()
    for text, expected in ((b"ATD*99#", b"ATD*99#"), (b"", b"ATD#777"), (b"ATDT1", b"ATDT1")):
        bench.radio.set_dial_string(text)
        assert bench.radio.dial_string == expected
        bench.dial().say(b"\r\nBUSY\r\n")
    bench.dial().radio.set_dial_string(b"ATD2")
    bench.run(60000).sent(b"\r").say(NO_CARRIER).waken().dial().sent(b"")
    assert bench.radio.dial_string == b"ATD2"


def case_carrier():
    """As the line says."""
    bench = RadioBench().online()
    assert bench.radio.carrier()
    bench.lines.dcd = False
    assert not bench.radio.carrier()


def case_noise():
    """Bytes of all values at each step: nothing raises, and the radio gets ready all the same."""
    noise = bytes(range(256))
    bench = RadioBench()
    for ms in (0, 700, 0):
        bench.run(ms).say(noise)
    bench.line.take()
    for _ in range(3):
        bench.say(b"\r" + OK).say(noise)
    bench.run(5000).say(b"\r" + OK)
    assert bench.radio.idle() and bench.now_ms < START  # the clock has wrapped
    bench.line.take()
    bench.dial().say(noise).say(b"\r" + CONNECT)
    assert bench.radio.online()


def case_bytes_one_by_one():
    """A line that gives and takes one byte at a time."""
    bench = RadioBench()
    bench.line.bite = 1
    for text in (b"ATE0V1\r", b"AT&C1&D2\r"):
        bench.line.answers[text] = OK
    bench.line.answers[b"AT\r"] = OK
    bench.line.answers[b"ATD#777\r"] = CONNECT
    bench.run(2000)
    assert bench.radio.idle()
    bench.radio.dial(60000)
    bench.run(1000)
    assert bench.radio.online()


def _lines(bench):
    return bytes(bench.radio.chat.lines[: bench.radio.chat.n])


def _asked():
    bench = RadioBench().ready()
    assert bench.radio.ask(b"+CSQ", 0, 4)
    return bench.sent(b"AT+CSQ\r")


def _refuses(bench):
    assert not bench.radio.ask(b"+CSQ", 0, 4)
    bench.sent(b"")


_RESTART = b"AT+CREG=0;+CFUN=1\r"


def _set_up_again(bench):
    """It boots, is woken and set up, and then it is free."""
    assert not bench.radio.idle()
    bench.run(699).sent(b"").run(1).sent(b"AT\r").say(OK)
    for text in bench.facts["init"]:
        bench.sent(text + b"\r").say(OK)
    assert bench.radio.idle()
    bench.sent(b"")


def case_restart():
    """An idle radio is woken and restarts, whatever it answers; what it had told is gone."""
    for answer in (OK, b"+CREG: 0,1\r\nOK\r\n", b"ERROR\r\n"):
        bench = RadioBench().ready()
        bench.say(b"RING\r\n+CREG: 5\r\n+WIND: 4\r\nnobody asked\r\n")
        radio = bench.radio
        assert radio.rang and radio.registered == 5 and radio.winds and radio.chat.ignored
        radio.restart()
        assert (radio.rang, radio.registered, radio.winds, radio.chat.ignored) == (False, -1, 0, 0)
        bench.sent(b"AT\r").say(OK).sent(_RESTART)
        _refuses(bench)
        bench.say(answer)
        _set_up_again(bench)


def case_restart_unanswered():
    """A radio that restarts at once does not get around to an OK."""
    bench = RadioBench().ready()
    bench.radio.restart()
    bench.sent(b"AT\r").say(OK).sent(_RESTART).run(5000)
    _set_up_again(bench)


def case_restart_of_a_busy_radio():
    """After the call, the command, the set-up or the boot that is under way."""
    bench = RadioBench().online()
    bench.radio.hang_up()
    bench.radio.restart()
    bench.run(500).sent(b"AT\r").say(OK).sent(_RESTART).say(OK)
    _set_up_again(bench)
    bench = _asked()
    bench.radio.restart()
    bench.say(b"+CSQ: 9,0\r\nOK\r\n")
    assert bench.radio.answer == RESULT_OK
    bench.sent(b"AT\r").say(OK).sent(_RESTART).say(OK)
    _set_up_again(bench)
    bench = RadioBench().run(700).sent(b"AT\r").say(OK).sent(b"ATE0V1\r")
    bench.radio.restart()
    bench.say(OK).sent(b"AT&C1&D2\r").say(OK).sent(b"AT\r").say(OK).sent(_RESTART).say(OK)
    _set_up_again(bench)
    bench = RadioBench()
    bench.radio.restart()
    bench.run(700).sent(b"AT\r").say(OK).sent(_RESTART).say(OK)
    _set_up_again(bench)
