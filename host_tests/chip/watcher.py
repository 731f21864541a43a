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


class Watched(board.Board):
    locked = False

    def started(self):
        gc.collect()
        print("watched, free %d" % gc.mem_free())

    def alive(self):
        if _lock.value() != self.locked:
            self._turn()
        return True

    def _turn(self):
        if self.locked:
            micropython.heap_unlock()
        else:
            gc.collect()
        self.locked = not self.locked
        print("free %d" % gc.mem_free())
        if self.locked:
            gc.collect()  # what the line above has left
            micropython.heap_lock()


mcu.WDT = NoDog
board.DTE["baudrate"] = int("SPEED")  # the test puts it in
main.run(Watched())
