"""The bearer over a radio: its states, its causes and its deadlines, and all that may go wrong.
Both interpreters."""

from radio_fakes import CONNECT, NO_CARRIER, OK, PppBench
from wipmodem import contract as c
from wipmodem.contract import DOWN, IN, RETRYING, STARTING, UP


def case_up_and_down():
    """What is seen at each step, from the start to the end that the host wants."""
    bench = PppBench(redial_s=5).is_now(DOWN).run(300).is_now(DOWN)
    bench.start(30000).is_now(STARTING).dials(400).is_now(STARTING)
    bench.run(5000).is_now(STARTING).say(CONNECT).is_now(STARTING)
    assert bench.link.connects == [{}]
    bench.run(5000).is_now(STARTING).link.code = 4
    bench.run().is_now(UP).run(100000).is_now(UP)
    assert bench.ppp.address() == b"\x0a\x40\x40\x02"
    assert bench.ppp.servers() == [(b"\x0a\x40\x40\x01", 53)]
    bench.ppp.stop()
    bench.is_now(DOWN).run(3000).is_now(DOWN)
    assert (bench.link.goodbyes, bench.link.freed, bench.radio.online()) == (1, 0, True)
    bench.link.ended()
    bench.run().is_now(DOWN)
    assert bench.lines.log[-1][1:] == ("dtr", False)
    bench.run(60000).is_now(DOWN).sent(b"")
    assert bench.radio.idle() and bench.ppp.redials == 0


def case_signal():
    """As the radio has told it last, whoever asked; in a session it is that of before."""
    bench = PppBench().ready()
    assert bench.ppp.signal() == c.NO_SIGNAL and bench.radio.ask(b"+CSQ", 0, 4)
    bench.sent(b"AT+CSQ\r").say(b"\r\n+CSQ: 23, 0\r\n\r\nOK\r\n").start()
    bench.dials().called()
    bench.run().is_now(UP)
    assert bench.ppp.signal() == 23


def case_a_call_of_the_hosts():
    """The bearer leaves its bytes alone, does not ask for service, and does not end it."""
    bench = PppBench().ready()
    assert bench.radio.call(b"ATD555", 50000)
    bench.sent(b"ATD555\r").say(CONNECT).is_now(DOWN)
    bench.line.incoming += b"~bytes"
    assert not bench.ppp.poll()
    bench.run(100000)
    assert bytes(bench.line.incoming) == b"\n~bytes" and bench.line.mask == 0
    buf = bytearray(20)
    assert bench.radio.readinto(buf) == 6 and buf[:6] == b"~bytes" and bench.line.mask == IN
    bench.ppp.stop()
    assert bench.radio.online() and bench.link.connects == []
    bench.radio.hang_up()
    bench.run(500)
    assert bench.radio.idle() and bench.line.any() == 0


def case_no_session_in_a_call_of_the_hosts():
    """It is waited for, 805 comes of that, and the call goes on; after it the session dials."""
    bench = PppBench().ready()
    assert bench.radio.call(b"ATD555", 50000)
    bench.sent(b"ATD555\r").say(CONNECT).start().run(29999).is_now(STARTING).run(1)
    bench.is_now(STARTING, c.NO_RADIO).run(5000)
    assert bench.radio.online()
    bench.sent(b"").ppp.stop()
    assert bench.radio.online()
    bench.start().radio.hang_up()
    bench.dials(500).called()


def case_no_servers():
    """A peer that names no name server."""
    bench = PppBench()
    bench.link.server = "0.0.0.0"
    assert bench.up().ppp.servers() == []


def case_each_s7_is_the_next_calls():
    """The limit given to start is the radio's."""
    bench = PppBench().ready().start(7000).dials().run(6999).sent(b"")
    bench.run(1).sent(b"\r").is_now(STARTING).say(OK).is_now(STARTING, c.NO_ANSWER)


def case_no_radio():
    """805 after 30 s without a radio, twice."""
    bench = PppBench(keys=0)
    bench.line.answers = {}
    bench.run(5000).start().run(29999).is_now(STARTING, 0).run(1).is_now(STARTING, c.NO_RADIO)
    bench.run(2000 + 29999).is_now(STARTING, c.NO_RADIO).run(1).is_now(DOWN, c.NO_RADIO)
    assert (c.NO_RADIO, bench.ppp.redials) == (805, 1)


def case_calls_that_fail():
    """Two tries, 2 s apart; 807, 808, 809 as the radio says, the last one stands."""
    for words, cause in (
        (b"BUSY", 807),
        (b"NO ANSWER", 808),
        (b"NO CARRIER", 809),
        (b"NO DIALTONE", 809),
        (b"ERROR", 809),
        (b"+CME ERROR: 30", 809),
    ):
        bench = PppBench(redial_s=5).ready().start().dials().say(b"BUSY\r")
        bench.is_now(STARTING, 807).dials(2000)
        bench.is_now(STARTING, 807).say(words + b"\r").is_now(DOWN, cause)
        bench.run(400000).sent(b"").is_now(DOWN, cause)
        assert bench.ppp.redials == 1


def case_the_second_try_comes_up():
    """Nothing is left of the first one's cause."""
    bench = PppBench().ready().start().dials().say(b"BUSY\r").dials(2000)
    bench.called().is_now(UP, 0)


def case_lcp_late():
    """813: nobody answers for 20 s; PPP is closed as it wishes, then the call, then once more."""
    bench = PppBench().linking().run(19999).is_now(STARTING, 0).run(1).is_now(STARTING, 813)
    assert (bench.link.goodbyes, bench.link.freed) == (1, 0) and bench.radio.online()
    bench.run(9000).link.ended()
    bench.run().is_now(STARTING, 813)
    assert not bench.radio.online()
    bench.dials(2000).say(CONNECT).run(20000).link.ended()
    bench.run().is_now(DOWN, 813)
    assert len(bench.link.connects) == 2 and not bench.link.leaked


def case_link_errors():
    """What the stack says of its failure: 815 for -8, 817 for -9, 813 for all else."""
    for code, cause in ((-8, 815), (-9, 817), (-6, 813), (-2, 813), (-12, 813), (0, 813)):
        bench = PppBench().linking()
        bench.link.ended(code)
        bench.run().is_now(STARTING, cause)
        bench.dials(2000).say(CONNECT).link.ended(code)
        bench.run().is_now(DOWN, cause)
        assert (bench.link.goodbyes, bench.link.freed) == (0, 0)


def case_wrong_password():
    """814 for -7, at once: it would be wrong again."""
    bench = PppBench()
    bench.ppp.user, bench.ppp.password = b"me", b"secret"
    bench.linking().link.ended(-7)
    bench.run().is_now(DOWN, 814).run(60000).sent(b"").is_now(DOWN, 814)
    assert bench.link.connects == [{"security": 2, "user": b"me", "key": b"secret"}]


def case_a_wrong_password_for_once():
    """A session that was up is dialled again even so."""
    bench = PppBench(redial_s=5).up().lost().dials(5000).say(CONNECT)
    bench.link.ended(-7)
    bench.run().is_now(RETRYING, 814).dials(10000).called()


def case_chap_then_pap():
    """CHAP first and PAP second; what a session came up with is offered first from then on."""
    bench = PppBench(redial_s=5)
    bench.ppp.user, bench.ppp.password = b"me", b"secret"
    bench.linking().link.ended(-6)
    bench.dials(2000).called()
    bench.lost().dials(5000).called()
    assert [how["security"] for how in bench.link.connects] == [2, 1, 1]
    bench.lost().dials(5000).say(CONNECT).link.ended(-6)
    bench.run().dials(10000).called()
    assert [how["security"] for how in bench.link.connects] == [2, 1, 1, 1, 2]
    assert bench.link.connects[-1] == {"security": 2, "user": b"me", "key": b"secret"}


def case_nobody_given():
    """Without a user id no authentication is offered, in either try."""
    bench = PppBench()
    bench.ppp.password = b"secret"
    bench.linking().link.ended(-6)
    bench.dials(2000).called()
    assert bench.link.connects == [{}, {}]


def case_connect_raises():
    """An OSError of the stack is 813: the call is hung up, and tried once more."""
    bench = PppBench()
    bench.link.refusals = 1
    bench.ready().start().dials().say(CONNECT).is_now(STARTING, 813)
    assert not bench.radio.online()
    bench.dials(2000).called().is_now(UP)
    bench = PppBench()
    bench.link.refusals = 2
    bench.ready().start().dials().say(CONNECT)
    bench.dials(2000).say(CONNECT).is_now(DOWN, 813)


def case_carrier_lost_while_linking():
    """809. It is closed and not freed: the stack would never give its place back."""
    bench = PppBench().linking()
    bench.lines.dcd = False
    bench.run().is_now(STARTING, 809)
    assert (bench.link.goodbyes, bench.link.freed) == (1, 0)
    bench.lines.dcd = True
    bench.run(5000).link.ended()
    bench.run().is_now(STARTING, 809).dials(2000).called().is_now(UP)


def case_carrier_lost():
    """809; the link is freed at once, the radio woken, and the pause begins."""
    bench = PppBench(redial_s=5).up()
    bench.lines.dcd = False
    bench.run().is_now(RETRYING, 809)
    assert (bench.link.goodbyes, bench.link.freed, bench.link.leaked) == (0, 1, False)
    assert bench.lines.log[-1][1:] == ("dtr", False)
    bench.lines.dcd = True
    bench.dials(5000).is_now(RETRYING, 809).called().is_now(UP)
    assert len(bench.link.connects) == 2


def case_carrier_lost_while_the_peer_ends():
    """816: it asks to end and hangs up before PPP is through: freed now, PPP would be lost."""
    bench = PppBench(redial_s=5).up()
    bench.link.leaving = True
    bench.lost().is_now(RETRYING, 816)
    assert (bench.link.goodbyes, bench.link.freed) == (1, 0)
    bench.run(3000).link.ended()
    bench.run().is_now(RETRYING, 816).dials(5000).called()


def case_the_peer_ended():
    """816, or what the stack says; there is nothing to free."""
    for code, cause in ((-6, 816), (-2, 816), (0, 816), (-9, 817), (-7, 814), (-8, 815)):
        bench = PppBench(redial_s=5).up()
        bench.link.ended(code)
        bench.run().is_now(RETRYING, cause)
        assert (bench.link.goodbyes, bench.link.freed) == (0, 0)
        assert not bench.radio.online()
        bench.dials(5000).called()


def case_no_redial():
    """redial_s 0: a session that is lost is over."""
    for redial_s in (0, None):
        bench = PppBench(redial_s=redial_s).up().lost().is_now(DOWN, 809)
        bench.run(600000).sent(b"").is_now(DOWN, 809)
        bench.start().dials().called().is_now(UP, 0)
        assert bench.ppp.redials == 0


def case_growing_pauses():
    """Twice as long each time, 300 s at most; the board's own again after a session."""
    bench = PppBench(redial_s=5).up().lost().is_now(RETRYING, 809)
    for redial_s in (5, 10, 20, 40, 80, 160, 300, 300, 300):
        bench.dials(redial_s * 1000).is_now(RETRYING, bench.ppp.cause)
        bench.say(b"BUSY\r").is_now(RETRYING, 807)
    bench.dials(300000).called().is_now(UP, 0)
    assert bench.ppp.redials == 10
    bench.lost().run(4999).sent(b"").dials(1).called()


def case_dialled_at_once():
    """start() in the pause does not wait for its end, and is a request of its own."""
    bench = PppBench(redial_s=300).up().lost().run(10000).sent(b"").is_now(RETRYING, 809)
    bench.start().is_now(STARTING, 0).dials().say(b"BUSY\r").is_now(STARTING, 807)
    bench.dials(2000).say(b"BUSY\r").is_now(DOWN, 807)


def case_a_close_without_end():
    """After 15 s the call is ended all the same; what the stack still holds is 813 next time."""
    bench = PppBench(redial_s=5).linking().run(20000).run(14999)
    assert bench.radio.online()
    bench.run(1).is_now(STARTING, 813)
    assert not bench.radio.online() and bench.link.freed == 0
    bench.dials(2000).say(CONNECT).is_now(DOWN, 813)
    bench.link.ended()
    bench.start().dials(500).called()  # DTR was off till then


def case_timers():
    """The stack is reminded of its timers while a link comes or goes, and only then."""
    bench = PppBench().ready().start().run()
    assert bench.net.timer_runs == 0
    bench.say(CONNECT).run(1000)
    assert bench.net.timer_runs == 52
    bench.link.code = 4
    before = bench.run().net.timer_runs
    assert bench.run(10000).net.timer_runs == before
    bench.ppp.stop()
    assert bench.run(1000).net.timer_runs == before + 51


def case_the_line_is_ppps():
    """From CONNECT on all bytes are PPP's, which gets them from poll() and never from the
    interrupt, whatever connect() has asked for; afterwards they are the radio's."""
    bench = PppBench().ready().start().dials()
    bench.line.incoming += CONNECT + b"~one~"
    bench.run(20)
    assert bench.link.heard == b"\n~one~" and bench.line.trigger == bench.line.IRQ_RXIDLE
    bench.line.incoming += b"~two~"
    bench.line.call(bench.line)
    assert bench.line.any() and not bench.ppp.poll()
    assert bench.link.heard == b"\n~one~~two~"
    bench.link.code = 4
    bench.run(20).hears(NO_CARRIER)
    assert bench.link.heard == b"\n~one~~two~" + NO_CARRIER and bench.ppp.state == UP
    bench.link.ended(-6)
    bench.line.incoming += b"noise\r\n"
    assert not bench.ppp.poll() and bench.line.any()
    bench.run(1000)
    assert not bench.line.any() and not bench.ppp.poll() and bench.radio.idle()


def case_pump_wakes_the_service():
    """Bytes from the radio, and nothing else, make service due early."""
    bench = PppBench().ready()
    assert bench.ppp.poll() is False
    bench.line.incoming += b"R"
    assert bench.ppp.poll() is True
