"""DTR of a pty by the trail of its openers, as inotify(7) tells it: opens, closes, writes.

The launcher tells of DTR, too, but later: by then the modem may have read what the next program
has written. The kernel queues a close before the next program can write.
"""

import sys

from system import open_raw
from wipmodem.contract import IN, const

# An event: watch, mask, cookie, length of the name, four bytes each; the name. Events of the
# folder have a name; the launcher watches it so that no two events are equal and none is merged.
_SIZE = const(16)
_LOW = 0 if sys.byteorder == "little" else 3
_MASK = 4 + _LOW
_MASK_2 = 5 if _LOW == 0 else 6  # its second byte
_LENGTH = 12 + _LOW
_MODIFY = const(2)
_OPEN = const(0x20)
_CLOSE = const(0x18)
_OVERFLOW = const(0x40)  # of the second byte: the kernel has lost events
_MOST = const(16)


class Trail:
    """`fd`: an inotify instance from before the first open. DTR is on while `count` is not 0.

    Changes of DTR wait to be told, one a pass. A drop waits for a read that finds nothing, if
    anything may have been written since the last one.
    """

    def __init__(self, poller, fd):
        self._events = open_raw(fd)
        self._buf = bytearray(512)
        self._count = 0
        self._unread = False
        self._on = False
        self._told = False
        self._waiting = 0  # changes
        self._reads = 0  # bits, of the first change the lowest: it waits for a read
        self.broken = False  # events are lost: the openers can be counted no more
        poller.register(fd, IN)

    def dtr(self):
        """DTR after the bytes read so far, one change a call."""
        self._look()
        if self._told == self._on and self._waiting and not self._reads & 1:
            self._change()
        self._told = self._on
        return self._on

    def is_open(self):
        """Whether a program has the pty open, after the bytes read so far."""
        return self._on

    def settled(self):
        """True if every change has been told."""
        return not self._waiting and self._told == self._on

    def holds(self):
        """True if no byte may be read: it came after a change that is told next time."""
        return self._waiting > 0 and not self._reads & 1

    def dropping(self):
        """True if DTR drops after bytes that are still to be read."""
        return self._on and self._waiting > 0

    def all_read(self):
        """A read has found nothing."""
        self._unread = False
        if self._reads & 1:
            self._change()

    def _change(self):
        self._on = not self._on
        self._waiting -= 1
        self._reads >>= 1

    def _look(self):
        n = self._read()
        at = 0
        while at < n:
            if self._buf[at + _MASK_2] & _OVERFLOW:
                self.broken = True
            elif not self._buf[at + _LENGTH]:
                self._take(self._buf[at + _MASK])
            at += _SIZE + self._buf[at + _LENGTH]

    def _read(self):
        try:
            return self._events.readinto(self._buf) or 0
        except OSError:
            return 0

    def _take(self, mask):
        if mask & _MODIFY:
            self._unread = True
            return
        before = self._count
        self._count += 1 if mask & _OPEN else -1 if mask & _CLOSE else 0
        if not (before and self._count) and before != self._count:
            self._add()

    def _add(self):
        """A change, unless so many wait that it may cancel the last one."""
        if self._waiting == _MOST:
            self._waiting -= 1
            return
        if not self._count and self._unread:
            self._reads |= 1 << self._waiting
            self._unread = False  # what comes next is another program's
        self._waiting += 1
