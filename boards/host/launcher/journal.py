"""The log: lines from the launcher and its child processes, on stderr or in a log file.

Writing may block (a full pipe, a stopped terminal) or fail (a full disk, a closed pipe). So a
separate thread writes from a bounded queue, and a child process writes to a pipe that another
thread reads: neither the launcher's loop nor the modem waits for the log. Lines that cannot be
written are dropped and counted; the next line in the log reports their number.
"""

import errno
import os
import select
import sys
import threading
import time
from collections import deque

_MAX_QUEUED = 1 << 20  # maximum size of the queue in bytes
_BLOCK = 1 << 16
_END_S = 0.5  # time limit for writing the rest of the queue at the end


class Sink:
    """A queue of lines and a thread that writes them to a descriptor, in order."""

    def __init__(self, fd):
        """fd: the descriptor to write to, or None to count all lines as lost."""
        self.lost = 0  # number of lines dropped since the start
        self._fd = fd
        self._reported = 0  # number of lost lines that the log has already reported
        self._queue = deque()
        self._size = 0  # number of bytes in the queue or being written
        self._changed = threading.Condition()
        self._thread = None

    def put(self, lines):
        """Queue complete lines (bytes), or drop and count them. Never blocks."""
        with self._changed:
            if self._fd is None or self._size + len(lines) > _MAX_QUEUED:
                self.lost += lines.count(b"\n")
                return
            if self.lost > self._reported:
                lines = self._report() + lines
            self._size += len(lines)
            self._queue.append(lines)
            self._changed.notify()
            if not self._thread:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def finish(self, deadline):
        """Wait until the queue is written, or until the monotonic time `deadline` in s."""
        with self._changed:
            self._changed.wait_for(lambda: not self._size, max(0, deadline - time.monotonic()))
            lost = self.lost > self._reported
        if lost:
            self.put(b"")
            with self._changed:
                remaining_s = max(0, deadline - time.monotonic())
                self._changed.wait_for(lambda: not self._size, remaining_s)

    def _report(self):
        report = b"wipmodem: %d lines of the log were lost\n" % (self.lost - self._reported)
        self._reported = self.lost
        return report

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue)
                lines = self._queue.popleft()
            unwritten = self._write(lines)
            with self._changed:
                self.lost += unwritten.count(b"\n")
                self._size -= len(lines)
                self._changed.notify_all()

    def _write(self, data):
        """Write data to the descriptor. Return the part that could not be written."""
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                select.select([], [self._fd], [])
            except OSError:
                break
        return data


class Relay:
    """A pipe for the output of a child process, and a thread that passes its lines to a sink.

    `fd` is the end of the pipe that the child process inherits.
    """

    def __init__(self, sink):
        self._sink = sink
        self._source, self.fd = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        """Start reading the pipe, after the child process has inherited its end."""
        os.close(self.fd)
        self._thread.start()

    def finish(self):
        """Wait until all output is in the sink. Called after the child process has ended."""
        self._thread.join(_END_S)

    def cancel(self):
        """Close the pipe. Called if the child process could not be started."""
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
    """The messages of the launcher, each a line that starts with `wipmodem: `."""

    def __init__(self, verbose=False, log=None):
        """verbose: write debug() messages; log: descriptor of the log file, None for stderr."""
        self.verbose = verbose
        self._user = Sink(_fileno(sys.stderr))
        self._log = self._user if log is None else Sink(log)
        self._out = Sink(_fileno(sys.stdout))
        self._label = ""  # prefix of each message, without its colon

    def labelled(self, label):
        """Return a copy of the journal that puts `label: ` in front of each message."""
        copy = Journal.__new__(Journal)
        copy.__dict__.update(self.__dict__, _label=f"{label}: ")
        return copy

    def relay(self):
        """Return a Relay into the log, for the output of a child process."""
        return Relay(self._log)

    def ready(self, place):
        """Print the ready line on stdout, for programs that wait until the modem is ready."""
        self._out.put(f"DTE ready: {place}\n".encode(errors="surrogateescape"))

    def info(self, text):
        """Log a message."""
        self._log.put(_line(self._label + text))

    def debug(self, text):
        """Log a message if the journal is verbose."""
        if self.verbose:
            self.info(text)

    def show(self, text):
        """Print a message on stderr, also if the log is a file."""
        self._user.put(_line(text))

    def new_line(self):
        """End the current line of the terminal."""
        self._user.put(b"\n")

    def fail(self, failure):
        """Log a Failure and print it on stderr."""
        self._log.put(_line(str(failure)))
        if self._log is not self._user:
            # Write the log first, because the user may open the log file at once.
            self._log.finish(time.monotonic() + _END_S)
            self.show(str(failure))

    def close(self):
        """Wait up to half a second until the log has all lines."""
        deadline = time.monotonic() + _END_S
        for sink in {self._log, self._user, self._out}:
            sink.finish(deadline)


def open_log(path):
    """Open a log file for appending and return its descriptor. Raises OSError.

    The file may be a FIFO that has no reader yet.
    """
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
    """Return the descriptor of a stream, or None if the stream is closed."""
    return stream.fileno() if stream else None
