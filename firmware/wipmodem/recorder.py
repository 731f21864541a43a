"""The flight recorder: the last lines, errors and events, in a ring that the board may keep over a
reset. Of a line it has what can be no credential: see at/arguments.py, `public_end`.

    head    b"WIPR", next slot, slots used, 0, 0
    a slot  seconds (4 bytes, little endian), ms (2), kind, length, text
"""

from .compat import RingIO, const
from .counters import WRAP_MASK

START = const(0)  # the text says why
LINE = const(1)  # a command of the host's
ERROR = const(2)  # ... that was refused: the number
URC = const(3)  # as it was said
STALL = const(4)  # ms

_KINDS = const((b"start", b"line", b"error", b"urc", b"stall"))
_MARK = const(b"WIPR")
_NEXT = const(4)
_USED = const(5)
_HEAD = const(8)
_SLOT = const(32)
_TEXT = const(8)  # where it begins in a slot
_MOST = const(24)  # characters of it
_COMMA = const(0x2C)
_POINT = const(0x2E)


class Recorder:
    """memory: the board's; what is not a recorder's is taken for empty."""

    def __init__(self, memory, clock):
        self._memory = memory
        self._clock = clock
        self._slots = (len(memory) - _HEAD) // _SLOT
        whole = memoryview(memory)
        texts = range(_HEAD + _TEXT, len(memory), _SLOT)
        self._texts = [whole[at : at + _MOST] for at in texts]
        self._ring = RingIO(_MOST)  # bytes are copied by way of it: a slice would be allocated
        self._digits = bytearray(10)
        self.written = 0  # entries since the start; wraps
        if not self._is_one():
            self.clear()

    def _is_one(self):
        memory = self._memory
        right = bytes(memory[: len(_MARK)]) == _MARK
        return right and memory[_NEXT] < self._slots and memory[_USED] <= self._slots

    def clear(self):
        self._memory[: len(_MARK)] = _MARK
        self._memory[_NEXT] = self._memory[_USED] = 0

    def start(self, cause):
        self.record(START, cause, 0, len(cause))

    # Writing

    def record(self, kind, buf, off, n):
        """The first characters of n in buf from off."""
        n = min(n, _MOST)
        self._ring.write(buf, off, n)
        self._fill(kind, n)

    def note(self, kind, number):
        at = len(self._digits)
        while at == len(self._digits) or number:
            at -= 1
            self._digits[at] = 0x30 + number % 10
            number //= 10
        number = len(self._digits) - at
        self.record(kind, self._digits, at, number)

    def _fill(self, kind, n):
        slot = self._memory[_NEXT]
        self._ring.readinto(self._texts[slot], n)
        self._head(_HEAD + slot * _SLOT, kind, n)
        self._memory[_NEXT] = (slot + 1) % self._slots
        if self._memory[_USED] < self._slots:
            self._memory[_USED] += 1
        self.written = self.written + 1 & WRAP_MASK

    def _head(self, at, kind, n):
        self._memory[at + 6] = kind
        self._memory[at + 7] = n
        self._number(at, self._clock.seconds, 4)
        self._number(at + 4, self._clock.ms(), 2)

    def _number(self, at, number, size):
        while size:
            size -= 1
            self._memory[at] = number & 0xFF
            number >>= 8
            at += 1

    # Reading

    def used(self):
        return self._memory[_USED]

    def say(self, writer, i):
        """The i-th, from the oldest on."""
        memory = self._memory
        slot = (memory[_NEXT] + self._slots - memory[_USED] + i) % self._slots
        self._say_head(writer, _HEAD + slot * _SLOT)
        at = _HEAD + slot * _SLOT + _TEXT
        for k in range(min(memory[at - 1], _MOST)):
            char = memory[at + k]
            writer.char(char if 0x20 <= char < 0x7F else _POINT)
        writer.end()

    def _say_head(self, writer, at):
        memory = self._memory
        seconds = memory[at + 3] & 0x1F  # a small integer, whatever a reset has left there
        for i in (2, 1, 0):
            seconds = seconds << 8 | memory[at + i]
        ms = min(memory[at + 5] << 8 | memory[at + 4], 999)
        writer.begin(b"+WIPXLOG: ").seconds(seconds, ms).char(_COMMA)
        writer.text(_KINDS[min(memory[at + 6], len(_KINDS) - 1)]).char(_COMMA)
