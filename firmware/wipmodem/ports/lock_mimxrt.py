"""The stack lock of mimxrt, which keeps lwIP's timers from running.

The timers run in PendSV, the interrupt of the lowest priority. Setting the processor's BASEPRI
register disables PendSV and no other interrupt. MicroPython itself does the same around its socket
calls.
"""

# Python cannot write the BASEPRI register, so this source contains assembler. The source is
# compiled on the chip, because a .mpy file of bytecode is the same for every chip and cannot
# contain assembler.
_SOURCE = """
import micropython

@micropython.asm_thumb
def basepri(r0):
    data(2, 0xF3EF, 0x8111)  # mrs r1, basepri
    data(2, 0xF380, 0x8811)  # msr basepri, r0
    mov(r0, r1)
"""
# The lowest interrupt priority, 15, in the upper four bits of a value for the BASEPRI register.
_LOWEST = 0xF0


def _compile():
    """Return a function that sets the BASEPRI register and returns the register's previous
    value."""
    names = {}
    exec(_SOURCE, names)
    return names["basepri"]


_set_basepri = _compile()


class StackLock:
    """Context manager that disables lwIP's timers in its block, and restores BASEPRI at the
    end."""

    def __enter__(self):
        self._before = _set_basepri(_LOWEST)

    def __exit__(self, kind, error, trace):
        _set_basepri(self._before)
