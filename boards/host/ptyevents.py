"""DTR of a pty, derived from the inotify(7) events of the programs that open it.

The launcher reports DTR as well, but too late: by then the modem may have read bytes from the next
program as if they came from the last one. The kernel queues the event of a close before the next
program can write.
"""

import sys

from system import open_raw
from wipmodem.contract import IN, const

# Layout of an event: watch, mask, cookie and length of the name, four bytes each; then the name.
# The first watch is on the folder of the pty, the second on the pty. The folder's events separate
# the pty's events: otherwise the kernel would merge two equal events in a row.
_SIZE = const(16)
# offset of the least significant byte of a four-byte number
_LOW = 0 if sys.byteorder == "little" else 3
_PTY = const(2)  # number of the inotify watch on the pty
_MASK = 4 + _LOW
_MASK_2 = 5 if _LOW == 0 else 6  # offset of the second lowest byte of the mask in an event
_LENGTH = 12 + _LOW
_MODIFY = const(2)
_OPEN = const(0x20)
_CLOSE = const(0x18)
_OVERFLOW = const(0x40)  # bit in the second lowest byte of the mask: the kernel has dropped events
_MAX_PENDING = const(16)
# MicroPython's readinto() reads again until the buffer is full, and fails if the rest of the
# buffer is too small for the next event. So the buffer is larger than the events of one pass. If
# the buffer is too small for them after all, `broken` becomes True.
_BUFFER_SIZE = const(8192)


class PtyEvents:
    """DTR after the last byte read: on while at least one program has the pty open.

    Changes of DTR are queued, and each call of dtr() reports at most one change. If a program may
    have written since the pty was last empty, a drop is reported only after the program's last
    byte was read.
    """

    def __init__(self, poller, fd, line):
        """Start with DTR off.

        poller: wakes the loop; fd: an inotify descriptor, created before the first program opens
        the pty; line: a poller with only the pty registered.
        """
        self._line = line
        self._full = False  # True if the last read has filled its buffer
        self._events = open_raw(fd)
        self._buf = bytearray(_BUFFER_SIZE)
        self._openers = 0  # number of open file descriptions of the pty, after all events
        self._unread = False  # True if bytes may have been written since the pty was last empty
        self._on = False  # DTR after the last byte read
        self._reported = False  # last result of dtr()
        self._pending = 0  # number of queued changes of DTR that follow after `_on`
        self._after_read = 0  # bit n: the pending change n applies only when the pty is empty
        # True after events were lost, so that the openers can no longer be counted
        self.broken = False
        poller.register(fd, IN)

    def dtr(self):
        """Return DTR after the last byte read. Each call reports at most one change."""
        self._update()
        if self._reported == self._on and self.blocks_read():
            self._change()
        self._reported = self._on
        return self._on

    def is_open(self):
        """Return True if, after the last byte read, a program has the pty open."""
        return self._on

    def may_read(self):
        """Return True if the next bytes of the pty precede all queued changes of DTR.

        Called right before a read. After a read that filled its buffer, the pty holds more bytes
        from the same program.
        """
        if not self._full:
            self._update()
        return not self.blocks_read()

    def on_read(self, n, size):
        """Account for a read of up to `size` bytes that has returned n bytes."""
        self._full = n == size
        if self._full:
            return
        # Read the events first: bytes written before these events have been read if the pty is
        # empty afterwards.
        self._update()
        # The bytes came from a program that has opened the pty since may_read().
        if n and not self._on and self.blocks_read():
            self._change()
        if not self._has_more():
            self._all_read()

    def _has_more(self):
        for _ in self._line.ipoll(0):
            return True
        return False

    def settled(self):
        """Return True if every change has been reported."""
        return not self._pending and self._reported == self._on

    def blocks_read(self):
        """Return True if a change of DTR must be reported before the next byte is read."""
        return self._pending > 0 and not self._after_read & 1

    def dtr_drop_pending(self):
        """Return True if DTR is on now and will drop after bytes that are still unread."""
        return self._on and self._pending > 0

    def _all_read(self):
        """Apply a change that had to wait until the pty was empty."""
        self._unread = False
        if self._after_read & 1:
            self._change()

    def _change(self):
        self._on = not self._on
        self._pending -= 1
        self._after_read >>= 1

    def _update(self):
        n = self._read()
        while n > 0:
            self._parse(n)
            n = self._read()

    def _parse(self, n):
        at = 0
        while at < n:
            if self._buf[at + _MASK_2] & _OVERFLOW:
                self.broken = True
            elif self._buf[at + _LOW] == _PTY:
                self._on_event(self._buf[at + _MASK])
            at += _SIZE + self._buf[at + _LENGTH]

    def _read(self):
        try:
            return self._events.readinto(self._buf) or 0
        except OSError:
            self.broken = True
            return 0

    def _on_event(self, mask):
        if mask & _MODIFY:
            self._unread = True
            return
        before = self._openers
        self._openers = max(before + (1 if mask & _OPEN else -1 if mask & _CLOSE else 0), 0)
        if not (before and self._openers) and before != self._openers:
            self._add()

    def _add(self):
        """Queue a change of DTR. If the queue is full, let it cancel the last queued change."""
        if self._pending == _MAX_PENDING:
            self._pending -= 1
            return
        if not self._openers and self._unread:
            self._after_read |= 1 << self._pending
            self._unread = False  # all later bytes are from another program
        self._pending += 1
