"""The stack lock for the rp2 chips, which keeps the timers of lwIP from running.

The timers run in MicroPython's soft timer interrupt, which a hardware alarm of the chip triggers.
The stack lock disables only this interrupt, so that no UART loses a byte.
"""

from machine import mem32

from ..compat import const

# Addresses of two registers of the interrupt controller (NVIC) in RP2040 and RP2350, and the bit
# of alarm 2 in these registers. Alarm 2 triggers MicroPython's soft timers
# (MICROPY_HW_SOFT_TIMER_ALARM_NUM).
_NVIC_ENABLE = const(0xE000E100)
_NVIC_DISABLE = const(0xE000E180)
_ALARM_2 = const(1 << 2)


class StackLock:
    """Context manager that disables the interrupt of alarm 2 during a `with` block. Such blocks
    must not be nested."""

    def __enter__(self):
        mem32[_NVIC_DISABLE] = _ALARM_2

    def __exit__(self, kind, error, trace):
        mem32[_NVIC_ENABLE] = _ALARM_2
