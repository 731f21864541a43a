"""The stack lock of mimxrt: lwIP's timers run in PendSV, the interrupt of the lowest priority.
Setting the processor's BASEPRI register disables that one and no other, as MicroPython itself does
around its socket calls.
"""

# Python cannot write BASEPRI. This source is compiled on the chip, because a .mpy file of bytecode
# is the same for every chip and cannot contain assembler.
_SOURCE = """
import micropython

@micropython.asm_thumb
def basepri(r0):
    data(2, 0xF3EF, 0x8111)  # mrs r1, basepri
    data(2, 0xF380, 0x8811)  # msr basepri, r0
    mov(r0, r1)
"""
_LOWEST = 0xF0  # interrupt priority 15, the lowest, which BASEPRI holds in its upper four bits


def _compile():
    """Return the function that sets BASEPRI and returns its former value."""
    names = {}
    exec(_SOURCE, names)
    return names["basepri"]


_set_basepri = _compile()


class StackLock:
    """Context manager: BASEPRI is set within its block and restored after it."""

    def __enter__(self):
        self._before = _set_basepri(_LOWEST)

    def __exit__(self, kind, error, trace):
        _set_basepri(self._before)
