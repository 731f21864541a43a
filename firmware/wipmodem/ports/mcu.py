"""Base class of all boards with a microcontroller (contract.py).

This module also contains the random source, and the console, on which MicroPython's REPL runs
while the modem does not.
"""

import gc
import hashlib
import os
import select
import sys
import time

import machine
from machine import WDT

from ..contract import C1, IN, OUT, Sizes, const
from .flash import CrashFile, Store
from .uart import Dte, open_uart

# Name of a file. If the file exists, the next start stops at the REPL, without the modem.
_HELD = const("held")
_WATCHDOG_MS = const(8000)  # the longest timeout that the watchdogs of all chips support
# Pairs of names of a reset cause: the name in MicroPython's module `machine`, and the name in
# AT+WIPXHEALTH. No chip has all of these causes.
_RESET_CAUSES = const(
    (
        ("PWRON_RESET", b"power_on"),
        ("HARD_RESET", b"hard"),
        ("WDT_RESET", b"watchdog"),
        ("DEEPSLEEP_RESET", b"deepsleep"),
        ("SOFT_RESET", b"soft"),
    )
)
# Number of bytes read for each random number. A source is good enough if a quarter of the bits of
# these bytes are random.
_ENTROPY_BYTES = const(32)
_CONSOLE_BYTES = const(64)  # most bytes that one call reads from the console


class RandomSource:
    """Random numbers from a source of low entropy.

    Successive bits of rp2's ring oscillator are correlated, and an ESP32 without Wi-Fi has little
    entropy. Therefore a secret state collects the entropy of every read, and each random number
    depends on all bytes read so far. A number reveals neither the state nor other numbers.
    """

    def __init__(self, read, unique_id):
        """Create a random source. read: function that returns n bytes of entropy for read(n).
        unique_id: bytes that differ on every board."""
        self._read = read
        self._state = unique_id

    def bits16(self):
        """Return 16 random bits. Allocates."""
        digest = hashlib.sha256(self._state + self._read(_ENTROPY_BYTES)).digest()
        self._state = digest[2:]
        return digest[0] << 8 | digest[1]


class Console:
    """The console on standard input and output, which is a USB port on most boards. No method
    waits: a write to a USB port that no program reads would otherwise take half a second."""

    def __init__(self):
        self._input = select.poll()
        self._input.register(sys.stdin, IN)
        self._output = select.poll()
        self._output.register(sys.stdout, OUT)
        self._byte = bytearray(1)

    def asked(self):
        """Discard the bytes that have arrived. Return True if there were any."""
        n = 0
        while n < _CONSOLE_BYTES and _is_ready(self._input):
            sys.stdin.buffer.readinto(self._byte)
            n += 1
        return n > 0

    def write(self, buf, off, n):
        """Write n bytes of buf from offset off. Return the number of bytes accepted."""
        return sys.stdout.buffer.write(buf, off, n) if _is_ready(self._output) else 0


class Mcu:
    """Base class of the class `Board` in a board file. `Board` sets the attributes and
    make_bearer."""

    name = b""
    dialect = C1  # dialect of a modem without stored settings
    sizes = Sizes()
    DTE = {}  # table of the host's UART in the board file
    Net: type  # class of the net port
    stack_lock = None  # stack lock for an IP stack without its own lock, else None
    crash = CrashFile()

    def __init__(self):
        self.store = Store("profile")
        self.recorder = _recorder_memory(self.sizes)
        self.console = Console()
        self.entropy = RandomSource(os.urandom, machine.unique_id()).bits16
        self.poller = select.poll()
        self.serial = Dte(self.poller, open_uart(self.DTE), self.DTE)
        handles = self.sizes.handles
        self.net = self.Net(self.poller, self.entropy, handles, self.stack_lock)
        self.bearer = self.make_bearer()
        # The watchdog is started last, because from here on it resets the chip if it is not fed in
        # time.
        self._watchdog = WDT(timeout=_WATCHDOG_MS)

    def make_bearer(self):
        """Return the bearer. A board file replaces this method by make_bearer of ppp.py or
        wlan.py."""
        raise NotImplementedError

    ticks_ms = staticmethod(time.ticks_ms)

    @staticmethod
    def heap_free():
        """Return the number of free heap bytes after a collection, which takes some 10 ms."""
        gc.collect()
        return gc.mem_free()

    @property
    def reset_cause(self):
        """Name of the last reset cause, as bytes. On rp2 a reset by software is reported as
        `watchdog`, because the chip uses its watchdog to reset itself."""
        cause = machine.reset_cause()
        for name, word in _RESET_CAUSES:
            if getattr(machine, name, None) == cause:
                return word
        return b"unknown"

    @property
    def serial_number(self):
        """Serial number for +GSN and +WMSN: 15 digits made from the chip's unique number."""
        return b"%015d" % (int.from_bytes(machine.unique_id(), "big") % 10**15)

    def started(self, modem):
        """Report the start on the console."""
        print("wipmodem:", self.name.decode(), "started")

    def alive(self):
        """Feed the watchdog. Return True: a board never ends the modem."""
        self._watchdog.feed()
        return True

    @staticmethod
    def crashed(error):
        """Print the exception that ended the modem, store its traceback in flash, and reset the
        chip."""
        sys.print_exception(error)
        try:
            Mcu.crash.keep(error)
        finally:
            # The chip is reset even if flash is full.
            machine.reset()

    @staticmethod
    def interrupted():
        """Handle Ctrl-C on the console: reset the chip, and let the next start stop at the REPL.
        The reset is necessary because a watchdog that was started cannot be stopped."""
        open(_HELD, "w").close()
        machine.reset()

    @staticmethod
    def held():
        """Return True at the first call after interrupted() has requested the REPL, else False."""
        try:
            os.remove(_HELD)
        except OSError:
            return False
        return True


def _is_ready(poller):
    ready = False
    for _ in poller.ipoll(0):
        ready = True
    return ready


def _recorder_memory(sizes):
    """Return the bytearray of the flight recorder: RAM that a reset does not change, or a part of
    the heap."""
    if not sizes.recorder_at:
        return bytearray(sizes.recorder)
    import uctypes

    return uctypes.bytearray_at(sizes.recorder_at, sizes.recorder)
