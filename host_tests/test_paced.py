"""The line with a speed that host programs talk over (paced.py): it keeps the pace, and all bytes.

Judged by the line's own clock: what is asserted does not depend on how busy the machine is.
"""

import os
import pty
import random
import tty

import pytest

from e2e import at_once
from paced import PacedLine
from serving import PATIENCE_S, read_exactly

# No more at once than the line carries in the longest step of its clock, and the one under way.
_STEP_S = 0.005
_SECONDS = 0.5


@pytest.fixture
def modem():
    """A pty in place of the modem's: its descriptor, and the path for the line."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("speed", [9600, 115200])
def test_both_ways_at_once_take_ten_bits_a_byte(modem, speed):
    """At no time have more bytes come than the speed allows, nor many fewer; all of them do."""
    master, path = modem
    rate = speed / 10
    up, down = (random.Random(name).randbytes(int(rate * _SECONDS)) for name in ("up", "down"))
    with PacedLine(path, speed) as line, line.open() as port:
        port.timeout = PATIENCE_S
        came = at_once(
            lambda: port.write(up),
            lambda: os.write(master, down),
            lambda: port.read(len(down)),
            lambda: read_exactly(master, len(up)),
        )
        assert came[2:] == [down, up]
        for way in (line.to_modem, line.to_host):
            assert_paced(way.passed, rate)


def assert_paced(passed, rate):
    """The bytes that have passed at a time are those that the time since the start allows."""
    start_s, first = passed[0]
    count = 0
    for when_s, data in passed[1:]:
        count += len(data)
        assert len(data) <= rate * _STEP_S + 1
        assert count <= rate * (when_s - start_s) + len(first) + 1
    assert count >= 0.9 * rate * (passed[-1][0] - start_s)


def test_a_side_that_does_not_read_holds_the_other_back(modem):
    """More than the line and the system hold comes whole, once it is read."""
    master, path = modem
    data = random.Random("much").randbytes(1 << 17)
    with PacedLine(path, 3_000_000) as line, line.open() as port:
        port.write_timeout = PATIENCE_S
        stopped = 0
        os.set_blocking(port.fileno(), False)
        while stopped < len(data) and (n := write_some(port.fileno(), data[stopped:])):
            stopped += n
        assert 0 < stopped
        rest = at_once(
            lambda: port.write(data[stopped:]),
            lambda: read_exactly(master, len(data)),
        )
        assert rest[1] == data
        line.drain()


def write_some(fd, data):
    try:
        return os.write(fd, data)
    except BlockingIOError:
        return 0
