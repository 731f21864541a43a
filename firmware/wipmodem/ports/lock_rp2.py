"""The stack lock of rp2: lwIP's timers run in MicroPython's soft timer interrupt, which one alarm
of the chip triggers. All other interrupts stay on, so no UART loses a byte.
"""

from machine import mem32

from ..compat import const

# Registers of the RP2040's and RP2350's interrupt controller (NVIC), and the interrupt of alarm 2,
# which MicroPython uses (MICROPY_HW_SOFT_TIMER_ALARM_NUM).
_NVIC_ENABLE = const(0xE000E100)
_NVIC_DISABLE = const(0xE000E180)
_ALARM_2 = const(1 << 2)


class StackLock:
    """Context manager: alarm 2 is disabled within its block. Blocks do not nest."""

    def __enter__(self):
        mem32[_NVIC_DISABLE] = _ALARM_2

    def __exit__(self, kind, error, trace):
        mem32[_NVIC_ENABLE] = _ALARM_2
