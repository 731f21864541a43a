"""Lines from the modem to the DTE: each is built in one scratch buffer and framed here.

<S3> and <S4> are the characters in those registers, CR and LF at first (F4, Q1, Q38):

    ATV1  information text, URC and result code: <S3><S4>text<S3><S4>
    ATV0  information text and URC: text<S3><S4>; result code: number<S3>
    ATQ1  no result codes; information text and URCs as above
"""

from ..compat import const
from ..contract import RESULT_CONNECT, RESULT_ERROR, RESULT_WORDS
from ..errors import ERROR
from ..settings import CMEE, QUIET, S3, S4, VERBOSE, find

# Result codes of a CONNECT with the speed of the call, by that speed in bit/s (ATV0).
_CONNECT_CODES = const(((300, 10), (1200, 11), (2400, 13), (4800, 14), (9600, 15), (14400, 16)))

_SPACE = const(0x20)
_QUOTE = const(0x22)
_COMMA = const(0x2C)
_POINT = const(0x2E)
_ZERO = const(0x30)
_BACKSLASH = const(0x5C)
_DELETE = const(0x7F)
_HEX = const(b"0123456789ABCDEF")

# Sizes in bytes, framing included. Most lines are written once LINE_MAX bytes are free in the
# output. A line that may be longer, up to LONG_MAX, waits until there is room for LONG_MAX.
LINE_MAX = const(96)
LONG_MAX = const(320)


class Writer:
    """Builds lines and puts them into `out`, a Pipe. The caller first asks room().

    A line is begin(), any number of parts, and end(). The parts return the writer, so that calls
    can be chained. Nothing here allocates.
    """

    def __init__(self, out, settings):
        self.out = out
        self._settings = settings
        self.line = bytearray(LONG_MAX)  # the last line, with its framing
        self.text_start = 0  # position in `line` where the text of the last line starts
        self.text_end = 0  # position in `line` where that text ends
        self.peak = 0  # most bytes in `out` after a line, since the last reset
        self._n = 0  # bytes in `line`

    def room(self, n=LINE_MAX):
        """Return True if the output has room for a line of n bytes."""
        return self.out.free() >= n

    def echo(self, buf, off, n):
        """Send n bytes of `buf` from position `off` back to the DTE as they are."""
        self.out.write(buf, off, n)

    # A line and its parts

    def begin(self, text=b""):
        """Start a line with its opening framing and this text."""
        self._n = 0
        if self._settings[VERBOSE]:
            self._end_of_line()
        self.text_start = self._n
        return self.text(text)

    def text(self, text):
        """Append bytes as they are."""
        self.line[self._n : self._n + len(text)] = text
        self._n += len(text)
        return self

    def char(self, code):
        """Append one character."""
        self.line[self._n] = code
        self._n += 1
        return self

    def number(self, n):
        """Append a decimal number, n >= 0."""
        tens = 10
        while tens <= n:
            tens *= 10
        while tens > 1:
            tens //= 10
            self.line[self._n] = _ZERO + n // tens % 10
            self._n += 1
        return self

    def three_digits(self, n):
        """Append a number from 0 to 999 with leading zeros."""
        return self.number(n // 100).number(n // 10 % 10).number(n % 10)

    def seconds(self, whole, ms):
        """Append a time such as `12.345`: whole seconds and the milliseconds after them."""
        return self.number(whole).char(_POINT).three_digits(ms)

    def comma(self, n):
        """Append a comma and a decimal number, n >= 0."""
        self.line[self._n] = _COMMA
        self._n += 1
        return self.number(n)

    def quoted(self, text):
        """Append a comma and a text in quotes. It must not contain a quote or a backslash."""
        return self.text(b',"').text(text).char(_QUOTE)

    def string(self, text):
        """Append any bytes in quotes, escaped as a command line takes them (H24; V.250 5.4.2.2).

        A byte may take three characters.
        """
        self.char(_QUOTE)
        for i in range(len(text)):
            self._escaped(text[i])
        return self.char(_QUOTE)

    def _escaped(self, char):
        if _SPACE <= char < _DELETE and char != _QUOTE and char != _BACKSLASH:
            self.char(char)
        else:
            self.char(_BACKSLASH).char(_HEX[char >> 4]).char(_HEX[char & 15])

    def peer(self, addr, port):
        """Append an address of four bytes and a port, such as `,"1.2.3.4",5`."""
        return self.address(addr).comma(port)

    def address(self, addr):
        """Append a comma and an address of four bytes in quotes, such as `,"1.2.3.4"`."""
        self.text(b',"')
        for i in range(4):
            if i:
                self.char(_POINT)
            self.number(addr[i])
        return self.char(_QUOTE)

    def end(self):
        """Close the line with its framing and send it."""
        self.text_end = self._n
        self._end_of_line()
        self.out.write(self.line, 0, self._n)
        self.peak = max(self.peak, self.out.count())

    def prompt(self):
        """Send the prompt after which the modem takes data from the DTE. It has no end of line."""
        self.begin(b"> ")
        self.out.write(self.line, 0, self._n)

    # Final result codes, and RING and NO CARRIER

    def result(self, code):
        """Send a result code of contract.py as a word or, after ATV0, as a number."""
        if self._settings[QUIET]:
            return
        if self._settings[VERBOSE]:
            self.begin(RESULT_WORDS[code]).end()
        else:
            self._numeric(code)

    def connect(self, speed):
        """Send CONNECT, with the speed of a call in bit/s unless it is 0."""
        if not speed:
            self.result(RESULT_CONNECT)
        elif self._settings[QUIET]:
            return
        elif self._settings[VERBOSE]:
            self.begin(b"CONNECT ").number(speed).end()
        else:
            self._numeric(find(_CONNECT_CODES, speed, RESULT_CONNECT))

    def error(self, number):
        """Send the result of a command that failed, with the error number after AT+CMEE=1.

        +CME ERROR then takes the place of ERROR (E1), and stays text after ATV0 (E6).
        """
        if number == ERROR or not self._settings[CMEE]:
            self.result(RESULT_ERROR)
        elif not self._settings[QUIET]:
            self.begin(b"+CME ERROR: ").number(number).end()

    def _numeric(self, code):
        self._n = 0
        self.number(code).char(self._settings[S3])
        self.out.write(self.line, 0, self._n)

    def _end_of_line(self):
        self.line[self._n] = self._settings[S3]
        self.line[self._n + 1] = self._settings[S4]
        self._n += 2
