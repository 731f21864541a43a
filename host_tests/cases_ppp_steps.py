"""The bearer over a radio is stopped, or started, in each of its steps. Both interpreters."""

from radio_fakes import CONNECT, NO_CARRIER, OK, PppBench
from wipmodem.contract import DOWN, RETRYING, STARTING, UP


def _stopped(bench):
    """What is asked to stop is down at once, and nothing more is dialled."""
    bench.ppp.stop()
    assert bench.ppp.state == DOWN
    return bench


def case_stop_before_the_call():
    """At rest, while the radio boots, and in a pause, nothing is left to do."""
    for bench in (
        PppBench(),
        PppBench().start().run(300),
        PppBench().ready().start().dials().say(b"BUSY\r").run(1000),
        PppBench(redial_s=5).up().lost().run(3000),
    ):
        switched = len(_stopped(bench).lines.log)
        bench.run(400000).sent(b"")
        assert bench.ppp.state == DOWN and bench.radio.idle()
        assert len(bench.lines.log) - switched <= 1  # DTR after the call that was lost, or booting


def case_stop_while_dialling():
    """The call is hung up: by DTR, or else by a CR."""
    bench = _stopped(PppBench().ready().start().dials().run(3000))
    assert bench.lines.log[-1][1:] == ("dtr", False)
    bench.run(60000).sent(b"")
    assert bench.radio.idle()
    bench = _stopped(PppBench(has_dtr=False).ready().start().dials().run(3000)).sent(b"\r")
    bench.say(NO_CARRIER).run(60000).sent(b"")
    assert bench.radio.idle() and bench.ppp.state == DOWN


def case_stop_while_linking_and_while_closing():
    """PPP says good-bye once, then the call is hung up."""
    bench = _stopped(PppBench().linking().run(3000)).run(5000)
    assert bench.link.goodbyes == 1 and bench.radio.online()
    assert _stopped(bench).run(5000).radio.online()
    bench.link.ended()
    bench.run().is_now(DOWN)
    assert bench.link.goodbyes == 1 and not bench.radio.online()
    bench.run(60000).sent(b"")


def case_stop_when_ppp_has_just_ended():
    """The good-bye has nobody to go to, and is not waited for."""
    bench = PppBench(redial_s=5).up()
    bench.link.ended(-6)
    _stopped(bench).run()
    assert bench.link.goodbyes == 0 and not bench.radio.online()
    bench.run(60000).sent(b"").is_now(DOWN)


def case_start_while_the_radio_boots():
    """The call follows when it is ready; a second start changes nothing but S7."""
    bench = PppBench().start(1000).run(300)
    bench.start(7000).is_now(STARTING).run(400).dials().start(9000).is_now(STARTING)
    bench.run(6999).sent(b"").run(1).sent(b"\r")


def case_start_while_dialling_and_linking():
    """The call that is under way is the one."""
    bench = PppBench().ready().start().dials().run(3000).start().is_now(STARTING).sent(b"")
    bench.say(CONNECT).run(3000).start().is_now(STARTING).sent(b"")
    bench.link.code = 4
    bench.run().is_now(UP)
    assert len(bench.link.connects) == 1 and bench.link.goodbyes == 0


def case_start_while_up():
    """Nothing happens, and the session is dialled again when it is lost, as before."""
    bench = PppBench(redial_s=5).up().start().is_now(UP).run(3000).is_now(UP).sent(b"")
    bench.lost().is_now(RETRYING, 809).dials(5000).called()


def case_start_while_closing():
    """When it is closed it dials at once, with both tries and CHAP first, and no cause is left."""
    bench = PppBench(redial_s=5)
    bench.ppp.user, bench.ppp.password = b"me", b"secret"
    _stopped(bench.up().run(3000)).run(3000).start().is_now(STARTING, 0).run(3000).sent(b"")
    bench.link.ended()
    bench.run().is_now(STARTING, 0).dials(500).say(CONNECT).link.ended(-6)
    bench.run().is_now(STARTING, 813).dials(2000).say(CONNECT).link.ended(-6)
    bench.run().is_now(DOWN, 813)
    assert [how["security"] for how in bench.link.connects] == [2, 2, 1]
    assert bench.ppp.redials == 1


def case_start_while_it_closes_for_a_pause():
    """A lost session that is still closing is dialled as soon as it is closed."""
    bench = PppBench(redial_s=300).up()
    bench.link.leaving = True
    bench.lost().is_now(RETRYING, 816).start().is_now(STARTING, 0).run(3000).link.ended()
    bench.run().is_now(STARTING, 0).dials(500).called()


def case_start_while_it_hangs_up():
    """The radio is waited for, and woken first."""
    bench = PppBench().ready().start().dials()
    _stopped(bench).start().is_now(STARTING, 0).run(499).sent(b"").run(1).dials().called()


def case_start_in_a_redial():
    """The call that is under way is then a request's: two tries, no more."""
    bench = PppBench(redial_s=5).up().lost().dials(5000).is_now(RETRYING, 809)
    bench.start().is_now(STARTING, 0).say(b"BUSY\r").is_now(STARTING, 807)
    bench.dials(2000).say(b"BUSY\r").is_now(DOWN, 807)


def case_by_escape():
    """A board without DTR and DCD: the session ends by PPP, and the call by the escape."""
    bench = PppBench(has_dtr=False, keys=0, redial_s=5).up()
    bench.link.ended(-6)
    bench.run().is_now(RETRYING, 816).run(1199).sent(b"").run(1).sent(b"+++").say(OK)
    bench.sent(b"ATH\r").say(OK).dials(3800).called()
