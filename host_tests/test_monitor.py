"""`make monitor`: what it reads of a report, what it counts of several, what it shows."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import monitor_sample as sample
from boards.tools.monitor import log, sockets, words
from boards.tools.monitor.history import SECONDS, joined
from boards.tools.monitor.picture import picture
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


def frame_file(name):
    return (Path(__file__).parent / "monitor_frames" / f"{name}.txt").read_text()


def styles(renderable):
    """{text: colour and weight} of each piece that has one."""
    console = Console(width=120, file=io.StringIO())
    segments = console.render(renderable)
    return {piece.text.strip(): str(piece.style) for piece in segments if piece.text.strip()}


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
        "+WIPXHEALTH: stall_ms,-1",
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
    assert joined([start, line], [urc]) == [start, line, urc]
    assert joined([start, line, urc], [line, urc, again]) == [start, line, urc, again]
    assert joined([start], [start]) == [start, start]
    assert joined([line], [line]) == [line, line]


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


# Showing


def test_a_frame_in_a_small_terminal():
    """80x24: the columns that matter, the newest of the log."""
    history = history_of(*(sample.busy(second) for second in range(31)))
    assert shown(Frame(history, "/dev/ttyACM0", "no answer for 7 s"), 80, 24) == frame_file(
        "small"
    )


def test_a_frame_in_a_large_terminal():
    """120x32: every column, the whole log."""
    history = history_of(*(sample.busy(second) for second in range(75)))
    frame = Frame(history, "/dev/ttyACM0")
    assert shown(frame, 120, 32) == frame_file("large")
    assert frame.height() == 4 + 8 + 4 + 11


def test_a_frame_of_a_modem_that_does_nothing():
    """No radio, no heap that is counted, no session, no sockets; as high as it needs."""
    frame = Frame(history_of(sample.report(uptime_s=5)), "/tmp/modem.console")
    assert shown(frame, 80, frame.height()) == frame_file("idle")


def test_sockets_that_find_no_room_are_told_of():
    """The first ones are shown."""
    lines = [sample.socket_line(index=index) for index in range(1, 9)]
    text = shown(Frame(history_of(sample.report(*lines)), "x"), 80, 22)
    assert "2,6 " in text and "2,7 " not in text
    assert " 2 more: the terminal has too few lines " in text


def test_a_loss_that_has_just_grown_comes_first():
    """In red, before those that are known."""
    history = history_of(
        sample.report("+WIPXSTAT: urc_lost,1", "+WIPXSTAT: tx_dropped,2"),
        sample.report("+WIPXSTAT: urc_lost,1", "+WIPXSTAT: tx_dropped,3", uptime_s=101),
    )
    found = styles(Frame(history, "x"))
    assert [found["tx_dropped"], found["urc_lost"]] == ["bold red", "yellow"]
    assert list(found).index("tx_dropped") < list(found).index("urc_lost")


def test_the_log_has_an_end():
    """500 entries are kept, the newest."""
    lines = [f"+WIPXLOG: {i}.000,stall,{i}" for i in range(600)]
    kept = history_of(sample.report(*lines)).log
    assert [kept[0].text, kept[-1].text, len(kept)] == ["100", "599", 500]


def test_lines_that_could_not_be_read_are_told_of():
    """Beside the modem's own losses."""
    frame = Frame(history_of(sample.report("+CSQ: ?"), sample.report("+CSQ: ?")), "x")
    assert "│ unreadable here        2 │" in shown(frame, 80, 24)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (40, 12), (300, 100)])
def test_a_frame_in_any_terminal(size):
    """It is as large as that, whatever finds no room."""
    width, height = size
    history = history_of(*(sample.busy(second) for second in range(3)))
    lines = shown(Frame(history, "x"), width, height).splitlines()
    assert len(lines) == height and {len(line) for line in lines} == {width}


def test_spawned_sockets_stand_below_their_server():
    """Others in the modem's order; those whose server is closed, too."""
    [report] = read(
        sample.report(
            sample.socket_line(index=1, role="spawned", server=2),
            sample.socket_line(index=2, role="spawned", server=1),
            sample.socket_line(index=3, role="spawned", server=9),
            sample.socket_line(index=4),
            sample.socket_line(protocol=3, index=1, role="server"),
            sample.socket_line(protocol=3, index=2, role="server"),
        )
    )
    assert [(socket.place, child) for socket, child in sockets.arranged(report.sockets)] == [
        ((2, 3), False),
        ((2, 4), False),
        ((3, 1), False),
        ((2, 2), True),
        ((3, 2), False),
        ((2, 1), True),
    ]


def test_a_range_is_used_by_tcp_alone():
    """Those in it, whoever opened them."""
    server = sample.socket_line(protocol=3, index=1, role="server", server=1, first=2, last=4)
    places = [(2, 1), (2, 2), (2, 4), (2, 5), (1, 3)]
    others = [sample.socket_line(protocol=protocol, index=index) for protocol, index in places]
    rows = sockets.rows(history_of(sample.report(server, *others)))
    assert [row.used for row in rows if row.socket.role == "server"] == [2]


def test_columns_that_find_no_room_are_left_out():
    """None as long as all fit; then the least important ones first."""
    rows = sockets.rows(history_of(sample.busy(0)))
    widest = max(len(line.rstrip()) for line in shown(sockets.table(rows, 200), 200).splitlines())

    def titles(width):
        return [column.header for column in sockets.table(rows, width).columns]

    assert titles(200) == titles(widest)
    assert set(titles(widest)) - set(titles(widest - 1)) == {"of"}
    assert set(titles(widest)) - set(titles(widest - 4)) == {"of", "role"}
    assert titles(0) == ["index", "state", "peer or range", "in", "out"]


@pytest.mark.parametrize(
    ("state", "colour"),
    [
        ("ready", "green"),
        ("listening", "blue"),
        ("resolving", "yellow"),
        ("connecting", "yellow"),
        ("peer_closed", "magenta"),
        ("failed", "red"),
    ],
)
def test_states_have_colours(state, colour):
    """And an error is red behind each."""
    history = history_of(sample.report(sample.socket_line(state=state, error=842)))
    found = styles(sockets.table(sockets.rows(history), 120))
    assert (found[state], found["842"]) == (colour, "bold red")


def test_kinds_of_entries_have_colours():
    """A command is green, but red when it was refused."""
    kinds = ["start", "line", "urc", "stall", "lost", "line", "error"]
    found = styles(log.pane([Entry(0, kind, str(i)) for i, kind in enumerate(kinds)], 9))
    assert [found[text] for text in ("started: 0", "AT1", "2", "not looked for 3 ms")] == [
        "bold yellow",
        "green",
        "cyan",
        "magenta",
    ]
    assert found["4 entries were overwritten"] == found["AT5"] == "red"
    assert found["6"] == "bold red"


def test_the_picture_is_the_same_each_time():
    """An SVG of the last frame that names no fonts of the web."""
    frame = Frame(sample.history_of(*map(sample.busy, range(9))), "/dev/modem")
    drawn = picture(frame)
    assert drawn == picture(frame)
    assert drawn.startswith("<svg ") and "@font-face" not in drawn
    assert "wipmodem&#160;at&#160;/dev/modem" in drawn
