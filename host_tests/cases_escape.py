"""What a transcript cannot tell of the escape: what stands beside a block. Both interpreters."""

from wipmodem.clock import Clock
from wipmodem.online.escape import STALL_MS, Escape
from wipmodem.pipe import Span
from wipmodem.settings import S2, S12

_GUARD_MS = 1000


def _fed(escape, data, now_ms, unseen_ms=0, behind=b"."):
    """What is left to be sent of a block; `behind`: what an older one left behind it."""
    span = Span(bytearray(data + behind), len(data))
    _at(escape, now_ms, unseen_ms).filter(span)
    return bytes(span.buf[span.start : span.end])


def _escape(character=43, guard=50):
    """An escape with a clock of its own."""
    return Escape({S2: character, S12: guard}, Clock())


def _at(escape, now_ms, gap_ms=0):
    """The escape in a pass at this time, with a poll gap before it."""
    escape._clock.tick(now_ms, gap_ms)
    return escape


def _gone(character=b"+"):
    """The peer is gone, and data has just come."""
    escape = _escape(character[0])
    escape.unguarded = True
    assert _fed(escape, b"data", 5000) == b"data"
    return escape


def case_pluses_of_an_older_block_are_none():
    """Two, and two that are too many: these may begin an escape, with no other byte."""
    escape = _gone()
    assert _fed(escape, b"++", 5000) == b"" and escape.held == 2
    assert _fed(escape, b"++", 5000, behind=b"++") == b""
    assert (escape.held, escape.released.remaining()) == (2, 2)


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
    assert not _at(escape, 6000 + _GUARD_MS - 1).check(0)
    assert _at(escape, 6000 + _GUARD_MS).check(0)


def case_data_is_as_old_as_it_may_be():
    """Unseen time before data counts as silence after them, up to STALL_MS; after a stall none."""
    for unseen_ms, silence_ms in ((STALL_MS, STALL_MS), (STALL_MS + 1, 0), (3000, 0)):
        escape = _gone()
        assert _fed(escape, b"data", 6000, unseen_ms) == b"data"
        assert escape.silence_ms() == silence_ms


def case_the_line_is_looked_at_before_a_silence_is_over():
    """And at its end; once it is over nothing falls due. rules: D5"""
    escape = _escape()
    _at(escape, 5000).note_input()
    for now_ms, wait_ms in ((5000, 950), (5949, 1), (5950, 50), (5999, 1), (6000, 0)):
        assert not _at(escape, now_ms).check(0)
        assert escape.wait_ms() == (wait_ms or 1000), now_ms


def case_without_a_guard_time_it_is_looked_at_at_once():
    """Also when that is late. rules: D5"""
    escape = _escape(guard=0)
    _at(escape, 5000).note_input()
    assert _at(escape, 5000).wait_ms() == _at(escape, 5010).wait_ms() == 0


def case_a_sleep_of_the_loop_is_trusted_for_so_long():
    """Bytes that are there after STALL_MS of it make a silence whole, later ones do not."""
    for came_ms, quiet in ((1, True), (STALL_MS, True), (STALL_MS + 1, False)):
        escape = _escape()
        _at(escape, 5000).note_input()
        assert not _at(escape, 6000).check(came_ms)
        assert _fed(escape, b"+++", 6000) == (b"" if quiet else b"+++")


def case_a_stall_keeps_the_pluses_that_wait_for_the_peer():
    """Pluses that are data stay data when the modem does not look at the line for a while."""
    escape = _escape()
    _at(escape, 5000).note_input()
    assert not _at(escape, 6000).check(0)
    assert _fed(escape, b"++", 6000) == b""
    escape.release()
    assert not _at(escape, 6500, STALL_MS + 1).check(0)
    assert escape.released.remaining() == 2
