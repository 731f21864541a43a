"""One exchange with the radio at a time: a command line out, lines in, a result. Never waits.

begin(text, limit_ms) sends a command. poll(now_ms) reads, and returns AGAIN until a result has
come: a result code of V.250, or TIMEOUT. The information text is then in lines[0:n].
"""

from ..clock import ticks_add, ticks_diff
from ..contract import (
    AGAIN,
    BEST_SIGNAL,
    NO_SIGNAL,
    RESULT_CONNECT,
    RESULT_ERROR,
    RESULT_WORDS,
    const,
)

TIMEOUT = const(9)  # beside the result codes: none has come within the limit

# Kinds of received lines that are neither information text nor a result code.
_UNEXPECTED = const(-2)  # outside an exchange, or the echo of an earlier command
_ECHO = const(-3)  # the echo of the command in progress

_ERRORS = const((b"+CME ERROR", b"+CMS ERROR"))
_AT = const(b"AT")
_SPEED_AT = const(8)  # index of the speed in "CONNECT 14400"
_RINGS = const((b"RING\n", b"RING ASYNC\n", b"+CRING:"))  # the last two appear after AT+CRC=1
_CREG = const(b"+CREG: ")
_WIND = const(b"+WIND: ")
_WIND_READ = const(b"+WIND?")
_MAX_WIND = const(29)  # the highest +WIND event whose bit fits into a small int
_CSQ = const(b"+CSQ: ")
_MAX_NUMBER = const(9999999)  # a larger number in a line is read as this one
_SIZE = const(256)  # bytes of the buffer for received lines
_MAX_TEXT = const(240)  # bytes of information text; a result code fits into the rest
_MAX_READS = const(64)  # the most bytes that one poll() reads
_WRITE_RETRY_MS = const(20)
_CR = const(13)
_LF = const(10)
_SPACE = const(32)
_DELETE = const(127)
_ZERO = const(0x30)
_NINE = const(0x39)


class Chat:
    """The dialogue with a radio by command lines.

    uart: has readinto(buf) and write(buf, off, n) of a serial port.

    listener: gets `rang`, `registered` and `winds` (contract.py) of unsolicited lines, which may
    come during an exchange, and `signal` of any +CSQ line.
    """

    def __init__(self, uart, listener, now_ms):
        self.now_ms = now_ms
        self._uart = uart
        self._listener = listener
        self._in = bytearray(1)  # one byte at a time, because the bytes after CONNECT are PPP's
        self._text = b""  # the command line of the exchange
        self._sent = 0  # bytes of the command line written so far
        self._due_ms = -1  # deadline of the exchange; -1: no exchange is in progress
        # lines[0:n] is information text, lines[n:_end] the line that is being received.
        self.lines = bytearray(_SIZE)
        self.n = 0
        self._end = 0
        self.speed = 0  # bit/s that the last CONNECT named, 0 if it named none
        # Count of lines that were unexpected, or for which the buffer had no room.
        self.ignored = 0

    def begin(self, text, limit_ms):
        """Begin an exchange. text b"": send nothing, and wait for a result or the timeout."""
        self.n = self._end = self._sent = 0
        self._due_ms = ticks_add(self.now_ms, limit_ms)
        self._text = text
        self._send()

    def stop(self):
        """End the exchange. Without this call it goes on after a result, until its timeout."""
        self._due_ms = -1

    def poll(self, now_ms):
        """Read the radio. Return AGAIN, or the result if the exchange has just ended."""
        self.now_ms = now_ms
        self._send()
        for _ in range(_MAX_READS):
            if self._uart.readinto(self._in) <= 0:
                break
            result = self._receive(self._in[0])
            if result >= 0:
                return result
        return TIMEOUT if self._due_ms >= 0 and ticks_diff(now_ms, self._due_ms) >= 0 else AGAIN

    def lf_pending(self):
        """Return True if the LF of the last line's CR LF has not been read."""
        return self._in[0] == _CR

    def wait_ms(self, now_ms, max_ms):
        """Return the time until poll() has to be called, at most max_ms."""
        if self._sent < len(self._text):
            return _WRITE_RETRY_MS
        if self._due_ms < 0:
            return max_ms
        return min(max(ticks_diff(self._due_ms, now_ms), 0), max_ms)

    def _send(self):
        if self._sent < len(self._text):
            self._sent += self._uart.write(self._text, self._sent, len(self._text) - self._sent)

    def _receive(self, code):
        """Add one byte to the line. Return AGAIN, or the result that the byte completes."""
        if code in (_CR, _LF):
            return self._end_line() if self._end > self.n else AGAIN
        if _SPACE <= code < _DELETE and self._end < _SIZE - 1:
            self.lines[self._end] = code
            self._end += 1
        return AGAIN

    def _end_line(self):
        """Classify the line, and keep it if it is information text."""
        self.lines[self._end] = _LF
        self._end += 1
        result = AGAIN
        if not self._is_unsolicited():
            result = self._result() if self._due_ms >= 0 else _UNEXPECTED
            if result == AGAIN and self._end <= _MAX_TEXT:
                self.n = self._end
            elif result in (AGAIN, _UNEXPECTED):
                self.ignored += 1
        self._end = self.n
        return max(result, AGAIN)

    def _is_unsolicited(self):
        """Return True for an unsolicited line that the listener has got. The answer to AT+CREG?
        has two numbers, an unsolicited +CREG has one. +CSQ is always an answer."""
        if self._begins(_CSQ):
            signal = self._number(self.n + len(_CSQ))
            self._listener.signal = signal if 0 <= signal <= BEST_SIGNAL else NO_SIGNAL
            return False
        for ring in _RINGS:
            if self._begins(ring):
                self._listener.rang = True
                return True
        if self._begins(_WIND):
            return self._is_wind()
        if not self._begins(_CREG) or self.lines.find(b",", self.n, self._end) >= 0:
            return False
        stat = self._number(self.n + len(_CREG))
        if stat >= 0:
            self._listener.registered = stat
        return stat >= 0

    def _is_wind(self):
        """Note an event of a Wavecom radio. The answer to AT+WIND? looks the same."""
        event = self._number(self.n + len(_WIND))
        is_answer = self._due_ms >= 0 and self._text.find(_WIND_READ) >= 0
        if is_answer or not 0 <= event <= _MAX_WIND:
            return False
        self._listener.winds |= 1 << event
        return True

    def _result(self):
        """Classify the line: return its result code, _ECHO, _UNEXPECTED, or AGAIN for
        information text."""
        if self._is_echo():
            return _ECHO
        code = 0
        for word in RESULT_WORDS:
            # CONNECT may be followed by a speed, every other word stands alone.
            if word and self._begins(word) and (code == RESULT_CONNECT or self._has_length(word)):
                if code == RESULT_CONNECT:
                    self.speed = max(self._number(self.n + _SPEED_AT), 0)
                return code
            code += 1
        for word in _ERRORS:
            if self._begins(word):
                return RESULT_ERROR
        return _UNEXPECTED if self._begins(_AT) else AGAIN

    def _is_echo(self):
        """Return True if the line is the command in progress, which a radio echoes until it is
        told not to."""
        self.lines[self._end - 1] = _CR
        same = self._end - self.n == len(self._text) and self._begins(self._text)
        self.lines[self._end - 1] = _LF
        return same

    def _begins(self, words):
        return self.lines.find(words, self.n, self._end) == self.n

    def _has_length(self, words):
        """Return True if the line, without its terminator, is as long as the words."""
        return self._end - self.n == len(words) + 1

    def _number(self, at):
        """Return the number at an index of the buffer, or -1 if there is none."""
        value = -1
        while at < self._end and _ZERO <= self.lines[at] <= _NINE:
            value = min(max(value, 0) * 10 + self.lines[at] - _ZERO, _MAX_NUMBER)
            at += 1
        return value
