"""Paths of the firmware, the PC's board and the example, and what several files share."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

_ROOT = Path(__file__).resolve().parent.parent
_PARTS = ("firmware", "boards/host", "boards/package", "examples/python")
sys.path[:0] = [str(_ROOT / part) for part in _PARTS]

# `make test` plays the same examples each time; `make search` draws new ones.
settings.register_profile("test", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=10000)
settings.load_profile("test")

from dns_server import DnsServer
from e2e import Modem, Peers
from interpreters import COMMANDS


@pytest.fixture
def dns():
    """A real DNS server with an empty zone."""
    with DnsServer() as server:
        yield server


@pytest.fixture(params=COMMANDS)
def interpreter(request):
    """Each in turn."""
    return request.param


@pytest.fixture
def modem(interpreter, tmp_path):
    """A real one on a pty: echo off, stack started, bearer up."""
    with Modem(interpreter, tmp_path) as modem:
        yield modem.online()


@pytest.fixture
def peers():
    """Real sockets on the loopback address."""
    with Peers() as peers:
        yield peers
