"""A serial line with a speed, between a host and the pty of a modem.

    with PacedLine("/tmp/modem", 9600) as line:
        port = line.open()          # of pyserial, for a host

Both ways at once, ten bits a byte, a few bytes a step, so that they arrive as from a UART. Each
way holds no more than a UART's FIFO: what does not fit stays with its sender, nothing is lost.

The line has a clock of its own, which stands while the machine has no time for the line, for what
is on its way through a pty or, if its process is known, for the modem: a silence in it is what the
modem did, however busy the machine.
"""

import os
import pty
import threading
import time
import tty

import serial

_BITS = 10  # start, 8 data, stop
_STEP_S = 0.002
_LATE_S = 0.005  # a step that took longer is taken for one of this length
_FIFO = 16
_DRAIN_S = 60
_STAT = 512

# Of a story
_TURNS = 12
_TURN_S = 0.004  # a silence that ends one
_SHOWN = 60


class PacedLine:
    """`modem` is the path of the modem's pty, raw, `pid` its process; the host's is made here."""

    def __init__(self, modem, speed, pid=None):
        self.speed = speed
        self.clock_s = 0.0
        self._probe = Probe()
        self._process = Process(pid) if pid else None
        self._master, self._slave = pty.openpty()
        self._modem = os.open(modem, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        os.set_blocking(self._master, False)
        tty.setraw(self._slave)
        self.to_modem = Way(self._master, self._modem, speed)
        self.to_host = Way(self._modem, self._master, speed)
        self._moved = threading.Condition()
        self._steps = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
        for fd in (self._master, self._slave, self._modem):
            os.close(fd)
        self._probe.close()
        if self._process:
            self._process.close()

    def open(self):
        """The host's end."""
        return Port(self, os.ttyname(self._slave))

    def story(self):
        """What has passed last, in s of the line's clock."""
        turns = self.to_modem.turns(">") + self.to_host.turns("<")
        return "\n".join(_shown(*turn) for turn in sorted(turns)[-_TURNS:])

    def drain(self):
        """Until the modem has all that the host has written."""
        with self._moved:
            # The step under way may have looked before the last byte was written.
            first = self._steps + 2
            done = self._moved.wait_for(
                lambda: self._steps >= first and not self.to_modem.fifo, _DRAIN_S
            )
        if not done:
            raise TimeoutError("the modem does not take what the host has written")

    def wait(self, seconds):
        """As long as this in the line's time."""
        with self._moved:
            end_s = self.clock_s + seconds
            self._moved.wait_for(lambda: self.clock_s >= end_s, seconds + _DRAIN_S)

    def _run(self):
        before = time.monotonic()
        while not self._ending.wait(_STEP_S):
            now = time.monotonic()
            self._step(min(now - before, _LATE_S))
            before = now

    def _step(self, step_s):
        late = self._probe.late() or (self._process and self._process.starved())
        if not late:
            self.clock_s += step_s
        with self._moved:
            self.to_modem.move(step_s, self.clock_s)
            self.to_host.move(step_s, self.clock_s)
            self._steps += 1
            self._moved.notify_all()


class Probe:
    """A byte through a pty that nobody else uses, at each step. The kernel's workers carry it."""

    def __init__(self):
        self._there, self._here = pty.openpty()
        tty.setraw(self._here)
        os.set_blocking(self._there, False)
        self._under_way = False

    def late(self):
        """The one of the last step has not come."""
        if self._under_way and not _read(self._there, 1):
            return True
        self._under_way = bool(_write(self._here, b"?"))
        return False

    def close(self):
        os.close(self._here)
        os.close(self._there)


class Process:
    """Of the modem: does it wait for a processor?"""

    def __init__(self, pid):
        self._stat = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
        self._schedule = os.open(f"/proc/{pid}/schedstat", os.O_RDONLY)
        self._ran = b""

    def starved(self):
        """It has something to do, and has done nothing since it was looked at last."""
        before = self._ran
        try:
            if os.pread(self._stat, _STAT, 0).rpartition(b") ")[2][:1] != b"R":
                return False
            self._ran = os.pread(self._schedule, _STAT, 0).split()[0]
        except ProcessLookupError:
            return False  # it has ended
        return self._ran == before

    def close(self):
        os.close(self._stat)
        os.close(self._schedule)


class Way:
    """One direction. `passed` lists what has arrived, as (the line's time, bytes)."""

    def __init__(self, source, target, speed):
        self.fifo = bytearray()
        self.passed = []
        self._source = source
        self._target = target
        self._bytes_a_s = speed / _BITS
        self._size = max(_FIFO, int(self._bytes_a_s * _LATE_S) + 1)
        self._due = 0.0  # bytes that the time since the first one in the FIFO has paid for

    def move(self, step_s, now_s):
        """Pass on what this time allows, and take what has come."""
        self._due = self._due + self._bytes_a_s * step_s if self.fifo else 0.0
        n = min(int(self._due), len(self.fifo))
        if n:
            self._due -= n
            self._pass_on(n, now_s)
        self.fifo += _read(self._source, self._size - len(self.fifo))

    def turns(self, mark):
        """What came without a silence: (since when, mark, bytes) of each."""
        turns = []
        last_s = -_TURN_S
        for when_s, data in self.passed:
            if when_s - last_s >= _TURN_S:
                turns.append((when_s, mark, bytearray()))
            turns[-1][2].extend(data)
            last_s = when_s
        return turns

    def _pass_on(self, n, now_s):
        taken = _write(self._target, self.fifo[:n])
        if taken:
            self.passed.append((now_s, bytes(self.fifo[:taken])))
            del self.fifo[:taken]


class Port(serial.Serial):
    """A host's port on a paced line. flush() waits for the last stop bit, as a UART's does."""

    def __init__(self, line, path):
        self._line = line
        super().__init__(path, line.speed)

    def flush(self):
        self._line.drain()

    def sleep(self, seconds):
        """In the line's time."""
        self._line.wait(seconds)

    def line_s(self):
        """The line's time."""
        return self._line.clock_s

    def heard(self):
        """What has arrived here since the line was made: (the line's time, bytes), growing."""
        return self._line.to_host.passed


def _shown(when_s, mark, data):
    rest = f" and {len(data) - _SHOWN} more" if len(data) > _SHOWN else ""
    return f"{when_s:8.3f} {mark} {bytes(data[:_SHOWN])!r}{rest}"


# Nothing for now; or for ever, where the modem is gone: a host cannot tell.


def _read(fd, most):
    try:
        return os.read(fd, most) if most else b""
    except OSError:
        return b""


def _write(fd, data):
    try:
        return os.write(fd, data)
    except OSError:
        return 0
