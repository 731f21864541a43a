"""The images, which `make test-chip` has built, and the paths of what is imported.

CHIP_PLAIN and CHIP_WIPMODEM name other images than those.
"""

import os
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "host_tests")]

from chip.on_chip import ModemOnChip, Peers


def _image(name):
    built = _ROOT / "build" / "pico" / f"{name}-pico.uf2"
    path = Path(os.environ.get(f"CHIP_{name.upper()}", built))
    assert path.is_file(), f"{path} is missing: make test-chip builds it"
    return path


@pytest.fixture(scope="session")
def image():
    """MicroPython with the modem frozen into it."""
    return _image("wipmodem")


@pytest.fixture(scope="session")
def plain_image():
    """MicroPython without anything of ours."""
    return _image("plain")


@pytest.fixture
def modem(image):
    """As flashed, and started."""
    with ModemOnChip(image) as modem:
        yield modem.started()


@pytest.fixture
def peers(modem):
    """In the network behind its radio."""
    with Peers(modem.network) as peers:
        yield peers


_FIGURES = []


@pytest.fixture
def figure():
    """figure(name, value, goal): a line of the table at the end."""
    return lambda name, value, goal="": _FIGURES.append((name, value, goal))


def pytest_terminal_summary(terminalreporter):
    if _FIGURES:
        terminalreporter.section("on the chip (RP2040 at 125 MHz, its own time)")
        for name, value, goal in _FIGURES:
            line = f"{name:28} {value:40} {goal and 'goal: ' + goal}"
            terminalreporter.write_line(line.rstrip())
