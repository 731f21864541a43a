"""The net port of rp2. One alarm of the chip's sets off MicroPython's soft timers, lwIP's among
them; while it waits, all other interrupts go on and no UART loses a byte.

`PPP.poll()` goes on as long as bytes come. A network that never pauses would keep the loop there
until the watchdog bites: another interrupt has the radio wait until that poll has come to an end.
"""

import machine
from machine import mem32

from ..compat import const
from .net_lwip import LwipNet

# The NVIC of an RP2040 or RP2350, and alarm 2 (MICROPY_HW_SOFT_TIMER_ALARM_NUM).
_ENABLE = const(0xE000E100)
_DISABLE = const(0xE000E180)
_ALARM_2 = const(1 << 2)

_LOOK_MS = const(4)  # a poll is let be for two looks at the most
# A PL011's CR: RTS by the FIFO, and by hand. Writing so far behind it sets or clears bits alone.
_RTSEN = const(1 << 14)
_RTS = const(1 << 11)
_SET = const(0x2000)
_CLEAR = const(0x3000)


class _Still:
    def __enter__(self):
        mem32[_DISABLE] = _ALARM_2

    def __exit__(self, kind, error, trace):
        mem32[_ENABLE] = _ALARM_2


class Brake:
    """`with brake:` around a poll. `control`: the address of the UART's CR."""

    def __init__(self, control):
        self._set = control + _SET
        self._clear = control + _CLEAR
        self._polls = self._seen = self._held = False
        rp2 = getattr(machine, "Timer")  # noqa: B009 (the stub is unix', whose Timer is another)
        self._timer = rp2(period=_LOOK_MS, mode=rp2.PERIODIC, callback=self._look, hard=True)

    def __enter__(self):
        self._seen = False
        self._polls = True

    def __exit__(self, kind, error, trace):
        self._polls = False
        if self._held:
            self._held = False
            mem32[self._set] = _RTSEN

    def _look(self, timer):
        """In an interrupt: allocates nothing."""
        if not self._polls:
            return
        if self._seen:
            self._held = True
            mem32[self._clear] = _RTSEN | _RTS
        self._seen = True


class Net(LwipNet):
    still = _Still()

    def brake(self, facts):
        return Brake(facts["control"]) if "control" in facts else LwipNet.brake(self, facts)
