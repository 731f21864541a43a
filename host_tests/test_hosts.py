"""Host programs in the style of those in the field (hosts/), over a line of 9600 and 115200 bit/s.

Each has a modem that was just switched on, a line with a speed (paced.py) and real peers. All of
them run side by side, since most of what a host does is wait; each test then asks for its outcome.
Afterwards the modem must be of use to the next command.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

import far_ends
from e2e import Modem
from hosts import (
    Surprise,
    asker,
    echo_reader,
    exact_bytes,
    exact_guard,
    lf_only,
    pipeliner,
    println,
    reconnector,
    restarter,
    server_host,
    silence_watcher,
    single_reader,
    slow_typist,
    tcp_stuffer,
    udp_host,
)
from paced import PacedLine
from serving import PATIENCE_S

_AT_ONCE = 12


class Play(NamedTuple):
    program: Callable
    far_end: Callable
    dialect: str = "c1"


# By the name of the test; the longest come first, to be under way while others begin and end.
PLAYS = {
    "restarter": Play(restarter.run, far_ends.echo),
    "slow_typist": Play(slow_typist.run, far_ends.late_echo),
    "exact_guard": Play(exact_guard.run, far_ends.counter),
    "tcp_stuffer": Play(tcp_stuffer.run, far_ends.echo, "wipsoft"),
    "udp_c1": Play(udp_host.run_c1, far_ends.udp_echo),
    "udp_wipsoft": Play(udp_host.run_wipsoft, far_ends.udp_echo, "wipsoft"),
    "server_host": Play(server_host.run, far_ends.callers),
    "single_reader": Play(single_reader.run, far_ends.echo),
    "println": Play(println.run, far_ends.echo),
    "silence_watcher": Play(silence_watcher.run, far_ends.echo),
    "echo_reader": Play(echo_reader.run, far_ends.echo, "wipsoft"),
    "lf_only": Play(lf_only.run, far_ends.echo),
    "pipeliner": Play(pipeliner.run, far_ends.echo),
    "exact_bytes": Play(exact_bytes.run, far_ends.echo),
    "asker": Play(asker.run, far_ends.echo, "wipsoft"),
    "reconnector_c1": Play(reconnector.run_c1, far_ends.echo),
    "reconnector_wipsoft": Play(reconnector.run_wipsoft, far_ends.echo, "wipsoft"),
}
# The slower interpreter at both speeds, for its time shows.
_LINES = [(9600, "micropython"), (115200, "micropython"), (115200, "cpython")]


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory):
    """By the test's node: the future of its play. They run side by side."""
    chosen = [item for item in request.session.items if item.path == request.path]
    chosen.sort(key=lambda item: list(PLAYS).index(_play_of(item)))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield {item.nodeid: _begin(pool, item, tmp_path_factory) for item in chosen}
        pool.shutdown(cancel_futures=True)


def _begin(pool, item, folders):
    name = _play_of(item)
    return pool.submit(perform, PLAYS[name], *item.callspec.params["line"], folders.mktemp(name))


def _play_of(item):
    return item.originalname.removeprefix("test_")


@pytest.fixture(params=_LINES, ids=lambda line: f"{line[0]}-{line[1]}")
def line(request):
    """Speed and interpreter."""
    return request.param


@pytest.fixture
def outcome(request, line, outcomes):
    """Call it: it waits for the test's play, and returns or raises what the program did."""
    return outcomes[request.node.nodeid].result


def perform(play, speed, interpreter, folder):
    """One host's life with a new modem."""
    with (
        Modem(interpreter, folder, "--speed", str(speed)) as modem,
        play.far_end() as place,
        PacedLine(modem.line.port, speed, modem.pid()) as line,
    ):
        modem.line.close()
        modem.line = line.open()
        if play.dialect != "c1":
            choose(modem, play.dialect)
        try:
            returned = play.program(modem.line, place)
        except Surprise as surprise:
            surprise.add_note(line.story())
            raise
        modem.line.timeout = PATIENCE_S
        modem.nothing_more()
        modem.nothing_more()
        return returned


def choose(modem, dialect):
    """Echo is on, and stays so."""
    command = f'AT+WIPXDIALECT="{dialect}"'
    modem.send(command)
    modem.expect_bytes(command.encode() + b"\r\r\nOK\r\n")


def test_exact_bytes(outcome):
    """Each answer is the constant that a host compares with, nothing between. rules: H5 H10"""
    outcome()


def test_single_reader(outcome):
    """A host that reads by the byte and always closes first gets on. rules: H15"""
    outcome()


def test_silence_watcher(outcome):
    """Answers begin in time and leave in one piece, on the line's own clock. rules: H4"""
    before_s, inside_s = outcome()
    print(f"longest pause before an answer {before_s * 1000:.0f} ms, inside {inside_s * 1000:.0f}")


def test_restarter(outcome):
    """Ten deaths in the middle: state met again has its number, or is swept away. rules: H8 H16"""
    outcome()


def test_pipeliner(outcome):
    """Commands sent at once run in order, an `A` on the K of OK is kept. rules: H3 H9"""
    outcome()


def test_lf_only(outcome):
    """LF ends a line; case, blanks, quotes and zeros do not matter. rules: H1 H2"""
    outcome()


def test_println(outcome):
    """The LF behind AT+WIPDATA's CR is not for the peer, those in data mode are. rules: H1"""
    outcome()


def test_slow_typist(outcome):
    """Half a second between keys, a thought in mid-line: no line is lost or broken. rules: H3"""
    outcome()


def test_server_host(outcome):
    """Two callers: the count of +WIPDATA is what can be read. rules: H11"""
    outcome()


def test_reconnector_c1(outcome):
    """A failed connection is closed, then made again. rules: H15 Q19"""
    outcome()


def test_reconnector_wipsoft(outcome):
    """A failed connection is made again, closed or not. rules: H15"""
    outcome()


def test_exact_guard(outcome):
    """Guards of exactly a second while the peer talks; none of its bytes is lost. rules: H19"""
    outcome()


def test_asker(outcome):
    """All that hosts ask before they dial, the stack stopped and running. rules: H18"""
    outcome()


def test_echo_reader(outcome):
    """Echo on for life, with CR LF: the echo, then the answer, then the rest. rules: H1 H17"""
    outcome()


def test_tcp_stuffer(outcome):
    """Every byte both ways, both half closes, and a way out without guard. rules: H6 H7 H12 H13"""
    assert outcome()


def test_udp_c1(outcome):
    """Many datagrams a session, an ETX behind each, nothing else said. rules: H14 Q23 Q25"""
    outcome()


def test_udp_wipsoft(outcome):
    """Many datagrams in mode 1, raw bytes in mode 2. rules: H12 H14"""
    outcome()
