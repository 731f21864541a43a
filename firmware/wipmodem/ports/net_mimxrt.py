"""The net port of mimxrt. lwIP's timers run in PendSV, the lowest of priorities: BASEPRI holds it
back and nothing else, as MicroPython itself does for sockets.
"""

from .net_lwip import LwipNet

# Out of Python's reach. Compiled on the chip, since a file of bytecode is the same for every chip.
_SOURCE = """
import micropython

@micropython.asm_thumb
def basepri(r0):
    data(2, 0xF3EF, 0x8111)  # mrs r1, basepri
    data(2, 0xF380, 0x8811)  # msr basepri, r0
    mov(r0, r1)
"""
_LOWEST = 0xF0  # priority 15 of four bits


def _compiled():
    names = {}
    exec(_SOURCE, names)
    return names["basepri"]


_basepri = _compiled()


class _Still:
    def __enter__(self):
        self._was = _basepri(_LOWEST)

    def __exit__(self, kind, error, trace):
        _basepri(self._was)


class Net(LwipNet):
    still = _Still()
