"""What the modem says: lines built in one scratch buffer, framed once, here (F4, Q1, Q38).

verbose   information, URC and result: <S3><S4>text<S3><S4>
ATV0      information and URC: text<S3><S4>; result: number<S3>
ATQ1      no results; information and URCs stay
"""

from ..compat import const
from ..contract import RESULT_CONNECT, RESULT_ERROR, RESULT_WORDS
from ..errors import ERROR
from ..settings import CMEE, QUIET, S3, S4, VERBOSE, find

# Result codes of a CONNECT with the speed of the call, by that speed in bit/s (ATV0).
_CONNECT_CODES = const(((300, 10), (1200, 11), (2400, 13), (4800, 14), (9600, 15), (14400, 16)))

_SPACE = const(0x20)
_QUOTE = const(0x22)
_BACKSLASH = const(0x5C)
_DELETE = const(0x7F)
_HEX = const(b"0123456789ABCDEF")

LINE_MAX = const(96)  # the longest line that is said unasked, or beside others, framing included
LONG_MAX = const(320)  # ... and the longest that waits until there is room for it


class Writer:
    """Says lines into `out`, a Pipe. The caller sees to it that there is `room`."""

    def __init__(self, out, settings):
        self.out = out
        self._settings = settings
        self.line = bytearray(LONG_MAX)
        self.began = 0  # where in it the words of the last line begin ...
        self.said = 0  # ... and where they end
        self.most = 0  # bytes that waited at once
        self._n = 0

    def room(self, n=LINE_MAX):
        """Is there room for one more line?"""
        return self.out.room() >= n

    def echo(self, buf, off, n):
        """As typed."""
        self.out.put(buf, off, n)

    # Parts of a line, each returning the writer

    def begin(self, words=b""):
        self._n = 0
        if self._settings[VERBOSE]:
            self._end_of_line()
        self.began = self._n
        return self.text(words)

    def text(self, words):
        self.line[self._n : self._n + len(words)] = words
        self._n += len(words)
        return self

    def char(self, code):
        self.line[self._n] = code
        self._n += 1
        return self

    def number(self, n):
        """Decimal, n >= 0."""
        tens = 10
        while tens <= n:
            tens *= 10
        while tens > 1:
            tens //= 10
            self.char(0x30 + n // tens % 10)
        return self

    def three_digits(self, n):
        """Zero padded, 0 to 999."""
        return self.number(n // 100).number(n // 10 % 10).number(n % 10)

    def seconds(self, whole, ms):
        """`12.345`."""
        return self.number(whole).char(0x2E).three_digits(ms)

    def comma(self, n):
        """A comma and a decimal number."""
        return self.char(0x2C).number(n)

    def quoted(self, words):
        """A comma and words of our own in quotes."""
        return self.text(b',"').text(words).char(_QUOTE)

    def string(self, words):
        """Any bytes in quotes, written so that they read back the same (H24; V.250, 5.4.2.2)."""
        self.char(_QUOTE)
        for i in range(len(words)):
            self._escaped(words[i])
        return self.char(_QUOTE)

    def _escaped(self, char):
        if _SPACE <= char < _DELETE and char != _QUOTE and char != _BACKSLASH:
            self.char(char)
        else:
            self.char(_BACKSLASH).char(_HEX[char >> 4]).char(_HEX[char & 15])

    def peer(self, addr, port):
        """`,"1.2.3.4",5`: four address bytes and a port."""
        return self.address(addr).comma(port)

    def address(self, addr):
        """A comma and four address bytes in quotes."""
        self.text(b',"')
        for i in range(4):
            if i:
                self.char(0x2E)
            self.number(addr[i])
        return self.char(0x22)

    def end(self):
        self.said = self._n  # before its end
        self._end_of_line()
        self.out.put(self.line, 0, self._n)
        self.most = max(self.most, self.out.count())

    def prompt(self):
        """The host's bytes are awaited."""
        self.begin(b"> ")
        self.out.put(self.line, 0, self._n)

    # Results

    def result(self, which):
        """One final result, of those above."""
        if self._settings[QUIET]:
            return
        if self._settings[VERBOSE]:
            self.begin(RESULT_WORDS[which]).end()
        else:
            self._numeric(which)

    def connect(self, speed):
        """CONNECT with the speed of a call, bit/s; 0: without."""
        if not speed:
            self.result(RESULT_CONNECT)
        elif self._settings[QUIET]:
            return
        elif self._settings[VERBOSE]:
            self.begin(b"CONNECT ").number(speed).end()
        else:
            self._numeric(find(_CONNECT_CODES, speed, RESULT_CONNECT))

    def _numeric(self, code):
        self._n = 0
        self.number(code).char(self._settings[S3])
        self.out.put(self.line, 0, self._n)

    def error(self, number):
        """A refused command: +CME ERROR takes the place of ERROR (E1), stays text in ATV0 (E6)."""
        if number == ERROR or not self._settings[CMEE]:
            self.result(RESULT_ERROR)
        elif not self._settings[QUIET]:
            self.begin(b"+CME ERROR: ").number(number).end()

    # Inside

    def _end_of_line(self):
        self.char(self._settings[S3])
        self.char(self._settings[S4])
