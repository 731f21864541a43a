"""The log: lines of the launcher and of its child processes, on stderr or in the log file.

The place that they go to may stand still (a full pipe, a stopped terminal), be full or be gone.
A thread of its own writes there, from a bounded queue; a child writes to a pipe that another
thread reads. So neither the launcher's loop nor the modem ever waits for it. What cannot be
written is lost and counted; the log says so at the next line that it takes.
"""

import errno
import os
import select
import sys
import threading
import time
from collections import deque

_MOST = 1 << 20  # bytes that wait to be written
_BLOCK = 1 << 16
_END_S = 0.5  # for what still waits at the end


class Sink:
    """Lines for one descriptor, written in the order of put(). None: all of them are lost."""

    def __init__(self, fd):
        self.lost = 0  # lines
        self._fd = fd
        self._told = 0  # of those lost
        self._waiting = deque()
        self._size = 0  # in bytes, of what waits or is being written
        self._changed = threading.Condition()
        self._thread = None

    def put(self, lines):
        """Take these bytes, whole lines, or drop and count them. Never waits."""
        with self._changed:
            if self._fd is None or self._size + len(lines) > _MOST:
                self.lost += lines.count(b"\n")
                return
            if self.lost > self._told:
                lines = self._notice() + lines
            self._size += len(lines)
            self._waiting.append(lines)
            self._changed.notify()
            if not self._thread:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def finish(self, deadline):
        """Wait until all is written, up to that time of the monotonic clock."""
        with self._changed:
            self._changed.wait_for(lambda: not self._size, max(0, deadline - time.monotonic()))
            lost = self.lost > self._told
        if lost:
            self.put(b"")
            with self._changed:
                left_s = max(0, deadline - time.monotonic())
                self._changed.wait_for(lambda: not self._size, left_s)

    def _notice(self):
        notice = b"wipmodem: %d lines of the log were lost\n" % (self.lost - self._told)
        self._told = self.lost
        return notice

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                lines = self._waiting.popleft()
            left = self._written(lines)
            with self._changed:
                self.lost += left.count(b"\n")
                self._size -= len(lines)
                self._changed.notify_all()

    def _written(self, data):
        """Write it; what could not be is the result."""
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                select.select([], [self._fd], [])
            except OSError:
                break
        return data


class Relay:
    """What a child process writes to `fd`, its stderr, as lines of a sink."""

    def __init__(self, sink):
        self._sink = sink
        self._source, self.fd = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        """The child has its end."""
        os.close(self.fd)
        self._thread.start()

    def finish(self):
        """The child has ended: all that it has said is in the sink."""
        self._thread.join(_END_S)

    def cancel(self):
        """There is no child."""
        os.close(self.fd)
        os.close(self._source)

    def _run(self):
        rest = b""
        while data := os.read(self._source, _BLOCK):
            lines, end, rest = (rest + data).rpartition(b"\n")
            if end or len(rest) > _BLOCK:
                self._sink.put(lines + (end or b"\n"))
        if rest:
            self._sink.put(rest + b"\n")
        os.close(self._source)


class Journal:
    """`info` always writes, `debug` only when verbose, `fail` also to the user at the terminal.

    log: the descriptor of the log file, if there is one.
    """

    def __init__(self, verbose=False, log=None):
        self.verbose = verbose
        self._user = Sink(_fileno(sys.stderr))
        self._log = self._user if log is None else Sink(log)
        self._out = Sink(_fileno(sys.stdout))
        self._label = ""  # what each line begins with

    def labelled(self, label):
        """The same journal for one of many."""
        one = Journal.__new__(Journal)
        one.__dict__.update(self.__dict__, _label=f"{label}: ")
        return one

    def relay(self):
        """A pipe into the log, for a child process."""
        return Relay(self._log)

    def ready(self, place):
        """The line on stdout that programs wait for."""
        self._out.put(f"DTE ready: {place}\n".encode(errors="surrogateescape"))

    def info(self, text):
        self._log.put(_line(self._label + text))

    def debug(self, text):
        if self.verbose:
            self.info(text)

    def show(self, text):
        """A line for the user alone."""
        self._user.put(_line(text))

    def new_line(self):
        """What the terminal shows next belongs on a line of its own."""
        self._user.put(b"\n")

    def fail(self, failure):
        self._log.put(_line(str(failure)))
        if self._log is not self._user:
            self._log.finish(time.monotonic() + _END_S)  # the user may look there at once
            self.show(str(failure))

    def close(self):
        """Wait a moment for what is not written yet."""
        deadline = time.monotonic() + _END_S
        for sink in {self._log, self._user, self._out}:
            sink.finish(deadline)


def open_log(path):
    """The descriptor of a log file. A fifo need not have a reader yet."""
    flags = os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY
    try:
        return os.open(path, os.O_WRONLY | flags, 0o666)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
    return os.open(path, os.O_RDWR | flags)


def _line(text):
    return f"wipmodem: {text}\n".encode(errors="surrogateescape")


def _fileno(stream):
    """None: it is closed."""
    return stream.fileno() if stream else None
