"""The net port of rp2. One alarm of the chip's sets off MicroPython's soft timers, lwIP's among
them; while it waits, all other interrupts go on and no UART loses a byte.
"""

from machine import mem32

from ..compat import const
from .net_lwip import LwipNet

# The NVIC of an RP2040 or RP2350, and alarm 2 (MICROPY_HW_SOFT_TIMER_ALARM_NUM).
_ENABLE = const(0xE000E100)
_DISABLE = const(0xE000E180)
_ALARM_2 = const(1 << 2)


class _Still:
    def __enter__(self):
        mem32[_DISABLE] = _ALARM_2

    def __exit__(self, kind, error, trace):
        mem32[_ENABLE] = _ALARM_2


class Net(LwipNet):
    still = _Still()
