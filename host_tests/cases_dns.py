"""The resolver: whom it asks, when, and how each question ends. Both interpreters."""

from dns_kit import QUESTION_NAME, SERVERS, Bench, address, record, reply
from wipmodem.contract import AGAIN, CLOSED, NO_RESOURCE, RESET, UNREACHABLE

_ADDR = b"\x01\x02\x03\x04"


def case_query_bytes():
    """One question, recursion wanted, type A, class IN, the name as typed."""
    sent = Bench().ask(b"Www.Example.com")
    assert sent[2:] == (
        b"\x01\0\0\x01\0\0\0\0\0\0" + b"\x03Www\x07Example\x03com\0" + b"\0\x01\0\x01"
    )


def case_query_goes_to_the_first_server():
    """Address and port of the server are those given to use()."""
    bench = Bench()
    bench.ask(b"a.b")
    assert bench.net.sent[0][1:3] == SERVERS[0]
    assert bench.net.open == {0: SERVERS[0]}


def case_answer():
    """An answer gives its address once, and the socket is closed."""
    bench = Bench()
    assert bench.comes(reply(bench.ask(b"a.b"), address(_ADDR)))
    assert bench.ended((0, _ADDR))
    bench.after(60000)
    assert len(bench.results) == 1


def case_an_answer_has_to_come_from_who_was_asked():
    """Address and port: a stack takes anybody's datagram until the socket has its peer."""
    bench = Bench()
    right = reply(bench.ask(b"a.b"))
    addr, port = SERVERS[0]
    for sender in ((addr, port + 1), (b"\x0a\0\0\3", port), SERVERS[1]):
        bench.net.sender = sender
        bench.comes(right)
    assert not bench.results and bench.resolver.ignored == 3
    bench.net.sender = ()
    bench.comes(right)
    assert bench.ended((0, None))


def case_largest_answer():
    """An answer of 512 bytes is read to its last."""
    bench = Bench()
    sent = bench.ask(b"a.b")
    text = record(QUESTION_NAME, 16, b"x" * (512 - len(sent) - 12 - 16))
    message = reply(sent, text, address(_ADDR))
    assert len(message) == 512
    bench.comes(message)
    assert bench.ended((0, _ADDR))


def case_answer_in_other_case():
    """The name in an answer is compared without regard to case."""
    bench = Bench()
    sent = bench.ask(b"Www.Example.com")
    bench.comes(reply(sent.replace(b"Example", b"eXAMPLE"), address(_ADDR)))
    assert bench.ended((0, _ADDR))


def case_no_result_from_start():
    """Known hosts, bad names and the lack of servers are told by tick, not by start."""
    for name in (b"known", b"", b"good.name"):
        bench = Bench(servers=[], hosts={b"known": _ADDR})
        bench.start(2, name)
        assert bench.results == [] and bench.wait_ms(0) == 0
        bench.tick(0)
        assert bench.ended((2, _ADDR if name == b"known" else None)) and not bench.net.sent


def case_hosts():
    """A known host is found in any case and with a dot behind it, without a query."""
    bench = Bench(hosts={b"my.pc": _ADDR})
    assert not bench.ask(b"MY.pc") and not bench.ask(b"my.PC.", slot=1)
    assert bench.ended((0, _ADDR), (1, _ADDR))
    assert bench.resolver.failed == 0


def case_bad_names():
    """Names that no host can have, and addresses, end without a query."""
    bad = (b"", b".", b"..", b".a", b"a..b", b"a..", b"a b", b"a\x7f", b"a\0b", b"\xe4.de")
    numeric = (b"1.2.3.4", b"1.2.3.4.", b"7", b"999.1")
    long = (b"a" * 64, b".".join([b"a" * 49] * 5) + b".abcd")
    for name in bad + numeric + long:
        bench = Bench()
        assert not bench.ask(name), name
        assert bench.ended((0, None)), name


def case_longest_names():
    """253 characters and a dot, and a label of 63, are still asked for."""
    long = b".".join([b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61])
    assert len(long) == 253
    for name in (long, long + b".", b"x-_~!" + b"y" * 58):
        bench = Bench()
        bench.comes(reply(bench.ask(name), address(_ADDR)))
        assert bench.ended((0, _ADDR))
    assert not Bench().ask(long + b"d")


def case_trailing_dot():
    """A dot at the end is not sent as a label."""
    assert Bench().ask(b"a.b.")[12:] == b"\x01a\x01b\0\0\x01\0\x01"


def case_retries_go_round():
    """Without answer: after 2, 4, 8 s the next server, three times round, and then None."""
    bench = Bench()
    bench.ask(b"a.b")
    for attempt, wait_ms in enumerate((2000, 2000, 4000, 4000, 8000)):
        bench.after(wait_ms - 1)
        assert len(bench.net.sent) == attempt + 1 and len(bench.net.open) == 1
        bench.after(1)
        assert len(bench.net.sent) == attempt + 2
    assert bench.asked() == [1, 2, 1, 2, 1, 2] and not bench.results
    bench.after(7999)
    assert not bench.results
    bench.after(1)
    assert bench.ended((0, None))
    assert bench.resolver.timeouts == 6 and bench.resolver.failed == 1


def case_attempt_has_its_own_id():
    """Each attempt has a fresh id, and the answer to an earlier one is ignored."""
    bench = Bench()
    first = bench.ask(b"a.b")
    bench.after(2000)
    assert bench.net.sent[1][3][:2] != first[:2]
    bench.comes(reply(first, address(_ADDR)))
    assert not bench.results and bench.resolver.ignored == 1


def case_answer_to_a_retry():
    """The answer to a later attempt counts, whatever came before."""
    bench = Bench()
    bench.ask(b"a.b")
    bench.after(2000)
    bench.after(2000)
    bench.comes(reply(bench.net.sent[2][3], address(_ADDR)))
    assert bench.ended((0, _ADDR)) and bench.resolver.timeouts == 2


def case_settable():
    """The time of a retry and the tries of a server are settings."""
    bench = Bench(retry_ms=500, tries=1)
    bench.ask(b"a.b")
    bench.after(500)
    assert bench.asked() == [1, 2]
    bench.after(500)
    assert bench.ended((0, None))


def case_nxdomain():
    """`No such name` is the end at once: nobody else is asked."""
    bench = Bench()
    bench.comes(reply(bench.ask(b"a.b"), flags=0x8183))
    assert bench.ended((0, None)) and bench.asked() == [1]


def case_no_address():
    """An answer without any address is the end at once."""
    bench = Bench()
    bench.comes(reply(bench.ask(b"a.b")))
    assert bench.ended((0, None)) and bench.asked() == [1]


def case_failing_server():
    """Any other error code: the next server, in the same millisecond, and its answer counts."""
    for code in (1, 2, 4, 5, 9, 15):
        bench = Bench()
        assert bench.comes(reply(bench.ask(b"a.b"), flags=0x8180 | code))
        assert not bench.net.open and bench.wait_ms(0) == 0
        bench.after(0)
        assert bench.asked() == [1, 2]
        bench.comes(reply(bench.net.sent[1][3], address(_ADDR)))
        assert bench.ended((0, _ADDR)) and bench.resolver.timeouts == 0


def case_failing_servers():
    """A failure spends a try: when all have failed three times, None."""
    bench = Bench()
    bench.ask(b"a.b")
    for _ in range(6):
        bench.comes(reply(bench.net.sent[-1][3], flags=0x8182))
        bench.after(0)
    assert bench.asked() == [1, 2, 1, 2, 1, 2] and bench.ended((0, None))


def case_cut_answer():
    """A cut answer without the address: the next server; with it: good enough."""
    bench = Bench()
    bench.comes(reply(bench.ask(b"a.b"), flags=0x8380))
    bench.after(0)
    assert bench.asked() == [1, 2]
    bench.comes(reply(bench.net.sent[1][3], address(_ADDR), flags=0x8380))
    assert bench.ended((0, _ADDR))


def case_dead_socket():
    """Refused, closed or unreachable while waiting: the next server at once."""
    for failure in (RESET, CLOSED, UNREACHABLE):
        bench = Bench()
        bench.ask(b"a.b")
        assert bench.comes(failure)
        bench.after(0)
        assert bench.asked() == [1, 2] and list(bench.net.open.values()) == [SERVERS[1]]


def case_no_way_to_server():
    """Unreachable on opening or sending: the next server at once, no socket kept."""
    for results in ("open_results", "write_results"):
        bench = Bench()
        getattr(bench.net, results).append(UNREACHABLE)
        assert not bench.ask(b"a.b") and not bench.net.open
        bench.after(0)
        assert bench.asked() == [2]


def case_nobody_reachable():
    """Every server unreachable: one attempt a tick, then None."""
    bench = Bench()
    bench.net.open_results = [UNREACHABLE] * 6
    bench.ask(b"a.b")
    for left in range(5, -1, -1):
        assert len(bench.net.open_results) == left and not bench.results
        bench.after(0)
    assert bench.ended((0, None))


def case_lack_of_sockets():
    """No socket or no room to send may pass: the next attempt waits its time."""
    for results, failure in (("open_results", NO_RESOURCE), ("write_results", AGAIN)):
        bench = Bench()
        getattr(bench.net, results).append(failure)
        bench.ask(b"a.b")
        bench.after(1999)
        assert not bench.net.sent
        bench.after(1)
        bench.comes(reply(bench.net.sent[0][3], address(_ADDR)))
        assert bench.ended((0, _ADDR))


def case_failed_read_goes_on_waiting():
    """An event with nothing to read, or no memory to read it, changes nothing."""
    for failure in (AGAIN, NO_RESOURCE):
        bench = Bench()
        sent = bench.ask(b"a.b")
        assert bench.comes(failure)
        assert bench.comes(reply(sent, address(_ADDR)))
        assert bench.ended((0, _ADDR)) and bench.resolver.ignored == 0


def case_ignored_goes_on_waiting():
    """What is no answer is counted; the question waits to its time, and the true answer counts."""
    bench = Bench()
    sent = bench.ask(b"a.b")
    for stray in (b"", b"\0", sent, b"\xff" * 512, b"\0" * 600, reply(b"zz" + sent[2:])):
        bench.after(100)
        assert bench.comes(stray)
    assert bench.resolver.ignored == 6 and bench.wait_ms(bench.now_ms) == 1000
    bench.after(1300)
    assert bench.wait_ms(bench.now_ms) == 100
    bench.comes(reply(sent, address(_ADDR)))
    assert bench.ended((0, _ADDR))
