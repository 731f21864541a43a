"""A chip with plain MicroPython, and `make deploy` as a person types it, on its console."""

import re
import subprocess
from pathlib import Path

import pytest

from boards.tools.deploy.manifest import Manifest
from chip.chip import Chip

_ROOT = Path(__file__).resolve().parents[2]
_FILES = len(Manifest(_ROOT / "boards" / "pico" / "manifest.py").entries)
_PATIENCE_S = 600
_HEAD = r"""deploy: MicroPython \d+\.\d+\.\d+ on Raspberry Pi Pico with PPP with RP2040
"""
_COPIED = r"""(deploy: copied \S+
){%d}deploy: %d copied \(\d+ bytes\), 0 unchanged, 0 removed
""" % (_FILES, _FILES)
_UNCHANGED = (
    r"""deploy: 0 copied \(0 bytes\), %d unchanged, 0 removed
"""
    % _FILES
)
_TAIL = r"""deploy: ATI is answered by wipmodem 0\.1\.0 pico
deploy: the modem has started
"""


@pytest.fixture
def chip(plain_image):
    with Chip(plain_image) as chip:
        yield chip


def deploy(chip, says):
    """What make prints is `says` alone, and the status is 0."""
    done = subprocess.run(
        ["make", "-s", "deploy", "BOARD=pico", f"PORT={chip.console}", "PATIENCE=120"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        timeout=_PATIENCE_S,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert re.fullmatch(says, done.stdout), done.stdout
    chip.booted()


def identify(chip):
    """The modem says on UART0 who it is."""
    chip.uart[0].write(b"ATI\r")
    chip.uart[0].expect(b"ATI\r\r\nwipmodem 0.1.0 pico\r\n\r\nOK\r\n")


def test_deployed_modem_answers_and_is_deployed_again(chip):
    """All is copied, then nothing; after each reset the modem answers on UART0."""
    deploy(chip, _HEAD + _COPIED + _TAIL)
    identify(chip)
    deploy(chip, _HEAD + _UNCHANGED + _TAIL)
    identify(chip)
