"""What a transcript cannot tell of the escape: what stands beside a block. Both interpreters."""

from wipmodem.online.escape import STALL_MS, Escape
from wipmodem.pipe import Span
from wipmodem.settings import S2, S12

_GUARD_MS = 1000


def _fed(escape, data, now_ms, unseen_ms=0, behind=b"."):
    """What is left to be sent of a block; `behind`: what an older one left behind it."""
    span = Span(bytearray(data + behind), len(data))
    escape.feed(span, now_ms, unseen_ms)
    return bytes(span.buf[span.start : span.end])


def _gone(character=b"+"):
    """The peer is gone, and data has just come."""
    escape = Escape({S2: character[0], S12: 50})
    escape.unguarded = True
    assert _fed(escape, b"data", 5000) == b"data"
    return escape


def case_pluses_of_an_older_block_are_none():
    """Two, and two that are too many: these may begin an escape, with no other byte."""
    escape = _gone()
    assert _fed(escape, b"++", 5000) == b"" and escape.held == 2
    assert _fed(escape, b"++", 5000, behind=b"++") == b""
    assert (escape.held, escape.owed.left()) == (2, 2)


def case_the_last_character_that_may_be_one():
    """Behind data to a peer that is gone; the one beyond it is none."""
    for character, held in ((b"\x7f", 3), (b"\x80", 0)):
        escape = _gone(character)
        assert _fed(escape, b"data" + 3 * character, 5000) == b"data" + (3 - held) * character
        assert escape.held == held


def case_pluses_behind_data_are_as_new_as_their_block():
    """Nobody looked for a while: the silence behind them begins when they are seen."""
    escape = _gone()
    assert _fed(escape, b"data+++", 6000, STALL_MS) == b"data"
    assert not escape.tick(6000 + _GUARD_MS - 1, 0, 0)
    assert escape.tick(6000 + _GUARD_MS, 0, 0)


def case_data_is_as_old_as_it_may_be():
    """Unseen time before data counts as silence after them, up to STALL_MS; after a stall none."""
    for unseen_ms, silence_ms in ((STALL_MS, STALL_MS), (STALL_MS + 1, 0), (3000, 0)):
        escape = _gone()
        assert _fed(escape, b"data", 6000, unseen_ms) == b"data"
        assert escape.silence_ms(6000) == silence_ms


def case_the_line_is_looked_at_before_a_silence_is_over():
    """And at its end; once it is over nothing falls due. rules: D5"""
    escape = Escape({S2: 43, S12: 50})
    escape.heard(5000, 0)
    for now_ms, wait_ms in ((5000, 950), (5949, 1), (5950, 50), (5999, 1), (6000, 0)):
        assert not escape.tick(now_ms, 0, 0)
        assert escape.wait_ms(now_ms) == (wait_ms or 1000), now_ms


def case_without_a_guard_time_it_is_looked_at_at_once():
    """Also when that is late. rules: D5"""
    escape = Escape({S2: 43, S12: 0})
    escape.heard(5000, 0)
    assert escape.wait_ms(5000) == escape.wait_ms(5010) == 0


def case_a_sleep_of_the_loop_is_trusted_for_so_long():
    """Bytes that are there after STALL_MS of it make a silence whole, later ones do not."""
    for came_ms, quiet in ((1, True), (STALL_MS, True), (STALL_MS + 1, False)):
        escape = Escape({S2: 43, S12: 50})
        escape.heard(5000, 0)
        assert not escape.tick(6000, 0, came_ms)
        assert _fed(escape, b"+++", 6000) == (b"" if quiet else b"+++")
