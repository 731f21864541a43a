"""A microcontroller as a board (contract.py): what all boards have in common.

Also the console on which MicroPython's REPL was before, and the random source.
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

# File that makes the next start stop at the REPL instead of starting the modem.
_HELD = const("held")
_WATCHDOG_MS = const(8000)  # the longest time that the watchdog of every chip supports
# Names of machine's reset causes, of which each chip has some, and the words of AT+WIPXHEALTH.
_RESET_CAUSES = const(
    (
        ("PWRON_RESET", b"power_on"),
        ("HARD_RESET", b"hard"),
        ("WDT_RESET", b"watchdog"),
        ("DEEPSLEEP_RESET", b"deepsleep"),
        ("SOFT_RESET", b"soft"),
    )
)
_ENTROPY_BYTES = const(32)  # read for each random number; a quarter of random bits is enough
_CONSOLE_BYTES = const(64)  # the most bytes read from the console at once


class RandomSource:
    """Random numbers from a source of low entropy: each depends on all bytes ever read.

    Bits of rp2's ring oscillator are correlated, and an ESP32 without Wi-Fi has little entropy. A
    secret state collects the entropy of every read. A number reveals neither the state nor other
    numbers.
    """

    def __init__(self, read, unique_id):
        """Take read(n), which returns n bytes of the source, and bytes that no other board has."""
        self._read = read
        self._state = unique_id

    def bits16(self):
        """Return 16 random bits. Allocates."""
        digest = hashlib.sha256(self._state + self._read(_ENTROPY_BYTES)).digest()
        self._state = digest[2:]
        return digest[0] << 8 | digest[1]


class Console:
    """Standard input and output, on most boards USB. Neither method waits: a write to a USB port
    that no program reads would take half a second."""

    def __init__(self):
        self._input = select.poll()
        self._input.register(sys.stdin, IN)
        self._output = select.poll()
        self._output.register(sys.stdout, OUT)
        self._byte = bytearray(1)

    def asked(self):
        """Return True if bytes have arrived since the last call, and discard them."""
        n = 0
        while n < _CONSOLE_BYTES and _is_ready(self._input):
            sys.stdin.buffer.readinto(self._byte)
            n += 1
        return n > 0

    def write(self, buf, off, n):
        """Return how many of the n bytes from offset off were accepted."""
        return sys.stdout.buffer.write(buf, off, n) if _is_ready(self._output) else 0


class Mcu:
    """A board file derives `Board` from this class, and sets its attributes and make_bearer."""

    name = b""
    dialect = C1  # the dialect of a modem without stored settings
    sizes = Sizes()
    DTE = {}  # the board file's table for the UART of the host
    Net: type  # the class of the net port
    stack_lock = None  # the stack lock of a net port whose stack has no lock of its own
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
        # The watchdog is started last, because nothing may take longer than its time from here on.
        self._watchdog = WDT(timeout=_WATCHDOG_MS)

    def make_bearer(self):
        """Return the bearer. The board file sets this to make_bearer of ppp.py or wlan.py."""
        raise NotImplementedError

    ticks_ms = staticmethod(time.ticks_ms)

    @staticmethod
    def heap_free():
        """Return the free bytes after a collection, which takes a chip some 10 ms."""
        gc.collect()
        return gc.mem_free()

    @property
    def reset_cause(self):
        """A word (bytes) for why the chip has started. rp2 resets itself by its watchdog, so a
        reset by software is `watchdog` there."""
        cause = machine.reset_cause()
        for name, word in _RESET_CAUSES:
            if getattr(machine, name, None) == cause:
                return word
        return b"unknown"

    @property
    def serial_number(self):
        """15 digits for +GSN and +WMSN, from the chip's unique number."""
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
        """Report an exception that ended the modem, keep it in flash, and reset the chip."""
        sys.print_exception(error)
        try:
            Mcu.crash.keep(error)
        finally:
            # The chip is reset even if flash is full.
            machine.reset()

    @staticmethod
    def interrupted():
        """Reset the chip and stop at the REPL, after Ctrl-C on the console: the watchdog cannot be
        stopped, so a REPL needs a start without it."""
        open(_HELD, "w").close()
        machine.reset()

    @staticmethod
    def held():
        """Return True, once, if interrupted() has asked for the REPL."""
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
    """Return the memory of the flight recorder: RAM that a reset leaves alone, or the heap."""
    if not sizes.recorder_at:
        return bytearray(sizes.recorder)
    import uctypes

    return uctypes.bytearray_at(sizes.recorder_at, sizes.recorder)
