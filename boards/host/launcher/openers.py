"""When programs open and close the ptys of this process, by inotify(7).

The kernel queues an event before open() returns, and when the last copy (dup, fork) of an opened
file is closed. It merges an event with an equal one at the end of the queue: hence the folder of
the ptys is watched as well. Its events and those of a pty alternate, so that none is merged, and
the openers can be counted.
"""

import ctypes
import os
import selectors
import struct

_MODIFY, _OPEN, _CLOSE = 2, 0x20, 0x18  # IN_MODIFY, IN_OPEN, IN_CLOSE_WRITE | IN_CLOSE_NOWRITE
_OVERFLOW = 0x4000  # IN_Q_OVERFLOW: events were lost
_HEAD = struct.Struct("iIII")  # watch, mask, cookie, length of the name
_ROOM = 64 * 1024

# Where there is no inotify: how often to look.
_LOOK_MS = 100


class Openers:
    """One for all ptys of a loop, as a user may have few inotify instances.

    A pty has `name`, is_open(), which may be slow, and on_open(), on_close(): the first program
    has opened it, the last one has closed it. Openers from before watch() are not counted.
    """

    def __init__(self, loop):
        self._loop = loop
        self._fd = -1
        self._ptys = {}  # watch: pty
        self._counts = {}  # pty: programs that have it open

    def watch(self, pty):
        if self._fd < 0:
            self._fd = _new_instance(pty.name)
            if self._fd >= 0:
                self._loop.watch(self._fd, selectors.EVENT_READ, self._on_events)
        self._counts[pty] = 0
        watch = _add(self._fd, pty.name, _OPEN | _CLOSE)
        if watch < 0:
            self._look(pty)
        else:
            self._ptys[watch] = pty

    def unwatch(self, pty):
        """The pty is about to be closed."""
        self._counts.pop(pty, None)

    def close(self):
        self._counts.clear()
        if self._fd >= 0:
            self._loop.unwatch(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _on_events(self, _events):
        try:
            events = os.read(self._fd, _ROOM)
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

    def _look(self, pty):
        """Without inotify: a program that is fast enough is not noticed."""
        if pty in self._counts:
            self._count(pty, int(pty.is_open()))
            self._loop.after(_LOOK_MS, lambda: self._look(pty))


def trail_of(name):
    """An inotify descriptor for ptyevents.py: opens, closes and writes of a pty, in their order.
    -1 if there is none to be had."""
    fd = _new_instance(name)
    return fd if fd < 0 or _add(fd, name, _MODIFY | _OPEN | _CLOSE) >= 0 else _closed(fd)


def _new_instance(name):
    """An inotify instance that watches a pty's folder first; -1 if there is none to be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        return -1
    fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if fd < 0 or _add(fd, os.path.dirname(name), _OPEN | _CLOSE) >= 0:
        return fd
    return _closed(fd)


def _closed(fd):
    os.close(fd)
    return -1


def _add(fd, path, events):
    """The number of the watch, -1 if there is none."""
    if fd < 0:
        return -1
    return ctypes.CDLL(None, use_errno=True).inotify_add_watch(fd, os.fsencode(path), events)
