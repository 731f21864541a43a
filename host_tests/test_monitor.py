"""`make monitor`: what it reads of a report, what it counts of several, its words."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import monitor_sample as sample
from boards.tools.monitor import log, words
from boards.tools.monitor.history import SECONDS, merge_logs
from boards.tools.monitor.report import Entry, Reader, Report, Socket, read
from boards.tools.monitor.view import Frame
from monitor_sample import history_of, shown

_SPAWNED = {"role": "spawned", "server": 2, "first": 1, "last": 4, "error": 842}
_REPORT = sample.framed(
    sample.socket_line(**_SPAWNED),
    '+WIPXHEALTH: reset,"cfun"',
    "+WIPXHEALTH: uptime_s,123",
    "+WIPXSTAT: urc_lost,7",
    "+WIPBR: 6,1",
    "+CSQ: 23, 99",
    "+WIPXLOST: 5",
    '+WIPXLOG: 12.045,line,+WIPBR=2,6,0,"[b]a',
    "OK",
)
_READ = Report(
    sockets=[Socket(**sample.SOCKET | _SPAWNED)],
    reset="cfun",
    figures={"uptime_s": 123},
    losses={"urc_lost": 7},
    session=True,
    signal=23,
    log=[Entry(None, "lost", "5"), Entry(12045, "line", '+WIPBR=2,6,0,"[b]a')],
)


# Reading


def test_a_report_is_read():
    """Whole, byte by byte, and between what a board prints besides; the next one begins anew."""
    assert read(_REPORT) == [_READ]
    reader = Reader()
    pieces = [reader.feed(bytes([byte])) for byte in _REPORT]
    assert [report for piece in pieces for report in piece] == [_READ]
    banner = b"\x00MPY: soft reboot\r\nwipmodem: pico started\r\n+WIPNONE: 1\r\n>>> \r\n"
    assert read(banner + _REPORT + banner + _REPORT) == [_READ, _READ]


@pytest.mark.parametrize(
    "line",
    [
        "+WIPXSOCK: 2,1",
        sample.socket_line(index="x"),
        "+WIPXHEALTH: reset",
        "+WIPXHEALTH: poll_gap_ms,-1",
        "+WIPXSTAT: urc_lost",
        "+WIPXSTAT: urc_lost,1_0",
        "+WIPBR: 6",
        "+CSQ: ,99",
        "+WIPXLOST: all",
        "+WIPXLOG: 12,line,AT",
        "+WIPXLOG: 1.000,line",
    ],
)
def test_a_malformed_line_is_counted(line):
    """It leaves nothing behind, and the others are believed."""
    assert read(sample.framed(line) + _REPORT) == [replace(_READ, unreadable=1)]


def test_a_refusal_ends_a_report():
    """+CME ERROR says why; an OK that belongs to no report is none."""
    assert read(sample.framed("+CME ERROR: 802")) == [Report(refusal=802)]
    assert read(sample.framed("OK", "+CSQ: 9,99", "OK")) == []


def test_a_terminal_is_given_nothing_but_text():
    """Control characters and what is no ASCII become points."""
    line = b"\r\n+WIPXLOG: 1.000,urc,a\x1b[2J\xff\x07b\r\n"
    [report] = read(line + _REPORT)
    assert report.log[0] == Entry(1000, "urc", "a.[2J..b")


_NAMES = ["+WIPXSOCK", "+WIPXHEALTH", "+WIPXSTAT", "+WIPBR", "+CSQ", "+WIPXLOST", "+WIPXLOG"]
_FIELDS = st.one_of(
    st.integers(0, 2**70).map(str),
    st.sampled_from(["", '"server"', '"spawned"', "uptime_s", "sent", "1.5", "error", "[/x]"]),
    st.text(max_size=4),
)
_LINES = st.builds(
    lambda name, fields: f"{name}: {','.join(fields)}", st.sampled_from(_NAMES), st.lists(_FIELDS)
)
_SOCKETS = st.fixed_dictionaries(
    {name: st.integers(0, 2**70) for name, value in sample.SOCKET.items() if value != str(value)},
    optional={"role": st.sampled_from(["server", "spawned"]), "state": st.text(max_size=20)},
).map(lambda values: sample.socket_line(**values))


@given(
    st.lists(st.one_of(st.binary(), _LINES.map(str.encode), _SOCKETS.map(str.encode))),
    st.lists(st.integers(0, 2**70), min_size=1, max_size=3),
)
def test_nothing_raises(lines, uptimes):
    """Whatever bytes come, a frame can be shown of what was read."""
    said = b"".join(b"\r\n" + line + b"\r\n" for line in lines)
    history = history_of(*(said + sample.report(uptime_s=uptime) for uptime in uptimes))
    assert history.report is None or shown(Frame(history, "x"), 80, 24).count("\n") == 24


_COUNTS = st.integers(0, 2**29)
_SECONDS = st.integers(1, 600)


@given(st.lists(st.tuples(_COUNTS, _SECONDS), min_size=1))
@example([(1, 5)])
def test_the_highest_bar_is_full(carried):
    """Whatever rates the modem's clock gives, the fastest second fills its bar, others at most."""
    rates = [count / seconds for count, seconds in carried]
    bars = words.sparkline(rates, len(rates), max(rates))
    full = "█" if max(rates) else "▁"
    assert bars[rates.index(max(rates))] == full
    assert [bar == "▁" for bar in bars] == [rate == 0 for rate in rates]


# Counting


def rates(*reports):
    """[bytes received in each second], [sent]"""
    modem = history_of(*reports).modem
    return list(modem.received.seconds), list(modem.sent.seconds)


def test_rates_are_by_the_modems_clock():
    """No second has gone by: no sample. Two have: each has its half."""
    assert rates(
        sample.report(uptime_s=10, received=500, sent=20),
        sample.report(uptime_s=11, received=800, sent=20),
        sample.report(uptime_s=11, received=900, sent=90),
        sample.report(uptime_s=13, received=1200, sent=120),
    ) == ([300, 200, 200], [0, 50, 50])


def test_a_counter_begins_anew():
    """At 2**29 it goes on from 0; when somebody has reset it, too; after a restart all does."""
    assert rates(
        sample.report(uptime_s=10, received=2**29 - 100, sent=5000),
        sample.report(uptime_s=11, received=50, sent=70),
    ) == ([150], [70])
    assert rates(
        sample.report(uptime_s=50, received=1000, sent=1000),
        sample.report(uptime_s=51, received=1100, sent=1100),
        sample.report(uptime_s=3, received=5, sent=6),
        sample.report(uptime_s=4, received=7, sent=9),
    ) == ([2], [3])


def test_a_long_silence_fills_no_more_than_the_view():
    """A minute is kept."""
    received, _ = rates(sample.report(uptime_s=0), sample.report(uptime_s=600, received=6000))
    assert received == [10] * SECONDS


def socket_rates(*sockets):
    """[bytes in each second] of 2,1 as it is told second by second; None: it is not there."""
    told = [[] if one is None else [sample.socket_line(**one)] for one in sockets]
    reports = (sample.report(*lines, uptime_s=100 + i) for i, lines in enumerate(told))
    return history_of(*reports).traffic((2, 1)).both


def test_a_socket_has_rates_of_its_own():
    """Either way together; a new one from 0 on; a younger one at its place is another."""
    old = {"age_s": 60, "sent": 5000, "received": 100}
    later = {"age_s": 61, "sent": 5070, "received": 103}
    assert socket_rates(old) == []
    assert socket_rates(old, later) == [73]
    assert socket_rates(None, old | {"age_s": 0}) == [5100]
    assert socket_rates(old, later, {"age_s": 0, "sent": 8}) == [8]
    assert socket_rates(old, later, None) == []


def test_losses_are_those_that_are_not_0():
    """One that has grown is fresh for ten seconds; one that was there at first is not."""

    def lines(lost, cut):
        return f"+WIPXSTAT: urc_lost,{lost}", "+WIPXSTAT: dte_breaks,0", f"+WIPXSTAT: cut,{cut}"

    history = history_of(sample.report(*lines(3, 0)))
    assert history.losses() == [("urc_lost", 3, False)]
    history.add(*read(sample.report(*lines(3, 1), uptime_s=101)))
    assert history.losses() == [("urc_lost", 3, False), ("cut", 1, True)]
    history.add(*read(sample.report(*lines(3, 1), uptime_s=110)))
    assert history.losses()[1] == ("cut", 1, True)
    history.add(*read(sample.report(*lines(3, 1), uptime_s=111)))
    assert history.losses()[1] == ("cut", 1, False)


def test_the_log_is_told_once():
    """A modem that has started anew tells what it has kept: only the rest of it is new."""
    start, line, urc = Entry(0, "start", "a"), Entry(5, "line", "b"), Entry(7, "urc", "c")
    again = Entry(0, "start", "watchdog")
    assert merge_logs([start, line], [urc]) == [start, line, urc]
    assert merge_logs([start, line, urc], [line, urc, again]) == [start, line, urc, again]
    assert merge_logs([start], [start]) == [start, start]
    assert merge_logs([line], [line]) == [line, line]


def test_an_error_stands_behind_its_command():
    """One that has none, or belongs to a former start, has a line of its own."""
    start, line = Entry(0, "start", "a"), Entry(5, "line", "+WIPNO")
    stall, error, plain = (
        Entry(6, "stall", "140"),
        Entry(7, "error", "831"),
        Entry(8, "error", "0"),
    )
    assert log.lines([error, line, stall, error]) == [(error, ""), (line, "831"), (stall, "")]
    assert log.lines([line, plain, error]) == [(line, "ERROR"), (error, "")]
    assert log.lines([line, start, error]) == [(line, ""), (start, ""), (error, "")]


# Words


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.duration(5), "0:05"),
        (words.duration(3661), "1:01:01"),
        (words.duration(93784), "1d 02:03:04"),
        (words.age(86399), "23:59:59"),
        (words.age(93784), "1d 02h"),
        (words.clock(93784120), "26:03:04.120"),
        (words.amount(0), "0"),
        (words.amount(999), "999"),
        (words.amount(1999), "1.9k"),
        (words.amount(10000), "10k"),
        (words.amount(999999), "999k"),
        (words.amount(536870911), "536M"),
        (words.rate(0.6), "1 B/s"),
        (words.rate(1250), "1.2 kB/s"),
        (words.sparkline([0, 1, 50, 100], 6, 100), "  ▁▂▅█"),
        (words.sparkline([9, 0, 100], 2, 100), "▁█"),
        (words.sparkline([0, 0], 2, 0), "▁▁"),
        ([words.signal_bars(n) for n in (0, 7, 8, 23, 31)], [1, 1, 2, 3, 4]),
        (words.dbm(23), "-67 dBm"),
    ],
)
def test_words(said, expected):
    """Figures as people read them, never longer than their column."""
    assert said == expected
