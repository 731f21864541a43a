"""Paths of the firmware and of the PC's board, and the fixtures that several files share."""

import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "firmware"), str(_ROOT / "boards" / "host")]

from dns_server import DnsServer


@pytest.fixture
def dns():
    """A real DNS server with an empty zone."""
    with DnsServer() as server:
        yield server
