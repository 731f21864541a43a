"""One exchange with the radio at a time: a command out, lines in, a final result. Never waits.

`begin(text, limit_ms)` sends; `service(now_ms)` reads and returns AGAIN until one of the results
below has come. The information lines before it stand in `lines[0:n]`, each ended by LF.
"""

from .. import ticks
from ..contract import AGAIN, const

OK = const(0)
CONNECT = const(1)
REFUSED = const(2)  # ERROR in any form
NO_CARRIER = const(3)
BUSY = const(4)
NO_ANSWER = const(5)
SILENCE = const(6)  # none of these within the limit

# How the final lines begin (base.md section 2); a CONNECT may go on with a speed.
_RESULTS = (
    (b"OK\n", OK),
    (b"CONNECT", CONNECT),
    (b"ERROR\n", REFUSED),
    (b"+CME ERROR", REFUSED),
    (b"+CMS ERROR", REFUSED),
    (b"NO CARRIER\n", NO_CARRIER),
    (b"NO DIALTONE\n", NO_CARRIER),
    (b"BUSY\n", BUSY),
    (b"NO ANSWER\n", NO_ANSWER),
)
_SIZE = const(256)
_CR = const(13)
_LF = const(10)
_SPACE = const(32)


class Chat:
    """`uart` reads and writes as the serial port does: readinto(buf), write(buf, off, n)."""

    def __init__(self, uart, now_ms):
        self._uart = uart
        self._in = bytearray(64)
        self._due_ms = -1  # no exchange under way
        self._now_ms = now_ms
        self._begins = 0  # where in `lines` the line under way begins
        self.lines = bytearray(_SIZE)
        self.n = 0
        self.ignored = 0  # lines that nobody had asked for, and those that were too many or long

    def busy(self):
        return self._due_ms >= 0

    def begin(self, text, limit_ms):
        """Send `text`; no text only waits, for silence or a result."""
        self._forget()
        self._due_ms = ticks.add(self._now_ms, limit_ms)
        # A command is shorter than the transmit buffer, which is empty: nothing else is sent.
        self._uart.write(text, 0, len(text))

    def stop(self):
        self._due_ms = -1

    def service(self, now_ms):
        """AGAIN, or the result that has just come."""
        self._now_ms = now_ms
        n = self._uart.readinto(self._in)
        for i in range(max(n, 0)):
            result = self._take(self._in[i])
            if result >= 0:
                self._due_ms = -1
                return result
        if self._due_ms >= 0 and ticks.diff(now_ms, self._due_ms) >= 0:
            self._due_ms = -1
            return SILENCE
        return AGAIN

    def wait_ms(self, now_ms, longest_ms):
        if self._due_ms < 0:
            return longest_ms
        return min(max(ticks.diff(self._due_ms, now_ms), 0), longest_ms)

    def _take(self, code):
        """One byte from the radio: AGAIN, or the result that it ends."""
        if code in (_CR, _LF):
            return self._end_line() if self.n > self._begins else AGAIN
        if _SPACE <= code < 127:
            if self.n < _SIZE - 1:
                self.lines[self.n] = code
                self.n += 1
        return AGAIN

    def _end_line(self):
        self.lines[self.n] = _LF
        begins = self._begins
        for words, result in _RESULTS:
            if self._due_ms >= 0 and self.lines.find(words, begins, self.n + 1) == begins:
                self.n = begins
                return result
        self.n += 1
        if self._due_ms < 0 or self.n >= _SIZE:
            self.ignored += 1
            self.n = begins
        self._begins = self.n
        return AGAIN

    def _forget(self):
        self.n = self._begins = 0
