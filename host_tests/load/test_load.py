"""Load, for a few seconds: `make load` does the same at length."""

import pytest

from load import stuck
from load.items import ITEMS, play
from load.rig import LoadedModem


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_under_load_nothing_is_lost_or_left_behind(item, interpreter, peers, tmp_path):
    """What was accepted arrives as it was sent, what was not is counted; heap, table and
    descriptors are as before."""
    with LoadedModem(interpreter, tmp_path) as modem:
        play(item, modem.online(), peers, item.short)


def test_reports_of_the_radio_while_the_host_reads_nothing(interpreter, tmp_path):
    """The last one is told. rules: F7"""
    stuck.deaf_host_with_radio(interpreter, tmp_path)
