"""A chip with plain MicroPython, and `make deploy` as a person types it, on its console."""

import re
import subprocess
from pathlib import Path

import pytest

from boards.tools.deploy.manifest import Manifest
from chip.on_chip import ModemOnChip, Peers
from e2e import receive_all

_ROOT = Path(__file__).resolve().parents[2]
_FILES = len(Manifest(_ROOT / "boards" / "pico" / "manifest.py").entries)
_PATIENCE_S = 600
_HEAD = r"deploy: MicroPython \d+\.\d+\.\d+ on Raspberry Pi Pico with PPP with RP2040\n"
_COPIED = (
    rf"(deploy: copied \S+\n){{{_FILES}}}"
    rf"deploy: {_FILES} copied \(\d+ bytes\), 0 unchanged, 0 removed\n"
)
_UNCHANGED = rf"deploy: 0 copied \(0 bytes\), {_FILES} unchanged, 0 removed\n"
_TAIL = (
    r"deploy: the copied firmware answers ATI: wipmodem 0\.1\.0 pico\n"
    r"deploy: the modem has started\n"
)


@pytest.fixture
def modem(plain_image):
    with ModemOnChip(plain_image) as modem:
        yield modem


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


def identify(modem):
    """The modem says on UART0 who it is."""
    modem.type(b"ATI\r")
    modem.expect_bytes(b"ATI\r\r\nwipmodem 0.1.0 pico\r\n\r\nOK\r\n")


def test_a_deployed_modem_works_and_is_deployed_again(modem):
    """All is copied, then nothing; after each reset it answers, and then it carries bytes."""
    deploy(modem.chip, _HEAD + _COPIED + _TAIL)
    identify(modem)
    deploy(modem.chip, _HEAD + _UNCHANGED + _TAIL)
    identify(modem)
    with Peers(modem.network) as peers:
        modem.online()
        peer = modem.client(1, peers)
        peer.settimeout(_PATIENCE_S)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        modem.type(b"there")
        receive_all(peer.recv, b"there")
        peer.sendall(b"and back")
        modem.expect_bytes(b"and back")
