"""DTR of a pty by the trail of its openers, as inotify(7) tells it: opens, closes, writes.

The launcher tells of DTR, too, but later: by then the modem may have read what the next program
has written. The kernel queues a close before the next program can write.
"""

import sys

from system import open_raw
from wipmodem.contract import IN, const

# An event: watch, mask, cookie, length of the name, four bytes each; the name. The first watch is
# of the folder, so that no two events of the pty follow each other and are merged; the second is
# of the pty.
_SIZE = const(16)
_LOW = 0 if sys.byteorder == "little" else 3
_PTY = const(2)
_MASK = 4 + _LOW
_MASK_2 = 5 if _LOW == 0 else 6  # its second byte
_LENGTH = 12 + _LOW
_MODIFY = const(2)
_OPEN = const(0x20)
_CLOSE = const(0x18)
_OVERFLOW = const(0x40)  # of the second byte: the kernel has lost events
_MOST = const(16)
# MicroPython reads on until this is full, and loses all if the next event does not fit into what
# is left of it: so much never comes at once. If it does, the trail is broken.
_ROOM = const(8192)


class Trail:
    """`fd`: an inotify instance from before the first open; `line`: a poller with the pty alone.
    DTR is on while `count` is not 0.

    Changes of DTR wait to be told, one a pass. A drop waits until all is read, if anything may
    have been written since it last was.
    """

    def __init__(self, poller, fd, line):
        self._line = line
        self._full = False  # the last read has filled its buffer
        self._events = open_raw(fd)
        self._buf = bytearray(_ROOM)
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

    def may_read(self):
        """Asked right before a read: False if bytes would come after a change that is told next
        time. After a full block there are more of the same program's."""
        if not self._full:
            self._look()
        return not self.holds()

    def was_read(self, n, size):
        """A read for up to `size` bytes has found n."""
        self._full = n == size
        if self._full:
            return
        self._look()  # first: what was written before this is read, if there is no more
        if n and not self._on and self.holds():  # a program has opened the pty since may_read()
            self._change()
        if not self._has_more():
            self._all_read()

    def _has_more(self):
        for _ in self._line.ipoll(0):
            return True
        return False

    def settled(self):
        """True if every change has been told."""
        return not self._waiting and self._told == self._on

    def holds(self):
        """True if no byte may be read: it came after a change that is told next time."""
        return self._waiting > 0 and not self._reads & 1

    def dropping(self):
        """True if DTR drops after bytes that are still to be read."""
        return self._on and self._waiting > 0

    def _all_read(self):
        """The kernel has no more bytes."""
        self._unread = False
        if self._reads & 1:
            self._change()

    def _change(self):
        self._on = not self._on
        self._waiting -= 1
        self._reads >>= 1

    def _look(self):
        n = self._read()
        while n > 0:
            self._take_events(n)
            n = self._read()

    def _take_events(self, n):
        at = 0
        while at < n:
            if self._buf[at + _MASK_2] & _OVERFLOW:
                self.broken = True
            elif self._buf[at + _LOW] == _PTY:
                self._take(self._buf[at + _MASK])
            at += _SIZE + self._buf[at + _LENGTH]

    def _read(self):
        try:
            return self._events.readinto(self._buf) or 0
        except OSError:
            self.broken = True
            return 0

    def _take(self, mask):
        if mask & _MODIFY:
            self._unread = True
            return
        before = self._count
        self._count = max(self._count + (1 if mask & _OPEN else -1 if mask & _CLOSE else 0), 0)
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
