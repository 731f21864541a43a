"""Reads a byte at a time into one line buffer, matches the start of the line, forgets the rest.

Knows nothing of its last life, so it always closes its socket first, open or not.
"""

import time

from . import Surprise

_LINE_SIZE = 80
_LIMIT_S = 3
_GUARD_S = 1.1
_FAILED = (b"ERROR", b"+CME ERROR")
_ANY_RESULT = (b"OK", *_FAILED)
_TEXT = bytes(range(256))


def run(port, place):
    port.timeout = _LIMIT_S
    reader = Reader(port)
    reader.ask(b"ATE0", b"OK")
    reader.ask(b"AT+WIPCLOSE=2,1", *_ANY_RESULT)
    reader.ask(b"AT+WIPCFG=1", *_ANY_RESULT)
    reader.ask(b"AT+WIPBR=4,6", b"OK")
    reader.wait_for(b"+WIPBR: 6,1")
    for _ in range(2):
        reader.ask(b"AT+WIPCLOSE=2,1", *_ANY_RESULT)
        reader.ask(b'AT+WIPCREATE=2,1,"%s",%d' % (place.address.encode(), place.port), b"OK")
        reader.wait_for(b"+WIPREADY: 2,1")
        reader.ask(b"AT+WIPDATA=2,1,2", b"CONNECT")
        exchange(port)
        time.sleep(_GUARD_S)
        port.write(b"+++")
        reader.wait_for(b"OK")
    reader.ask(b"AT+WIPCLOSE=2,1", b"OK")


def exchange(port):
    for sent in _TEXT:
        port.write(bytes((sent,)))
    for sent in _TEXT:
        came = port.read(1)
        if came != bytes((sent,)):
            raise Surprise("the peer's echo", bytes((sent,)), came)


class Reader:
    def __init__(self, port):
        self._port = port
        self._line = b""

    def ask(self, command, *starts):
        """One line out, then lines in until one begins as it should."""
        self._port.write(command + b"\r")
        if self.wait_for(*starts, *_FAILED).startswith(starts):
            return
        raise Surprise(command, starts, self._line)

    def wait_for(self, *starts):
        unknown = []
        while self._read_line():
            if self._line.startswith(starts):
                return self._line
            unknown.append(self._line)
        raise Surprise("waiting", starts, unknown)

    def _read_line(self):
        """The next line that is not empty, without its end; nothing when the limit has passed."""
        self._line = b""
        while char := self._port.read(1):
            if char not in b"\r\n":
                self._line = (self._line + char)[:_LINE_SIZE]
            elif char == b"\n" and self._line:
                return self._line
        return b""
