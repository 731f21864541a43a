"""The chip's UARTs and pins from outside. All times are microseconds of the chip's clock."""

import socket
import threading

PATIENCE_S = 300
_CHUNK = 4096
# Of a PL011's DR.
_FRAMING = 0x100
_BREAK = 0x400


class Ticket:
    """Something that was sent and will be through."""

    def __init__(self, chip, number):
        self._chip = chip
        self.number = number
        self.at_us = None

    @property
    def done(self):
        return self.at_us is not None

    @property
    def done_us(self):
        """When it was through, waited for."""
        self._chip.wait(lambda: self.done, lambda: "a write is not through")
        return self.at_us


class Uart:
    """One UART. `stamps`: (from_us, to_us, n) of what came; `events`: (to_us, bytes)."""

    def __init__(self, chip, index):
        self._chip = chip
        self._index = index
        self._pending = bytearray()
        self.stamps = []
        self.events = []
        self.rts = None  # what the chip's RTS says; None before the chip has said anything
        self.rts_events = []  # (at_us, on)
        self.listener = None  # called with (data, to_us) instead of keeping

    def write(self, data):
        """Queues bytes for the chip: a ticket."""
        return self._chip.ask({"write": self._index, "data": bytes(data).hex()})

    def spoil(self, byte):
        """One byte that comes without its stop bit."""
        self._chip.send({"spoilt": self._index, "byte": _FRAMING | byte})

    def hold_low(self):
        """A break: longer than a byte."""
        self._chip.send({"spoilt": self._index, "byte": _BREAK | _FRAMING})

    def sent_us(self, ticket):
        """The moment at which the last byte of a write was through."""
        return ticket.done_us

    def cts(self, on):
        """Whether the chip may send, if it heeds CTS."""
        self._chip.send({"cts": self._index, "on": on})

    @property
    def overruns(self):
        return self._chip.overruns[self._index]

    def take(self, n, patience_s=PATIENCE_S):
        """The next n bytes, waited for."""
        self._wait(lambda: len(self._pending) >= n, f"{n} bytes", patience_s)
        return self._cut(n)

    def until(self, mark, patience_s=PATIENCE_S):
        """All bytes up to and with `mark`."""
        self._wait(lambda: mark in self._pending, repr(mark), patience_s)
        return self._cut(self._pending.index(mark) + len(mark))

    def expect(self, data, patience_s=PATIENCE_S):
        """Exactly these bytes come next; fails at the first that differs."""

        def decided():
            return len(self._pending) >= len(data) or not data.startswith(self._pending)

        self._wait(decided, repr(data), patience_s)
        if not self._pending.startswith(data):
            raise AssertionError(f"UART{self._index}: expected {data!r}, came {self.rest()!r}")
        self._cut(len(data))

    def read_available(self):
        """What has come and was not taken."""
        return self._cut(len(self._pending))

    rest = read_available

    def socket(self):
        """The UART as one end of a socket pair; a thread carries the bytes until it is closed."""
        ours, theirs = socket.socketpair()
        self.listener = lambda data, to_us: ours.sendall(data)
        threading.Thread(target=self._carry, args=(ours,), daemon=True).start()
        return theirs

    def _carry(self, ours):
        while data := ours.recv(_CHUNK):
            self.write(data)
        self.listener = None
        ours.close()

    def _wait(self, holds, what, patience_s):
        self._chip.wait(
            holds,
            lambda: f"UART{self._index}: {what} awaited, came {bytes(self._pending)!r}",
            patience_s,
        )

    def _cut(self, n):
        data = bytes(self._pending[:n])
        del self._pending[:n]
        return data

    def heard(self, message):
        """News of the emulator's, with the chip locked: perhaps something to call after that."""
        if "rts" in message:
            self.rts = message["rts"]
            self.rts_events.append((message["at"], self.rts))
            return None
        data, to_us, listener = bytes.fromhex(message["data"]), message["to"], self.listener
        if listener:
            return lambda: listener(data, to_us)
        self._pending += data
        self.stamps.append((message["from"], to_us, len(data)))
        self.events.append((to_us, data))
        return None


class Pin:
    """One GPIO: `level` is what the chip drives it to, None as long as it does not."""

    def __init__(self, chip, number):
        self._chip = chip
        self._number = number
        self.level = None

    def value(self):
        return self.level

    def set(self, on):
        """Drives it from outside; that lasts over a reset."""
        self._chip.send({"pin": self._number, "on": bool(on)})

    def wait(self, on, patience_s=PATIENCE_S):
        """Until the chip drives it to `on`."""
        self._chip.wait(
            lambda: self.level == on, lambda: f"pin {self._number} stays {self.level}", patience_s
        )
