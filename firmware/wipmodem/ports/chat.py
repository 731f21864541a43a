"""The dialogue with the radio, one exchange at a time: a command line, its information text and
its result. No method waits.

begin(text, limit_ms) sends a command line. poll(now_ms) reads received bytes, and returns AGAIN
until the exchange has a result: a result code of V.250, or TIMEOUT. The information text is then
in lines[0:n].
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

TIMEOUT = const(9)  # result of an exchange without a result code within its time limit

# Classes of received lines that are neither information text nor a result code.
_UNEXPECTED = const(-2)  # a line outside an exchange, or the echo of an earlier command
_ECHO = const(-3)  # the echo of the command in progress

_ERRORS = const((b"+CME ERROR", b"+CMS ERROR"))
_AT = const(b"AT")
_SPEED_AT = const(8)  # index of the speed in "CONNECT 14400"
# The radio sends "RING ASYNC" or "+CRING:" in place of "RING" after AT+CRC=1.
_RINGS = const((b"RING\n", b"RING ASYNC\n", b"+CRING:"))
_CREG = const(b"+CREG: ")
_WIND = const(b"+WIND: ")
_WIND_READ = const(b"+WIND?")
_MAX_WIND = const(29)  # number of the highest +WIND event whose bit fits into a small int
_CSQ = const(b"+CSQ: ")
_MAX_NUMBER = const(9999999)  # a larger number in a received line is read as 9999999
_SIZE = const(256)  # size of the buffer for received lines, in bytes
_MAX_TEXT = const(240)  # largest size of information text; a result code fits into the rest
_MAX_READS = const(64)  # largest number of bytes that one poll() reads
_WRITE_RETRY_MS = const(20)
_CR = const(13)
_LF = const(10)
_SPACE = const(32)
_DELETE = const(127)
_ZERO = const(0x30)
_NINE = const(0x39)


class Chat:
    """The dialogue with a radio by command lines.

    uart: object with the methods readinto(buf) and write(buf, off, n) of a serial port.

    listener: object whose attributes `rang`, `registered` and `winds` (contract.py) are set by
    unsolicited lines, also during an exchange, and whose `signal` is set by every +CSQ line.
    """

    def __init__(self, uart, listener, now_ms):
        self.now_ms = now_ms
        self._uart = uart
        self._listener = listener
        # Received bytes are read one at a time, because the bytes after CONNECT belong to PPP.
        self._in = bytearray(1)
        self._text = b""  # command line of the exchange in progress
        self._sent = 0  # number of bytes of the command line written so far
        # Timestamp at which the exchange times out; -1: no exchange is in progress.
        self._due_ms = -1
        # lines[0:n] holds information text, lines[n:_end] the line that is being received.
        self.lines = bytearray(_SIZE)
        self.n = 0
        self._end = 0
        self.speed = 0  # bit/s in the last CONNECT line; 0 if that line has no speed
        # Count of received lines that were unexpected, or for which the buffer had no room.
        self.ignored = 0

    def begin(self, text, limit_ms):
        """Begin an exchange: send the command line `text`, and expect a result within limit_ms. If
        `text` is empty, nothing is sent, and the exchange ends with a result or TIMEOUT."""
        self.n = self._end = self._sent = 0
        self._due_ms = ticks_add(self.now_ms, limit_ms)
        self._text = text
        self._send()

    def stop(self):
        """End the exchange. After a result, an exchange continues until stop() or its timeout."""
        self._due_ms = -1

    def poll(self, now_ms):
        """Read received bytes. Return a result code or TIMEOUT if the exchange has just got this
        result, else AGAIN."""
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
        """Return True if the last byte read was a CR, so that the LF of the line is still to be
        read."""
        return self._in[0] == _CR

    def wait_ms(self, now_ms, max_ms):
        """Return the ms until poll() must be called, at most max_ms."""
        if self._sent < len(self._text):
            return _WRITE_RETRY_MS
        if self._due_ms < 0:
            return max_ms
        return min(max(ticks_diff(self._due_ms, now_ms), 0), max_ms)

    def _send(self):
        if self._sent < len(self._text):
            self._sent += self._uart.write(self._text, self._sent, len(self._text) - self._sent)

    def _receive(self, code):
        """Add the byte `code` to the received line. Return the result code that the byte
        completes, or AGAIN."""
        if code in (_CR, _LF):
            return self._end_line() if self._end > self.n else AGAIN
        if _SPACE <= code < _DELETE and self._end < _SIZE - 1:
            self.lines[self._end] = code
            self._end += 1
        return AGAIN

    def _end_line(self):
        """Classify the received line, and keep the line if it is information text. Return a result
        code or AGAIN."""
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
        """Pass an unsolicited line to the listener. Return True for such a line, else False. The
        response to AT+CREG? has two numbers, an unsolicited +CREG line has one. A +CSQ line is
        always a response."""
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
        """Pass an unsolicited +WIND line of a Wavecom radio to the listener. Return False for the
        response to AT+WIND?, which looks the same, and for an invalid event number."""
        event = self._number(self.n + len(_WIND))
        is_answer = self._due_ms >= 0 and self._text.find(_WIND_READ) >= 0
        if is_answer or not 0 <= event <= _MAX_WIND:
            return False
        self._listener.winds |= 1 << event
        return True

    def _result(self):
        """Classify the received line. Return its result code, _ECHO, _UNEXPECTED, or AGAIN for
        information text."""
        if self._is_echo():
            return _ECHO
        code = 0
        for word in RESULT_WORDS:
            # A speed may follow CONNECT. Any other result code is the whole line.
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
        """Return True if the received line is the echo of the command in progress. A radio sends
        an echo until it receives ATE0."""
        self.lines[self._end - 1] = _CR
        same = self._end - self.n == len(self._text) and self._begins(self._text)
        self.lines[self._end - 1] = _LF
        return same

    def _begins(self, words):
        return self.lines.find(words, self.n, self._end) == self.n

    def _has_length(self, words):
        """Return True if the received line, without its terminator, is as long as `words`."""
        return self._end - self.n == len(words) + 1

    def _number(self, at):
        """Return the decimal number at index `at` of the line buffer, or -1 if there is no
        digit."""
        value = -1
        while at < self._end and _ZERO <= self.lines[at] <= _NINE:
            value = min(max(value, 0) * 10 + self.lines[at] - _ZERO, _MAX_NUMBER)
            at += 1
        return value
