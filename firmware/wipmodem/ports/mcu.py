"""Base class for all boards with a microcontroller (contract.py).

This module also contains the random source and the console. MicroPython's REPL uses the same
console while the modem is not running.
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

# Name of a file in flash. If the file exists, the next start ends at MicroPython's REPL, and the
# modem does not run.
_HELD = const("held")
# Timeout of the watchdog, in ms: the longest timeout that the watchdogs of all chips support.
_WATCHDOG_MS = const(8000)
# Reset causes: the name of each cause in MicroPython's module `machine`, and the name that the
# modem reports in AT+WIPXHEALTH. No chip has all of these causes.
_RESET_CAUSES = const(
    (
        ("PWRON_RESET", b"power_on"),
        ("HARD_RESET", b"hard"),
        ("WDT_RESET", b"watchdog"),
        ("DEEPSLEEP_RESET", b"deepsleep"),
        ("SOFT_RESET", b"soft"),
    )
)
# Number of bytes that are read from the source of entropy for each random number. The source is
# good enough if a quarter of the bits in these bytes are random.
_ENTROPY_BYTES = const(32)
_CONSOLE_BYTES = const(64)  # largest number of bytes that one call of Console.asked() reads


class RandomSource:
    """Generator of random numbers from a hardware source with low entropy.

    Successive bits of the ring oscillator in rp2 chips are correlated, and an ESP32 without Wi-Fi
    has little entropy. Therefore the generator keeps a secret state that collects the entropy of
    every read, and each random number depends on all bytes read so far. A random number reveals
    neither the secret state nor other random numbers.
    """

    def __init__(self, read, unique_id):
        """Create a generator of random numbers. read: function that takes a number of bytes, and
        returns this number of bytes from the source of entropy. unique_id: bytes that are
        different on each board."""
        self._read = read
        self._state = unique_id

    def bits16(self):
        """Return a random int of 16 bits. Allocates."""
        digest = hashlib.sha256(self._state + self._read(_ENTROPY_BYTES)).digest()
        self._state = digest[2:]
        return digest[0] << 8 | digest[1]


class Console:
    """The console on standard input and output, which is a USB port on most boards.

    No method waits. Without this rule, a write to a USB port would take half a second while no
    program on the PC reads the port."""

    def __init__(self):
        self._input = select.poll()
        self._input.register(sys.stdin, IN)
        self._output = select.poll()
        self._output.register(sys.stdout, OUT)
        self._byte = bytearray(1)

    def asked(self):
        """Read and discard the bytes that have arrived at the console. Return True if at least one
        byte had arrived."""
        n = 0
        while n < _CONSOLE_BYTES and _is_ready(self._input):
            sys.stdin.buffer.readinto(self._byte)
            n += 1
        return n > 0

    def write(self, buf, off, n):
        """Write n bytes of buf, from offset off, to the console. Return the number of bytes that
        the console has accepted."""
        return sys.stdout.buffer.write(buf, off, n) if _is_ready(self._output) else 0


class Mcu:
    """Base class of the class `Board` in each board file. The class `Board` sets the attributes
    below, and replaces the method make_bearer()."""

    name = b""
    dialect = C1  # dialect of the +WIP commands while no settings are stored
    sizes = Sizes()
    DTE = {}  # table that describes the host's UART and its pins
    Net: type  # class that implements the net port
    # Stack lock for an IP stack that does not lock itself; None for a stack that locks itself.
    stack_lock = None
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
        # The watchdog is started last, because from its start on the watchdog resets the chip
        # unless alive() is called in time.
        self._watchdog = WDT(timeout=_WATCHDOG_MS)

    def make_bearer(self):
        """Return the bearer of the board. Each board file replaces this method by the function
        make_bearer() of ppp.py or wlan.py."""
        raise NotImplementedError

    ticks_ms = staticmethod(time.ticks_ms)

    @staticmethod
    def heap_free():
        """Collect garbage, which takes some 10 ms, and return the number of free bytes in the
        heap."""
        gc.collect()
        return gc.mem_free()

    @property
    def reset_cause(self):
        """Name of the cause of the last reset, as bytes. On rp2, a reset by software also has the
        name `watchdog`, because the chip resets itself by its watchdog."""
        cause = machine.reset_cause()
        for name, word in _RESET_CAUSES:
            if getattr(machine, name, None) == cause:
                return word
        return b"unknown"

    @property
    def serial_number(self):
        """Serial number that +GSN and +WMSN report: 15 digits, as bytes, made from the chip's
        unique number."""
        return b"%015d" % (int.from_bytes(machine.unique_id(), "big") % 10**15)

    def started(self, modem):
        """Print on the console that the modem has started."""
        print("wipmodem:", self.name.decode(), "started")

    def alive(self):
        """Feed the watchdog. Return True, so that the modem continues to run."""
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
            # The chip must be reset even if the traceback cannot be stored, because flash is full.
            machine.reset()

    @staticmethod
    def interrupted():
        """Handle Ctrl-C on the console: reset the chip, so that the next start ends at
        MicroPython's REPL without the modem. The reset is necessary, because a watchdog cannot be
        stopped after its start."""
        open(_HELD, "w").close()
        machine.reset()

    @staticmethod
    def held():
        """Return True if interrupted() has requested MicroPython's REPL, else False. The call also
        clears the request, so that the next start runs the modem."""
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
    """Return the bytearray for the flight recorder. The bytearray is RAM that a reset does not
    change if sizes.recorder_at is its address, or memory of the heap if sizes.recorder_at is 0."""
    if not sizes.recorder_at:
        return bytearray(sizes.recorder)
    import uctypes

    return uctypes.bytearray_at(sizes.recorder_at, sizes.recorder)
