"""One exchange with the radio at a time: a command out, lines in, a final result. Never waits.

`begin(text, limit_ms)` sends; `service(now_ms)` reads and returns AGAIN until one of the results
below has come. The information lines before it stand in `lines[0:n]`, each ended by LF.
"""

from .. import ticks
from ..contract import AGAIN, BEST_SIGNAL, NO_SIGNAL, const

# The results: the numbers of V.250 5.7.1, and one more.
OK = const(0)
CONNECT = const(1)
NO_CARRIER = const(3)
REFUSED = const(4)  # ERROR in any form
NO_DIALTONE = const(6)
BUSY = const(7)
NO_ANSWER = const(8)
SILENCE = const(9)  # none of these within the limit
_UNASKED = const(-2)  # to be counted: a line between exchanges, or the echo of another command
_ECHO = const(-3)  # of the command under way: a radio's echo is on until it is told otherwise

# How the final lines begin (V.250 5.7.1); a CONNECT may go on with a speed.
_RESULTS = const(
    (
        (b"OK\n", OK),
        (b"CONNECT", CONNECT),
        (b"ERROR\n", REFUSED),
        (b"+CME ERROR", REFUSED),
        (b"+CMS ERROR", REFUSED),
        (b"NO CARRIER\n", NO_CARRIER),
        (b"NO DIALTONE\n", NO_DIALTONE),
        (b"BUSY\n", BUSY),
        (b"NO ANSWER\n", NO_ANSWER),
        (b"AT", _UNASKED),
    )
)
_SPEED_AT = const(8)  # "CONNECT 14400"
_RING = const(b"RING\n")
_RING_DATA = const(b"RING ASYNC\n")  # with AT+CRC=1 the kind of the call is told
_CRING = const(b"+CRING:")
_CREG = const(b"+CREG: ")
_CREG_AT = const(7)  # "+CREG: 1"
_WIND = const(b"+WIND: ")
_WIND_AT = const(7)
_WIND_READ = const(b"+WIND?")
_MOST_WIND = const(29)  # a bit of a small integer each
_CSQ = const(b"+CSQ: ")
_CSQ_AT = const(6)
_LARGEST = const(9999999)  # numbers stop growing here
_SIZE = const(256)
_KEPT = const(240)  # of it; behind that there is room for every result
_AT_ONCE = const(64)  # bytes read in a pass
_HELD_UP_MS = const(20)
_CR = const(13)
_LF = const(10)
_SPACE = const(32)


class Chat:
    """`uart` reads and writes as the serial port does: readinto(buf), write(buf, off, n).

    `told` hears of what comes unasked at any time, also amid an exchange: `rang`, `registered`,
    and in `winds` bit n of +WIND: n; and of a `signal`, whoever has asked.
    """

    def __init__(self, uart, told, now_ms):
        self.now_ms = now_ms
        self._uart = uart
        self._told = told
        self._in = bytearray(1)  # not a byte more than the result's: PPP may follow
        self._text = b""
        self._sent = 0  # of it
        self._due_ms = -1  # no exchange under way
        self._end = 0  # of the line under way, which begins at n
        self.lines = bytearray(_SIZE)
        self.n = 0
        self.speed = 0  # of the last CONNECT, bit/s, 0 if it named none
        self.ignored = 0  # lines that were not asked for, or that were too many or too long

    def begin(self, text, limit_ms):
        """Send `text`; no text only waits, for silence or a result."""
        self.n = self._end = self._sent = 0
        self._due_ms = ticks.add(self.now_ms, limit_ms)
        self._text = text
        self._send()

    def stop(self):
        """After a result; without it the exchange goes on, to its limit."""
        self._due_ms = -1

    def poll(self, now_ms):
        """AGAIN, or the result that has just come."""
        self.now_ms = now_ms
        self._send()
        for _ in range(_AT_ONCE):
            if self._uart.readinto(self._in) <= 0:
                break
            result = self._take(self._in[0])
            if result >= 0:
                return result
        return SILENCE if self._due_ms >= 0 and ticks.diff(now_ms, self._due_ms) >= 0 else AGAIN

    def lf_comes(self):
        """Of the last line's CR LF the LF has not been read yet."""
        return self._in[0] == _CR

    def wait_ms(self, now_ms, longest_ms):
        if self._sent < len(self._text):
            return _HELD_UP_MS
        if self._due_ms < 0:
            return longest_ms
        return min(max(ticks.diff(self._due_ms, now_ms), 0), longest_ms)

    def _send(self):
        if self._sent < len(self._text):
            self._sent += self._uart.write(self._text, self._sent, len(self._text) - self._sent)

    def _take(self, code):
        """One byte from the radio: AGAIN, or the result that it ends."""
        if code in (_CR, _LF):
            return self._end_line() if self._end > self.n else AGAIN
        if _SPACE <= code < 127 and self._end < _SIZE - 1:
            self.lines[self._end] = code
            self._end += 1
        return AGAIN

    def _end_line(self):
        self.lines[self._end] = _LF
        self._end += 1
        result = AGAIN
        if not self._tells():
            result = self._result() if self._due_ms >= 0 else _UNASKED
            if result == AGAIN and self._end <= _KEPT:
                self.n = self._end
            elif result in (AGAIN, _UNASKED):
                self.ignored += 1
        self._end = self.n
        return max(result, AGAIN)

    def _tells(self):
        """RING, or a +CREG of one number: the answer to AT+CREG? has two. A +CSQ is an answer."""
        if self._begins(_CSQ):
            signal = self._number(self.n + _CSQ_AT)
            self._told.signal = signal if 0 <= signal <= BEST_SIGNAL else NO_SIGNAL
            return False
        if self._begins(_RING) or self._begins(_RING_DATA) or self._begins(_CRING):
            self._told.rang = True
            return True
        if self._begins(_WIND):
            return self._tells_wind()
        if not self._begins(_CREG) or self.lines.find(b",", self.n, self._end) >= 0:
            return False
        stat = self._number(self.n + _CREG_AT)
        if stat >= 0:
            self._told.registered = stat
        return stat >= 0

    def _tells_wind(self):
        """A Wavecom radio's event; the answer to AT+WIND? looks the same."""
        event = self._number(self.n + _WIND_AT)
        answers = self._due_ms >= 0 and self._text.find(_WIND_READ) >= 0
        if answers or not 0 <= event <= _MOST_WIND:
            return False
        self._told.winds |= 1 << event
        return True

    def _result(self):
        """What the line means; AGAIN: it is information."""
        if self._is_echo():
            return _ECHO
        for words, result in _RESULTS:
            if self._begins(words):
                if result == CONNECT:
                    self.speed = max(self._number(self.n + _SPEED_AT), 0)
                return result
        return AGAIN

    def _is_echo(self):
        """The command under way, up to its CR."""
        self.lines[self._end - 1] = _CR
        same = self._end - self.n == len(self._text) and self._begins(self._text)
        self.lines[self._end - 1] = _LF
        return same

    def _begins(self, words):
        return self.lines.find(words, self.n, self._end) == self.n

    def _number(self, at):
        """The number that stands there, -1 if there is none."""
        value = -1
        while at < self._end and 0x30 <= self.lines[at] <= 0x39:
            value = min(max(value, 0) * 10 + self.lines[at] - 0x30, _LARGEST)
            at += 1
        return value
