"""`make monitor`: whole frames, whatever the terminal's size; what finds no room; colours."""

import io
from pathlib import Path

import pytest
from rich.console import Console

import monitor_sample as sample
from boards.tools.monitor import log, sockets
from boards.tools.monitor.picture import picture
from boards.tools.monitor.report import Entry, read
from boards.tools.monitor.view import Frame
from monitor_sample import history_of, shown


def frame_file(name):
    return (Path(__file__).parent / "monitor_frames" / f"{name}.txt").read_text()


def styles(renderable):
    """{text: colour and weight} of each piece that has one."""
    console = Console(width=120, file=io.StringIO())
    segments = console.render(renderable)
    return {piece.text.strip(): str(piece.style) for piece in segments if piece.text.strip()}


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
    assert "│ unreadable lines       2 │" in shown(frame, 80, 24)


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
    assert [(socket.place, child) for socket, child in sockets.sort(report.sockets)] == [
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
    assert [found[text] for text in ("started: 0", "AT1", "2", "poll gap of 3 ms")] == [
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
