"""Find out when programs open and close the ptys of this process, with inotify(7).

The kernel queues an event before open() returns, and another event when the last copy (dup, fork)
of an open file is closed. The kernel merges an event with an equal event at the end of the queue.
Therefore the directory of the ptys is watched as well: the events of the directory and of a pty
alternate, so no event is merged, and the programs that have a pty open can be counted.
"""

import ctypes
import os
import selectors
import struct

_MODIFY, _OPEN, _CLOSE = 2, 0x20, 0x18  # bits of inotify events; _CLOSE is two bits
_OVERFLOW = 0x4000  # IN_Q_OVERFLOW: events were lost
# layout of an inotify event: watch, mask, cookie, length of the name
_HEAD = struct.Struct("iIII")
_BUFFER_SIZE = 64 * 1024

# Interval of checks in ms on a system without inotify.
_POLL_MS = 100


class Openers:
    """A watch on all ptys of an event loop, with one inotify instance.

    There is one instance because the system limits the number of instances. A pty must have
    `name`, is_open(), on_open() (the first program has opened the pty) and on_close() (the last
    program has closed the pty). Programs that opened the pty before watch() are not counted.
    """

    def __init__(self, loop):
        self._loop = loop
        self._fd = -1
        self._ptys = {}  # {number of the inotify watch: pty}
        self._counts = {}  # {pty: number of times that the pty is open}

    def watch(self, pty):
        """Call pty.on_open() and pty.on_close() from now on."""
        if self._fd < 0:
            self._fd = _new_instance(pty.name)
            if self._fd >= 0:
                self._loop.watch(self._fd, selectors.EVENT_READ, self._on_events)
        self._counts[pty] = 0
        watch = _add(self._fd, pty.name, _OPEN | _CLOSE)
        if watch < 0:
            self._poll(pty)
        else:
            self._ptys[watch] = pty

    def unwatch(self, pty):
        """Stop watching a pty. Called before the pty is closed."""
        self._counts.pop(pty, None)

    def close(self):
        """End all watches and close the inotify descriptor."""
        self._counts.clear()
        if self._fd >= 0:
            self._loop.unwatch(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _on_events(self, _events):
        try:
            events = os.read(self._fd, _BUFFER_SIZE)
        except BlockingIOError:
            return
        at = 0
        while at < len(events):
            watch, mask, _, length = _HEAD.unpack_from(events, at)
            at += _HEAD.size + length
            if mask & _OVERFLOW:
                for pty in list(self._counts):
                    self._count(pty, int(pty.is_open()))
            elif watch in self._ptys:
                self._on_event(self._ptys[watch], mask)

    def _on_event(self, pty, mask):
        if pty in self._counts:
            step = 1 if mask & _OPEN else -1
            self._count(pty, max(self._counts[pty] + step, 0))

    def _count(self, pty, count):
        before, self._counts[pty] = self._counts[pty], count
        if count and not before:
            pty.on_open()
        elif before and not count:
            pty.on_close()

    def _poll(self, pty):
        """Check a pty without inotify.

        The check misses programs that open and close the pty quickly.
        """
        if pty in self._counts:
            self._count(pty, int(pty.is_open()))
            self._loop.after(_POLL_MS, lambda: self._poll(pty))


def pty_events_fd(name):
    """Return an inotify descriptor for ptyevents.py, or -1 if none is available.

    The descriptor reports opens, closes and writes of the pty `name` in the order in which they
    happen.
    """
    fd = _new_instance(name)
    return fd if fd < 0 or _add(fd, name, _MODIFY | _OPEN | _CLOSE) >= 0 else _close(fd)


def _new_instance(name):
    """Return an inotify descriptor whose first watch is on the pty's directory, or -1."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        return -1
    fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if fd < 0 or _add(fd, os.path.dirname(name), _OPEN | _CLOSE) >= 0:
        return fd
    return _close(fd)


def _close(fd):
    """Close a descriptor and return -1."""
    os.close(fd)
    return -1


def _add(fd, path, events):
    """Add a watch to an inotify descriptor. Return the watch's number, or -1 on an error."""
    if fd < 0:
        return -1
    return ctypes.CDLL(None, use_errno=True).inotify_add_watch(fd, os.fsencode(path), events)
