"""The dialogue with the radio by AT commands.

An exchange is one command line to the radio, with the information text and the final result code
that the radio sends in response. Only one exchange is in progress at a time. begin(text, limit_ms)
sends a command line. poll(now_ms) reads received bytes, and returns AGAIN until the exchange has a
result: a result code of V.250, or TIMEOUT. The information text is then in lines[0:n]. No method
waits.
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

# Result of an AT command for which the radio sends no result code within the time limit.
TIMEOUT = const(9)

# Classes of lines from the radio that are neither information text nor a result code.
# _UNEXPECTED: a line while no command is in progress, or the echo of an earlier command.
_UNEXPECTED = const(-2)
_ECHO = const(-3)  # class of a line that is the echo of the command in progress

_ERRORS = const((b"+CME ERROR", b"+CMS ERROR"))
_AT = const(b"AT")
_SPEED_AT = const(8)  # index of the speed in "CONNECT 14400"
# The radio sends "RING ASYNC" or "+CRING:" in place of "RING" after AT+CRC=1.
_RINGS = const((b"RING\n", b"RING ASYNC\n", b"+CRING:"))
_CREG = const(b"+CREG: ")
_WIND = const(b"+WIND: ")
_WIND_READ = const(b"+WIND?")
# Highest number of a +WIND event. The bit of a higher number would not fit into a small int.
_MAX_WIND = const(29)
_CSQ = const(b"+CSQ: ")
# Limit for numbers in lines from the radio. A larger number is read as 9999999.
_MAX_NUMBER = const(9999999)
_SIZE = const(256)  # size of the buffer for lines from the radio, in bytes
# Largest number of bytes of information text in the buffer for lines from the radio. The rest of
# the buffer has room for a result code.
_MAX_TEXT = const(240)
_MAX_READS = const(64)  # largest number of bytes that one call of Chat.poll() reads
_WRITE_RETRY_MS = const(20)
_CR = const(13)
_LF = const(10)
_SPACE = const(32)
_DELETE = const(127)
_ZERO = const(0x30)
_NINE = const(0x39)


class Chat:
    """The dialogue with a radio by AT commands. An exchange is one command and its response.

    uart: object with the methods readinto(buf) and write(buf, off, n) of a serial port.

    listener: object with the attributes `rang`, `registered`, `winds` (contract.py) and `signal`.
    The radio's URCs set the first three, also during an exchange. Each +CSQ line sets `signal`.

    now_ms: timestamp of the call.
    """

    def __init__(self, uart, listener, now_ms):
        self.now_ms = now_ms
        self._uart = uart
        self._listener = listener
        # Bytes are read one at a time, because all bytes after a CONNECT line belong to the call.
        self._in = bytearray(1)
        self._text = b""  # command line to the radio in the exchange in progress
        self._sent = 0  # number of bytes of the command line that the UART has accepted
        # Timestamp at which the command in progress times out; -1: no command is in progress.
        self._due_ms = -1
        # lines[0:n] is information text. lines[n:_end] is the line that is being received.
        self.lines = bytearray(_SIZE)
        self.n = 0
        self._end = 0
        self.speed = 0  # speed in the last CONNECT line, in bit/s; 0 if the line has no speed
        # Number of lines from the radio that were discarded, because they belonged to no command
        # or because the buffer had no room.
        self.ignored = 0

    def begin(self, text, limit_ms):
        """Begin an exchange: send the command line `text`, and expect a result code within
        limit_ms. With an empty `text`, the modem sends nothing, and only waits for a result code
        or the end of limit_ms."""
        self.n = self._end = self._sent = 0
        self._due_ms = ticks_add(self.now_ms, limit_ms)
        self._text = text
        self._send()

    def stop(self):
        """End the exchange with the radio. A result code alone does not end an exchange: the lines
        after the result code belong to the exchange until stop() or the end of limit_ms."""
        self._due_ms = -1

    def poll(self, now_ms):
        """Read bytes from the radio. now_ms: timestamp of the call of poll(). Return a result code
        if a result code has arrived, TIMEOUT if the time limit has passed, else AGAIN."""
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
        """Return True if the last byte read is a CR. The LF that ends the same line is then still
        to be read."""
        return self._in[0] == _CR

    def wait_ms(self, now_ms, max_ms):
        """Return the number of ms, at most max_ms, after which poll() must be called."""
        if self._sent < len(self._text):
            return _WRITE_RETRY_MS
        if self._due_ms < 0:
            return max_ms
        return min(max(ticks_diff(self._due_ms, now_ms), 0), max_ms)

    def _send(self):
        if self._sent < len(self._text):
            self._sent += self._uart.write(self._text, self._sent, len(self._text) - self._sent)

    def _receive(self, code):
        """Add the received byte `code` to the line that is being received. Return the result code
        if this byte completes a line with a result code, else AGAIN."""
        if code in (_CR, _LF):
            return self._end_line() if self._end > self.n else AGAIN
        if _SPACE <= code < _DELETE and self._end < _SIZE - 1:
            self.lines[self._end] = code
            self._end += 1
        return AGAIN

    def _end_line(self):
        """Classify the line that has just been received, and keep the line if the line is
        information text. Return the result code if the line is one, else AGAIN."""
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
        """Return True if the received line is a URC, and set the listener's attribute for the URC.
        A +CREG line is a URC if the line has one number; in the response to AT+CREG? the line has
        two. A +CSQ line is never a URC, but sets the listener's `signal`."""
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
        """Return True if the +WIND line is a URC of a Wavecom radio, and set the bit of its event
        in the listener's `winds`. Return False for the response to AT+WIND?, which looks the same,
        and for an invalid event number."""
        event = self._number(self.n + len(_WIND))
        is_answer = self._due_ms >= 0 and self._text.find(_WIND_READ) >= 0
        if is_answer or not 0 <= event <= _MAX_WIND:
            return False
        self._listener.winds |= 1 << event
        return True

    def _result(self):
        """Return the class of the received line: a result code, _ECHO, _UNEXPECTED, or AGAIN for
        information text."""
        if self._is_echo():
            return _ECHO
        code = 0
        for word in RESULT_WORDS:
            # A line with CONNECT may also have a speed. A line with any other result code has no
            # more text.
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
        """Return True if the received line is the echo of the command in progress. A radio echoes
        commands until the radio has received ATE0."""
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
        """Return the decimal number that begins at index `at` of the buffer `lines`, or -1 if no
        digit is at this index."""
        value = -1
        while at < self._end and _ZERO <= self.lines[at] <= _NINE:
            value = min(max(value, 0) * 10 + self.lines[at] - _ZERO, _MAX_NUMBER)
            at += 1
        return value
