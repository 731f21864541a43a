"""What `make bench` measures is right, before it is fast: a little, without other programs."""

import pytest

from bench.commands import ANSWERERS, rate
from bench.fleet import measure
from bench.pump import pump
from bench.relays import RELAYS
from interpreters import COMMANDS, output

_OURS = [f"{who}, {py}" for who in ("the modem", "a bare loop") for py in COMMANDS]


@pytest.mark.parametrize("name", _OURS)
def test_a_relay_carries_all_bytes_both_ways(name):
    """As they were sent, by their sum."""
    with RELAYS[name]() as link:
        assert pump(link, 1 << 18, 1 << 18) > 0


@pytest.mark.parametrize("name", _OURS)
def test_each_line_has_one_ok(name):
    """And nothing besides."""
    with ANSWERERS[name]() as host:
        assert rate(host, 20) > 0


@pytest.mark.parametrize("work", ["command 3", "to_peer 3", "to_host 3", "idle 3 16"])
def test_the_counted_work_is_done(work):
    """Each piece to its end, with as many sockets as can be open."""
    said = output("micropython", "bench/work_probe.py", *work.split(), heap="512wK")
    assert said == "" or said.startswith("ns "), said


@pytest.mark.parametrize("py", COMMANDS)
@pytest.mark.parametrize("count", [1, 3])
def test_a_fleet_answers_each_line(py, count):
    """Each modem its own host's, and both processes are seen."""
    figures = measure(count, py, idle_s=0.01, busy_s=0.01)
    assert figures.modems == count
    assert figures.lines > 0 and figures.rss_kb > figures.pss_kb > 0
