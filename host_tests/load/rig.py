"""A real modem that can be looked into, and a host that is quick: what all load tests stand on."""

import os
import re
import select
import socket
import time
from pathlib import Path
from typing import NamedTuple

from e2e import LOOPBACK, Modem, send_all
from serving import PATIENCE_S

_WATCHED = Path(__file__).with_name("watched.py")
_BLOCK = 1 << 16
_GUARD_MS = 25  # S12 is 20 ms then
_TAIL = 4096
_LOOK_S = 0.01
_QUIET_S = 0.1  # a side that could do nothing for so long has been stopped
# What stands behind the data when data mode has ended. Lines come as they like in command mode.
_LINES = rb"(?:\r\n\+WIP[A-Z]+: [0-9,.\"]+\r\n)*"
_ENDED = re.compile(_LINES + rb"\r\nOK\r\n" + _LINES + rb"\Z")
_CONNECTED = re.compile(_LINES + rb"\r\nCONNECT\r\n")


class Look(NamedTuple):
    """What watched.py answers."""

    heap: int  # in use: bytes, on CPython blocks
    passes: int  # of the loop, so far
    held: int  # bytes of the host's that were read and cannot be passed on
    unsent: int  # bytes that wait for peers to take them
    clock_ms: int  # the loop's


class LoadedModem(Modem):
    """`look()` asks the modem itself; `fds()` asks the kernel."""

    def __init__(self, interpreter, folder, *options, dte="pty"):
        self._looker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._looker.bind((LOOPBACK, 0))
        self._looker.settimeout(PATIENCE_S)
        os.environ["LOAD_LOOK"] = str(self._looker.getsockname()[1])
        super().__init__(interpreter, folder, *options, dte=dte, program=_WATCHED)
        self._looker.connect(self._looker.recvfrom(16)[1])

    def __exit__(self, *exception):
        self._looker.close()
        super().__exit__(*exception)

    def look(self, word=b"look"):
        """How it is at this moment."""
        self._looker.send(word)
        return Look(*map(int, self._looker.recv(64).split()))

    def heap(self):
        """In use after a collection."""
        return self.look(b"collect").heap

    def fds(self):
        return len(os.listdir(f"/proc/{self.pid()}/fd"))

    def quick_escape(self):
        """From now on 20 ms of silence are enough."""
        self.ask("ATS12=1", "OK")


class Flat:
    """Looks at heap and descriptors: neither may grow with the work done.

    What MicroPython has in use after a collection changes by some hundred bytes, as old addresses
    on its stack keep this or that alive; what grows, grows with the number of cycles.
    """

    _SLACK = 512  # bytes; blocks on CPython

    def __init__(self, modem):
        self._modem = modem
        self._fds = modem.fds()
        self._heap = []

    def look(self):
        self._heap.append(self._modem.heap())
        assert self._modem.fds() == self._fds, "descriptors are left open"
        assert max(self._heap) - self._heap[0] < self._SLACK, f"the heap grows: {self._heap}"

    def figures(self):
        return {"heap": self._heap, "fds": self._fds}


class Visit:
    """One stay in data mode. `came(data)` is given what the socket's peer sent."""

    def __init__(self, modem, protocol, index, mode, came):
        self._modem = modem
        self._fd = modem.line.fileno()
        self._came = came
        self._write(b"AT+WIPDATA=%d,%d,%d\r" % (protocol, index, mode))
        said = b""
        while not (match := _CONNECTED.match(said)):
            said += self.read_some()
        self._deliver(said[match.end() :])

    def exchange(self, data, enough):
        """Send all of the data, and read until enough() of the peer's has come."""
        left = memoryview(data)
        moved = time.monotonic()
        while left or not enough():
            out = [self._fd] if left else []
            readable, writable, _ = select.select([self._fd], out, [], _LOOK_S)
            if readable or writable:
                moved = time.monotonic()
            assert time.monotonic() - moved < PATIENCE_S, "nothing moves any more"
            if readable:
                self._deliver(os.read(self._fd, _BLOCK))
            if writable:
                left = left[os.write(self._fd, left[:_BLOCK]) :]

    def write_some(self, data):
        """What the line takes, once it takes something."""
        select.select([], [self._fd], [], PATIENCE_S)
        return os.write(self._fd, data)

    def read_some(self):
        """What there is, at least one byte."""
        assert select.select([self._fd], [], [], PATIENCE_S)[0], "the modem says nothing"
        return os.read(self._fd, _BLOCK)

    def type_until_stopped(self, stream):
        """Until the line takes no more; what it took is the stream's beginning."""
        while takes_more(self._fd):
            data = stream.take(_BLOCK)
            stream.at -= len(data) - os.write(self._fd, data)

    def leave(self):
        """By the escape, while the peer may go on. The modem must have had all bytes before."""
        began_ms = self._modem.look().clock_ms
        while self._modem.look().clock_ms - began_ms < _GUARD_MS:
            if select.select([self._fd], [], [], _LOOK_S)[0]:
                self._deliver(os.read(self._fd, _BLOCK))
        self._write(b"+++")
        kept = b""
        while not (match := _ENDED.search(kept)):
            if len(kept) > _TAIL:
                self._deliver(kept[:-_TAIL])
                kept = kept[-_TAIL:]
            kept += self.read_some()
        self._deliver(kept[: match.start()])

    def _deliver(self, data):
        if data:
            self._came(data)

    def _write(self, data):
        send_all(lambda piece: os.write(self._fd, piece), data)


def takes_more(line):
    """Not, if it could be given nothing for so long: a socket, or a descriptor."""
    return bool(select.select([], [line], [], _QUIET_S)[1])
