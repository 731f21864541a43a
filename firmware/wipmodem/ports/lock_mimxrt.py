"""The stack lock for the mimxrt chips, which keeps the timers of lwIP from running.

The timers run in PendSV, the interrupt of the lowest priority. A value in the processor's BASEPRI
register disables PendSV and no other interrupt. MicroPython disables PendSV in the same way while
it calls lwIP for a socket.
"""

# Source of a function in assembler, because Python cannot write the BASEPRI register. The chip
# compiles this source when the modem starts, because the modem's .mpy files contain only bytecode,
# which is the same for every chip.
_SOURCE = """
import micropython

@micropython.asm_thumb
def basepri(r0):
    data(2, 0xF3EF, 0x8111)  # mrs r1, basepri
    data(2, 0xF380, 0x8811)  # msr basepri, r0
    mov(r0, r1)
"""
# Value of the BASEPRI register that disables only interrupts of the lowest priority, 15. The
# priority is in the upper four bits.
_LOWEST = 0xF0


def _compile():
    """Return a function with one argument, the new value of the BASEPRI register. The function
    sets the register, and returns the previous value of the register."""
    names = {}
    exec(_SOURCE, names)
    return names["basepri"]


_set_basepri = _compile()


class StackLock:
    """Context manager that disables the timers of lwIP during a `with` block, and restores the
    BASEPRI register after the block."""

    def __enter__(self):
        self._before = _set_basepri(_LOWEST)

    def __exit__(self, kind, error, trace):
        _set_basepri(self._before)
