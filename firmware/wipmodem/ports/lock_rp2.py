"""The stack lock of rp2, which keeps lwIP's timers from running.

The timers run in MicroPython's soft timer interrupt, which is triggered by one alarm of the chip.
All other interrupts stay enabled, so that no UART loses a byte.
"""

from machine import mem32

from ..compat import const

# Addresses of two registers of the interrupt controller (NVIC) in RP2040 and RP2350, and the bit
# of alarm 2, which triggers MicroPython's soft timers (MICROPY_HW_SOFT_TIMER_ALARM_NUM).
_NVIC_ENABLE = const(0xE000E100)
_NVIC_DISABLE = const(0xE000E180)
_ALARM_2 = const(1 << 2)


class StackLock:
    """Context manager that disables the interrupt of alarm 2 in its block. Blocks must not
    nest."""

    def __enter__(self):
        mem32[_NVIC_DISABLE] = _ALARM_2

    def __exit__(self, kind, error, trace):
        mem32[_NVIC_ENABLE] = _ALARM_2
