"""Runs on the chip, at its console, in the place of main.py: the same modem, whose heap is looked
at whenever pin 20 changes. High: collected, then locked; an allocation ends it with a MemoryError.
"""

import gc

import micropython
from machine import Pin

import board
import main
from wipmodem.ports import mcu

_lock = Pin(20, Pin.IN, Pin.PULL_DOWN)


class NoDog:
    """The console stays."""

    def __init__(self, timeout):
        pass

    def feed(self):
        pass


def tell():
    used, free = gc.mem_alloc(), gc.mem_free()
    print("used %d, free %d" % (used, free))


class Watched(board.Board):
    def started(self, modem):
        self.locked = False
        self.free = 0  # when it was locked
        gc.collect()
        tell()

    def alive(self):
        if _lock.value() != self.locked:
            self._turn()
        return True

    def _turn(self):
        self.locked = not self.locked
        if self.locked:
            gc.collect()
            tell()
            gc.collect()  # what that has left
            self.free = gc.mem_free()
            micropython.heap_lock()
        else:
            taken = self.free - gc.mem_free()
            micropython.heap_unlock()
            print("taken", taken)
            tell()


mcu.WDT = NoDog
board.DTE["baudrate"] = int("SPEED")  # the test puts them in
board.RADIO["baudrate"] = int("RADIO_SPEED")
main.run(Watched())
