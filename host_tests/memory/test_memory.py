"""`make memory` and `make memory-least`: what they tell is what there is."""

from types import SimpleNamespace

import pytest

from memory import heap, least


def test_the_stages_add_up(tmp_path):
    """What is used after the start is modules, board and modem; the rest of the heap is free."""
    figures = heap.on_pc(tmp_path)
    parts = ("MicroPython and the firmware's modules", "the board")
    modem = "the modem, its buffers included"
    used = sum(figures[name] for name in (*parts, modem))
    assert used == figures["used after start"]
    assert used + figures["free after start"] == figures["heap in all"]
    # Eight sockets of 2048 + 2048 + 2 x 512 bytes, and their records.
    assert 8 * 5120 < 8 * figures["of these, for each socket: its buffers"] < figures[modem]


@pytest.mark.parametrize("enough", [68, 100, 104, 188, 192])
def test_halving_finds_the_smallest_that_will_do(enough):
    tried = []

    def holds(wk):
        tried.append(wk)
        return wk >= enough

    given = SimpleNamespace(low=64, high=192, step=4)
    assert least.least(given, holds, SimpleNamespace(update=print)) == enough
    assert len(tried) == 5
