"""Flight recorder: a ring of the last events, in memory that some boards preserve during a reset.

at/arguments.py determines which part of a command line cannot contain a credential. The recorder
stores only this part. The memory consists of a header and slots, each with one entry:

    header   b"WIPR", next slot (1 byte), number of slots in use (1 byte), two zero bytes
    slot     seconds since the start (4 bytes, little endian), milliseconds (2 bytes, little
             endian), kind (1 byte), length of the text (1 byte), text (24 bytes)
"""

from .compat import RingIO, const, pack_into
from .counters import WRAP_MASK

# Kinds of recorder entries, and the text that an entry of each kind contains.
START = const(0)  # the modem has started; text: the reset cause
LINE = const(1)  # the host has sent a command; text: the command without credentials
ERROR = const(2)  # the last command has failed; text: the error number
URC = const(3)  # the modem has sent a URC; text: the URC
STALL = const(4)  # a long poll gap has ended; text: length of the gap in ms

_KINDS = const((b"start", b"line", b"error", b"urc", b"stall"))
_MARK = const(b"WIPR")
# Offset in the recorder header, in bytes, of the number of the slot that is written next.
_NEXT = const(4)
_USED = const(5)  # offset in the recorder header, in bytes, of the number of slots in use
_HEADER_SIZE = const(8)
_KIND = const(6)  # offset of the kind in a recorder slot, in bytes
_LENGTH = const(7)  # offset of the text's length in a recorder slot, in bytes
_TEXT = const(8)  # offset of the text in a recorder slot, in bytes
_TEXT_SIZE = const(24)
_SLOT_SIZE = const(32)
_COMMA = const(0x2C)
_POINT = const(0x2E)
_ZERO = const(0x30)


class Recorder:
    """Flight recorder with its ring of entries in `memory`, a bytearray.

    If `memory` does not contain a valid ring, the constructor writes an empty ring to `memory`.
    """

    def __init__(self, memory, clock):
        self.written = 0  # number of recorder entries written since the start, modulo 2^29
        self._memory = memory
        self._clock = clock
        self._slots = (len(memory) - _HEADER_SIZE) // _SLOT_SIZE
        # A RingIO copies the text of each entry to `_text`. A slice would need newly allocated
        # memory.
        self._ring = RingIO(_TEXT_SIZE)
        self._text = bytearray(_TEXT_SIZE)
        self._digits = bytearray(10)  # decimal digits of the number in record_number()
        if not self._is_valid():
            self.clear()

    def _is_valid(self):
        memory = self._memory
        marked = bytes(memory[: len(_MARK)]) == _MARK
        return marked and memory[_NEXT] < self._slots and memory[_USED] <= self._slots

    def clear(self):
        """Delete all entries of the flight recorder."""
        self._memory[: len(_MARK)] = _MARK
        self._memory[_NEXT] = self._memory[_USED] = 0

    def start(self, cause):
        """Record the start of the modem. cause: name of the reset cause, bytes."""
        self.record(START, cause, 0, len(cause))

    # Write entries

    def record(self, kind, buf, off, n):
        """Write an entry with the text of n bytes in `buf` from index `off`. Only the first 24
        bytes of a longer text are stored.

        kind: kind of the entry, START to STALL. Allocates nothing.
        """
        n = min(n, _TEXT_SIZE)
        self._ring.write(buf, off, n)
        self._ring.readinto(self._text, n)
        self._append(kind, n)

    def record_number(self, kind, number):
        """Write an entry whose text is a number (not negative) in decimal digits.

        kind: kind of the entry, START to STALL. Allocates nothing.
        """
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

    # Two functions write the parts of a slot. One function for the whole slot would have so many
    # operands that MicroPython would allocate the frame of this function from the heap.

    def _write_time(self, start):
        pack_into("<IH", self._memory, start, self._clock.seconds, self._clock.ms())

    def _write_text(self, start, kind, n):
        pack_into("BB24s", self._memory, start + _KIND, kind, n, self._text)

    # Read entries

    def used(self):
        """Return the number of entries in the ring."""
        return self._memory[_USED]

    def write_entry(self, writer, i):
        """Write recorder entry i to the host as a line of information text. Entry 0 is the oldest.

        Out-of-range values in `memory` are limited, because a reset may have damaged any byte.
        """
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
        seconds = memory[start + 3] & 0x1F  # the mask keeps `seconds` a small integer
        for i in (2, 1, 0):
            seconds = seconds << 8 | memory[start + i]
        ms = min(memory[start + 5] << 8 | memory[start + 4], 999)
        writer.begin(b"+WIPXLOG: ").seconds(seconds, ms).char(_COMMA)
        writer.text(_KINDS[min(memory[start + _KIND], len(_KINDS) - 1)]).char(_COMMA)
