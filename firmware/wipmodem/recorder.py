"""Flight recorder: the last events in a ring, in memory that the board may keep over a reset.

Of a command line it gets only the part that cannot hold a credential (at/arguments.py).

    header   b"WIPR", next slot (1 byte), slots in use (1), 0, 0
    a slot   seconds since the start (4 bytes, little endian), ms (2), kind (1), length (1),
             text (24)
"""

from .compat import RingIO, const, pack_into
from .counters import WRAP_MASK

# Kinds of entries.
START = const(0)  # text: the reason for the start
LINE = const(1)  # text: a command from the host
ERROR = const(2)  # text: error number of the command before
URC = const(3)  # text: an unsolicited result code as it was written
STALL = const(4)  # text: a long poll gap in ms

_KINDS = const((b"start", b"line", b"error", b"urc", b"stall"))
_MARK = const(b"WIPR")
_NEXT = const(4)  # positions in the header
_USED = const(5)
_HEADER_SIZE = const(8)
_KIND = const(6)  # positions in a slot
_LENGTH = const(7)
_TEXT = const(8)
_TEXT_SIZE = const(24)
_SLOT_SIZE = const(32)
_COMMA = const(0x2C)
_POINT = const(0x2E)
_ZERO = const(0x30)


class Recorder:
    """Ring of entries in `memory`, a bytearray. Foreign content is replaced by an empty ring."""

    def __init__(self, memory, clock):
        self.written = 0  # entries written since the start, modulo 2^29
        self._memory = memory
        self._clock = clock
        self._slots = (len(memory) - _HEADER_SIZE) // _SLOT_SIZE
        # The text on its way into a slot. The ring copies it, since a slice would be allocated.
        self._ring = RingIO(_TEXT_SIZE)
        self._text = bytearray(_TEXT_SIZE)
        self._digits = bytearray(10)  # of the number in record_number()
        if not self._is_valid():
            self.clear()

    def _is_valid(self):
        memory = self._memory
        marked = bytes(memory[: len(_MARK)]) == _MARK
        return marked and memory[_NEXT] < self._slots and memory[_USED] <= self._slots

    def clear(self):
        """Delete all entries."""
        self._memory[: len(_MARK)] = _MARK
        self._memory[_NEXT] = self._memory[_USED] = 0

    def start(self, cause):
        """Record the start of the modem. cause: bytes."""
        self.record(START, cause, 0, len(cause))

    # Writing

    def record(self, kind, buf, off, n):
        """Record the first characters of the n bytes in `buf` from `off`. Allocates nothing."""
        n = min(n, _TEXT_SIZE)
        self._ring.write(buf, off, n)
        self._ring.readinto(self._text, n)
        self._append(kind, n)

    def record_number(self, kind, number):
        """Record a number >= 0 in decimal digits. Allocates nothing."""
        i = len(self._digits)
        while i == len(self._digits) or number:
            i -= 1
            self._digits[i] = _ZERO + number % 10
            number //= 10
        self.record(kind, self._digits, i, len(self._digits) - i)

    def _append(self, kind, n):
        memory = self._memory
        slot = memory[_NEXT]
        start = _HEADER_SIZE + slot * _SLOT_SIZE
        self._write_time(start)
        self._write_text(start, kind, n)
        memory[_NEXT] = (slot + 1) % self._slots
        memory[_USED] = min(memory[_USED] + 1, self._slots)
        self.written = self.written + 1 & WRAP_MASK

    # Two calls: MicroPython takes the frame of a function with more operands from the heap.

    def _write_time(self, start):
        pack_into("<IH", self._memory, start, self._clock.seconds, self._clock.ms())

    def _write_text(self, start, kind, n):
        pack_into("BB24s", self._memory, start + _KIND, kind, n, self._text)

    # Reading

    def used(self):
        """Return the number of entries."""
        return self._memory[_USED]

    def write_entry(self, writer, i):
        """Write entry i as a line; entry 0 is the oldest. A reset may have damaged any byte."""
        memory = self._memory
        slot = (memory[_NEXT] + self._slots - memory[_USED] + i) % self._slots
        start = _HEADER_SIZE + slot * _SLOT_SIZE
        self._write_head(writer, start)
        for k in range(min(memory[start + _LENGTH], _TEXT_SIZE)):
            char = memory[start + _TEXT + k]
            writer.char(char if 0x20 <= char < 0x7F else _POINT)
        writer.end()

    def _write_head(self, writer, start):
        memory = self._memory
        seconds = memory[start + 3] & 0x1F  # keeps the number a small integer
        for i in (2, 1, 0):
            seconds = seconds << 8 | memory[start + i]
        ms = min(memory[start + 5] << 8 | memory[start + 4], 999)
        writer.begin(b"+WIPXLOG: ").seconds(seconds, ms).char(_COMMA)
        writer.text(_KINDS[min(memory[start + _KIND], len(_KINDS) - 1)]).char(_COMMA)
