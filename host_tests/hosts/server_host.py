"""A meter that is called: listens, reads exactly as many bytes as it is told of, and answers.

Reads lines; what comes unasked is put on a list until somebody wants it.
"""

import time

from . import Surprise

_LIMIT_S = 5
_GUARD_S = 1.1
_FIRST, _LAST = 5, 6


def run(port, place):
    """Two peers call. Each sends a line and is told how long it was; then it hangs up."""
    port.timeout = _LIMIT_S
    modem = Lines(port)
    modem.ask(b"ATE0", b"OK")
    modem.ask(b"AT+WIPCFG=1", b"OK")
    modem.ask(b"AT+WIPBR=4,6", b"OK")
    modem.wait_for(b"+WIPBR: 6,1")
    modem.ask(b"AT+WIPCREATE=3,1,%d,%d,%d" % (place.port, _FIRST, _LAST), b"OK")
    for index in (_FIRST, _LAST):
        modem.wait_for(b"+WIPACCEPT: 1,%d" % index)
    for index in (_FIRST, _LAST):
        answer(modem, port, index)
    for index in (_FIRST, _LAST):
        modem.wait_for(b"+WIPPEERCLOSE: 2,%d" % index)
        modem.ask(b"AT+WIPCLOSE=2,%d" % index, b"OK")
    modem.ask(b"AT+WIPCLOSE=3,1", b"OK")
    if modem.unasked:
        raise Surprise("at the end", [], modem.unasked)


def answer(modem, port, index):
    told = modem.wait_for(b"+WIPDATA: 2,%d," % index)
    count = int(told.rsplit(b",", 1)[1])
    modem.ask(b"AT+WIPDATA=2,%d,2" % index, b"CONNECT")
    line = port.read(count)
    if len(line) != count or not line.endswith(b"\n"):
        raise Surprise("reading %d bytes" % count, b"a whole line", line)
    port.write(b"%d bytes\n" % count)
    port.flush()
    time.sleep(_GUARD_S)
    port.write(b"+++")
    modem.result(b"+++", b"OK")


class Lines:
    """Results come to those who ask; `unasked` keeps the other lines in order."""

    def __init__(self, port):
        self.unasked = []
        self._port = port

    def ask(self, command, expected):
        self._port.write(command + b"\r")
        self.result(command, expected)

    def result(self, command, expected):
        while (line := self._line(command)) not in (b"OK", b"CONNECT", b"ERROR"):
            self.unasked.append(line)
        if line != expected:
            raise Surprise(command, expected, line)

    def wait_for(self, start):
        """The first line that begins so, whenever it came."""
        while not (found := [line for line in self.unasked if line.startswith(start)]):
            self.unasked.append(self._line(start))
        self.unasked.remove(found[0])
        return found[0]

    def _line(self, doing):
        """The next line that holds anything, an echo aside."""
        line = b"\r\n"
        while line in (b"\r\n", b"ATE0\r\r\n"):
            line = self._port.readline()
        if not line.endswith(b"\r\n"):
            raise Surprise(doing, b"a line", line)
        return line.strip()
