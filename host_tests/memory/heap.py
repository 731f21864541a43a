"""The heap's stages, on a PC and on the chip, as figures in bytes."""

import re
from pathlib import Path

from chip.on_chip import ModemOnChip
from serving import Launcher, spec

_STAGES = Path(__file__).with_name("heap_probe.py")
_END = b"heap end"
_FEWER_SOCKETS = 7
_OPENED = 2


def on_pc(folder):
    """Under MicroPython of 64 bits, the firmware loaded from its sources."""
    dte = spec("pty", str(folder / "modem"))
    with Launcher(dte, py="micropython", program=_STAGES) as launcher:
        _, said = launcher.process.communicate(timeout=60)
    return figures(said.decode())


def on_chip(image):
    """On the emulated RP2040, 32 bits, the firmware frozen into the image."""
    with ModemOnChip(image) as modem:
        modem.started()
        modem.play(_STAGES.read_text())
        chip = modem.chip
        chip.wait(lambda: _END in chip.said, lambda: repr(bytes(chip.said)))
        return figures(chip.said.decode("latin-1"))


def figures(said):
    """{what: bytes} of what heap_probe.py has said."""
    lines = re.findall(r"heap (\w+) (\d+) (\d+)", said)
    used = {stage: int(n) for stage, n, _ in lines}
    free = {stage: int(n) for stage, _, n in lines}
    return {
        "heap in all": used["modem"] + free["modem"],
        "MicroPython and the firmware's modules": used["firmware"],
        "the board": used["board"] - used["firmware"],
        "the modem, its buffers included": used["modem"] - used["board"],
        "used after start": used["modem"],
        "free after start": free["modem"],
        "of these, for each socket: its buffers": (used["modem"] - used["one_socket"])
        // _FEWER_SOCKETS,
        "and more while it is open": (used["two_opened"] - used["bare"]) // _OPENED,
    }
