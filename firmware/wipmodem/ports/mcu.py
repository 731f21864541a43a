"""A microcontroller as a board: what all boards have in common. A board file gives the tables."""

import gc
import os
import select
import sys
import time

import machine
from machine import WDT

from ..contract import C1, Sizes, const
from . import crash
from .console import Console
from .pool import Pool
from .store import Store
from .uart import Dte, open_uart

_HELD = const("held")  # a file: the next start goes to the REPL instead
_WATCHDOG_MS = const(8000)  # the longest that every chip can do
# What a chip may tell; none knows them all.
_CAUSES = const(
    (
        ("PWRON_RESET", b"power_on"),
        ("HARD_RESET", b"hard"),
        ("WDT_RESET", b"watchdog"),
        ("DEEPSLEEP_RESET", b"deepsleep"),
        ("SOFT_RESET", b"soft"),
    )
)


def _memory(sizes):
    """The flight recorder's."""
    if not sizes.recorder_at:
        return bytearray(sizes.recorder)
    import uctypes

    return uctypes.bytearray_at(sizes.recorder_at, sizes.recorder)


class Mcu:
    """A board file derives `Board` from this: name, sizes, DTE, Net, make_bearer(poller...)."""

    name = b""
    dialect = C1  # of a modem that was never told another
    sizes = Sizes()
    DTE = {}
    Net: type
    stack_lock = None  # for a stack that has no lock of its own
    crash = crash

    def __init__(self):
        self.store = Store("profile")
        self.recorder = _memory(self.sizes)
        self.console = Console()
        self.entropy = Pool(os.urandom, machine.unique_id()).draw
        self.poller = select.poll()
        self.serial = Dte(self.poller, open_uart(self.DTE), self.DTE)
        handles = self.sizes.handles
        self.net = self.Net(self.poller, self.entropy, handles, self.stack_lock)
        self.bearer = self.make_bearer()
        self._dog = WDT(timeout=_WATCHDOG_MS)

    @staticmethod
    def heap_free():
        """Bytes, after a collection, which takes a chip some 10 ms."""
        gc.collect()
        return gc.mem_free()

    @property
    def reset_cause(self):
        """A word. Of a chip that starts itself anew by its watchdog, that."""
        cause = machine.reset_cause()
        for name, word in _CAUSES:
            if getattr(machine, name, None) == cause:
                return word
        return b"unknown"

    @property
    def serial_number(self):
        """15 digits (+GSN, +WMSN), from the chip's own number."""
        return b"%015d" % (int.from_bytes(machine.unique_id(), "big") % 10**15)

    def make_bearer(self):
        raise NotImplementedError

    ticks_ms = staticmethod(time.ticks_ms)

    def started(self, modem):
        print("wipmodem:", self.name.decode(), "started")

    def alive(self):
        self._dog.feed()
        return True

    @staticmethod
    def crashed(error):
        """Kept, told on the console, and the modem starts again."""
        sys.print_exception(error)
        try:
            crash.keep(error)
        finally:  # also with the flash full
            machine.reset()

    @staticmethod
    def interrupted():
        """Ctrl-C on the console: the watchdog runs on, so only a start without it gives a REPL."""
        open(_HELD, "w").close()
        machine.reset()

    @staticmethod
    def held():
        """Is the REPL wanted, this once?"""
        try:
            os.remove(_HELD)
        except OSError:
            return False
        return True
