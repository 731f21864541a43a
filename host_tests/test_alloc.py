"""After start the steady state allocates nothing, under real MicroPython on real sockets."""

import re
from pathlib import Path

import pytest

from interpreters import output

_STEADY = (
    "idle commands refusals tcp_announced tcp_to_peer tcp_to_host udp_send tcp_escaped udp_raw"
).split()

# Bytes on 64-bit MicroPython that what must allocate may take: firmware/README.md lists them.
_ONCE = {
    "open_tcp": 3900,
    "open_udp": 4000,
    "accept": 1200,
    "datagram": 2400,
    "resolve_ask": 3600,
    "resolve_answer": 4200,
    "close": 3500,
    "stat": 9000,
}
# More for each row that others have in the system's table of UDP sockets.
_ROW = {"close": 700, "stat": 3 * 700}


@pytest.fixture(scope="module")
def measured():
    return output("micropython", "alloc_probe.py")


@pytest.mark.parametrize("scenario", _STEADY)
def test_steady_state_allocates_nothing(measured, scenario):
    """Neither counted by mem_total, nor with the heap locked."""
    assert f"steady {scenario} 0 locked ok" in measured.splitlines()


@pytest.mark.parametrize("scenario", _ONCE)
def test_what_must_allocate_stays_within_its_listed_size(measured, scenario):
    spent = int(re.search(rf"^once {scenario} (\d+)$", measured, re.MULTILINE).group(1))
    rows = len(Path("/proc/net/udp").read_text().splitlines())
    assert 0 < spent <= _ONCE[scenario] + _ROW.get(scenario, 0) * rows
