"""Is a silent link still there? When the name server is asked, and what is made of it. Both
interpreters."""

from radio_fakes import PppBench
from wipmodem.contract import DOWN, NO_RESOURCE, PEER_SILENT, RETRYING, UNREACHABLE, UP

# Identifier, recursion not desired, one question: the root's NS.
_QUESTION = b"wp\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1"


def _asked(bench, count):
    """So often, in one socket, and always the same."""
    assert bench.net.asked() == [_QUESTION] * count, bench.net.asked()
    return bench


def _silent(bench, first_ms):
    """Three questions, 10 s apart, the first one then; and 10 s later the link is dead."""
    bench.run(first_ms - 1)
    assert bench.net.asked() is None
    _asked(_asked(bench.run(1), 1).run(9999), 1)
    _asked(_asked(_asked(bench.run(1), 2).run(10000), 3).run(9999), 3)
    assert bench.ppp.state == UP
    return bench.run(1)


def case_silent():
    """817: the link is freed at once, and the call; the socket is given back; the pause begins."""
    bench = _silent(PppBench(probe_s=60, redial_s=5).up(), 60000).is_now(RETRYING, 817)
    assert (PEER_SILENT, bench.net.asked(), bench.radio.online()) == (817, None, False)
    assert (bench.link.freed, bench.link.goodbyes, bench.link.leaked) == (1, 0, False)
    _silent(bench.dials(5000).called(), 60000)


def case_silent_and_no_redial():
    """redial_s 0: that is the end."""
    _silent(PppBench(probe_s=30).up(), 30000).is_now(DOWN, 817).run(600000).sent(b"")


def case_a_minute_unless_the_board_says():
    """What a board file without probe_s gets."""
    _silent(PppBench(probe_s=None).up(), 60000)


def case_whom_it_asks():
    """The session's name server, port 53, from any port; its answer is no event of the loop."""
    bench = _asked(PppBench(probe_s=60).up().run(60000), 1)
    (handle,) = bench.net.open_handles()
    assert bytes(bench.net.addr[handle]) == b"\x0a\x40\x40\x01"
    assert (bench.net.peer_port[handle], bench.net.socket(handle).mask) == (53, 0)


def case_any_byte_is_an_answer():
    """At each stage: the socket is given back, and the silence is counted anew."""
    for ms in (30000, 59999, 60000, 65000, 70000, 85000, 89999):
        bench = PppBench(probe_s=60, redial_s=5).up().run(ms).hears()
        assert bench.net.asked() is None and bench.ppp.state == UP, ms
        _silent(bench, 60000).is_now(RETRYING, 817)


def case_a_busy_link_is_never_asked():
    """Bytes in time, each time."""
    bench = PppBench(probe_s=60).up()
    for _ in range(20):
        assert bench.run(59000).net.asked() is None
        bench.hears()
    bench.is_now(UP)


def case_no_server():
    """Nobody to ask: nothing is asked, and silence is no sign."""
    bench = PppBench(probe_s=60)
    bench.link.server = "0.0.0.0"
    bench.up().run(600000).is_now(UP)
    assert bench.net.asked() is None


def case_never_asked():
    """probe_s 0."""
    bench = PppBench(probe_s=0).up().run(600000).is_now(UP)
    assert bench.net.asked() is None


def case_no_socket():
    """While all sockets are taken nothing is known; then three questions are asked."""
    bench = PppBench(probe_s=60, redial_s=5).up()
    bench.net.full = True
    assert bench.net.open_udp(0) == NO_RESOURCE
    bench.run(300000).is_now(UP).net.full = False
    _silent(bench, 10000).is_now(RETRYING, 817)


def case_a_question_that_cannot_be_sent():
    """The stack refuses to send it: that counts as no answer."""
    bench = PppBench(probe_s=60, redial_s=5).up().run(60000)
    bench.net.socket(bench.net.open_handles()[0]).outcome = UNREACHABLE
    _asked(bench.run(29999).is_now(UP), 1).run(1).is_now(RETRYING, 817)


def case_other_ends_give_the_socket_back():
    """Carrier, peer or host: a question under way is forgotten."""
    bench = PppBench(probe_s=60, redial_s=5).up().run(65000).lost().is_now(RETRYING, 809)
    assert bench.net.asked() is None
    bench = PppBench(probe_s=60, redial_s=5).up().run(65000)
    bench.link.ended(-6)
    bench.run().is_now(RETRYING, 816)
    assert bench.net.asked() is None
    bench = PppBench(probe_s=60, redial_s=5).up().run(65000)
    bench.ppp.stop()
    assert bench.net.asked() is None
    bench.run(15000).is_now(DOWN)


def case_silent_while_the_peer_ends():
    """816: it has asked to end, and PPP is not through with that: it is closed, not freed."""
    bench = PppBench(probe_s=60, redial_s=5).up()
    bench.link.leaving = True
    _silent(bench, 60000).is_now(RETRYING, 816)
    assert (bench.link.freed, bench.link.goodbyes, bench.net.asked()) == (0, 1, None)
    bench.link.ended()
    bench.run().dials(5000).called()
