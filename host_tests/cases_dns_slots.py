"""The resolver with several questions at a time; cancelling, time, memory. Both interpreters."""

from dns_kit import Bench, address, reply
from wipmodem.contract import CLOSED, RESET

try:
    from micropython import mem_total
except ImportError:
    mem_total = None

_ADDR = b"\x01\x02\x03\x04"


def case_slots_are_independent():
    """Three names under way: each gets its own answer, in whatever order."""
    bench = Bench()
    for slot in range(3):
        bench.ask(b"host%d.net" % slot, slot)
    for slot in (1, 2, 0):
        handle, _, _, sent = bench.net.sent[slot]
        bench.comes(reply(sent, address(bytes((9, 9, 9, slot)))), handle)
    assert bench.ended((1, b"\x09\x09\x09\x01"), (2, b"\x09\x09\x09\x02"), (0, b"\x09\x09\x09\0"))


def case_answer_to_another_slot():
    """The answer to one question, on the socket of another, is ignored."""
    bench = Bench()
    first = bench.ask(b"a.b", 0)
    bench.ask(b"a.b", 1)
    bench.comes(reply(first, address(_ADDR)))
    assert not bench.results and bench.resolver.ignored == 1


def case_foreign_events():
    """Events of others' handles, or after the end, are not the resolver's."""
    bench = Bench()
    assert not bench.on_event(0)
    sent = bench.ask(b"a.b")
    assert not bench.on_event(1)
    bench.comes(reply(sent, address(_ADDR)))
    assert not bench.on_event(0)


def case_cancel():
    """A cancelled question frees its socket and gives no result; a free slot may be cancelled."""
    bench = Bench()
    bench.ask(b"a.b")
    bench.ask(b"c.d", 1)
    bench.cancel(0)
    bench.cancel(0)
    assert list(bench.net.open) == [1] and not bench.on_event(0)
    bench.cancel(1)
    bench.start(2, b"e.f")
    bench.cancel(2)
    bench.after(10000)
    assert bench.ended() and len(bench.net.sent) == 2


def case_start_replaces():
    """A start on a busy slot drops what it did before."""
    bench = Bench()
    bench.ask(b"old.name")
    bench.start(0, b"new.name")
    assert not bench.net.open
    bench.after(0)
    bench.comes(reply(bench.net.sent[1][3], address(_ADDR)))
    assert bench.ended((0, _ADDR)) and bench.net.sent[1][3][12:16] == b"\x03new"


def case_start_from_on_done():
    """on_done may start its slot anew; the new result comes with a later tick."""
    bench = Bench(hosts={b"known": _ADDR})
    bench.then = lambda slot: bench.start(slot, b"known")
    bench.start(0, b"")
    for ticks in range(1, 5):
        bench.tick(0)
        assert len(bench.results) == ticks
    bench.cancel(0)
    assert bench.idle() and not bench.net.open


def case_cancel_from_on_done():
    """on_done may cancel the others, also those that fall due in the same tick."""
    bench = Bench(servers=[])

    def cancel_all(slot):
        for other in range(3):
            bench.cancel(other)

    bench.then = cancel_all
    for slot in range(3):
        bench.start(slot, b"a.b")
    bench.tick(0)
    assert bench.ended((0, None)) and bench.resolver.failed == 1


def case_new_servers():
    """use() in the midst of a question holds from the next attempt; no servers: None."""
    bench = Bench()
    bench.ask(b"a.b")
    bench.resolver.use([(b"\x0a\0\0\x07", 53)], {}.get)
    bench.after(2000)
    assert bench.asked() == [1, 7]
    bench.resolver.use([], {}.get)
    bench.after(4000)
    assert bench.ended((0, None))


def case_wait_ms():
    """1000 when idle, 0 when due or late, else the time to what is due first."""
    bench = Bench(retry_ms=900)
    assert bench.idle()
    bench.ask(b"a.b", 1)
    assert bench.wait_ms(0) == 900
    bench.clock.tick(300)
    bench.ask(b"c.d", 2)
    assert [bench.wait_ms(ms) for ms in (300, 899, 900, 5000)] == [600, 1, 0, 0]
    bench.cancel(1)
    assert bench.wait_ms(400) == 800


def case_clock_wraps():
    """The clock's wrap at 2**30 in the midst of a wait changes nothing."""
    bench = Bench(now_ms=(1 << 30) - 500)
    bench.ask(b"a.b")
    bench.after(1999)
    assert bench.now_ms == 1499 and bench.asked() == [1]
    bench.after(1)
    assert bench.asked() == [1, 2]


def case_no_handle_leaks():
    """A hundred questions of every kind of end leave no socket open."""
    bench = Bench(tries=1)
    ends = (RESET, CLOSED, b"junk", None)
    for turn in range(100):
        sent = bench.ask(b"a.b")
        bench.comes(ends[turn % 4] or reply(sent, address(_ADDR)))
        for wait_ms in (0, 2000, 2000):
            bench.after(wait_ms)
        assert not bench.net.open and bench.idle() and len(bench.results) == turn + 1


def case_nothing_due_allocates_nothing():
    """tick, wait_ms and a foreign event take no memory, idle or with questions open."""
    bench = Bench()
    for _ in range(2):
        assert mem_total is None or _taken(bench) == 0
        bench.ask(b"a.b", 0)
        bench.ask(b"c.d", 2)


def _taken(bench):
    taken = mem_total()
    for _ in range(10):
        bench.tick(7)
        bench.wait_ms(7)
        bench.on_event(3)
    return mem_total() - taken
