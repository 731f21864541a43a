"""The images, which `make test-chip` has built, and the paths of what is imported."""

import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT), str(_ROOT / "host_tests")]


def _image(name):
    path = _ROOT / "build" / "pico" / f"{name}-pico.uf2"
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
