"""Writer of the lines from the modem to the DTE: information text, URCs and result codes.

<S3> and <S4> are the characters in the registers S3 and S4, by default CR and LF (F4, Q1, Q38):

    ATV1  information text, URC and result code: <S3><S4>text<S3><S4>
    ATV0  information text and URC: text<S3><S4>; result code: number<S3>
    ATQ1  no result codes; information text and URCs as above
"""

from ..compat import const
from ..contract import RESULT_CONNECT, RESULT_ERROR, RESULT_WORDS
from ..errors import ERROR
from ..settings import CMEE, QUIET, S3, S4, VERBOSE, find

# Rows of (speed of a data call in bit/s, numeric result code for CONNECT with that speed).
_CONNECT_CODES = const(((300, 10), (1200, 11), (2400, 13), (4800, 14), (9600, 15), (14400, 16)))

_SPACE = const(0x20)
_QUOTE = const(0x22)
_COMMA = const(0x2C)
_POINT = const(0x2E)
_ZERO = const(0x30)
_BACKSLASH = const(0x5C)
_DELETE = const(0x7F)
_HEX = const(b"0123456789ABCDEF")

# Largest sizes in bytes of a line with its framing. Most lines have at most LINE_MAX bytes, and
# are written only while the output has LINE_MAX bytes free. A line that may be longer has at most
# LONG_MAX bytes, and is written only while the output has LONG_MAX bytes free.
LINE_MAX = const(96)
LONG_MAX = const(320)


class Writer:
    """Writer that builds lines and puts them into `out`, a Pipe. The caller first checks room().

    To write a line, call begin(), a method for each part, and end(). The methods for parts return
    the writer, so that calls can be chained. Writing a line allocates nothing.
    """

    def __init__(self, out, settings):
        self.out = out
        self._settings = settings
        # Buffer for one line with its framing. It keeps the last line until the next line begins.
        self.line = bytearray(LONG_MAX)
        self.text_start = 0  # position in `line` where the text of the last line starts
        self.text_end = 0  # position in `line` where the text of the last line ends
        # Largest number of bytes in `out` after a line was written. Reset with the peaks of
        # health.py.
        self.peak = 0
        self._n = 0  # number of bytes of the present line in `line`

    def room(self, n=LINE_MAX):
        """Return True if the output has room for a line of n bytes, framing included."""
        return self.out.free() >= n

    def echo(self, buf, off, n):
        """Send n bytes of `buf` from index `off` back to the DTE unchanged."""
        self.out.write(buf, off, n)

    # A line and its parts

    def begin(self, text=b""):
        """Start a line: append the opening framing and then `text`, bytes."""
        self._n = 0
        if self._settings[VERBOSE]:
            self._end_of_line()
        self.text_start = self._n
        return self.text(text)

    def text(self, text):
        """Append `text`, bytes, to the line unchanged."""
        self.line[self._n : self._n + len(text)] = text
        self._n += len(text)
        return self

    def char(self, code):
        """Append one character. code: its character code, 0 to 255."""
        self.line[self._n] = code
        self._n += 1
        return self

    def number(self, n):
        """Append n, an integer that is not negative, as a decimal number."""
        tens = 10
        while tens <= n:
            tens *= 10
        while tens > 1:
            tens //= 10
            self.line[self._n] = _ZERO + n // tens % 10
            self._n += 1
        return self

    def three_digits(self, n):
        """Append n, a number from 0 to 999, as three digits with leading zeros."""
        return self.number(n // 100).number(n // 10 % 10).number(n % 10)

    def seconds(self, whole, ms):
        """Append a time such as `12.345`. whole: full seconds. ms: milliseconds, 0 to 999."""
        return self.number(whole).char(_POINT).three_digits(ms)

    def comma(self, n):
        """Append a comma and n, an integer that is not negative, as a decimal number."""
        self.line[self._n] = _COMMA
        self._n += 1
        return self.number(n)

    def quoted(self, text):
        """Append a comma and a text in quotes. The text must have no quote and no backslash."""
        return self.text(b',"').text(text).char(_QUOTE)

    def string(self, text):
        """Append any bytes in quotes, with the escapes of a command line (H24; V.250 5.4.2.2).

        A quote, a backslash or a byte that cannot be printed becomes three characters.
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
        """Append a comma, an IPv4 address (four bytes), a comma and a port: `,"1.2.3.4",5`."""
        return self.address(addr).comma(port)

    def address(self, addr):
        """Append a comma and an IPv4 address (four bytes) in quotes: `,"1.2.3.4"`."""
        self.text(b',"')
        for i in range(4):
            if i:
                self.char(_POINT)
            self.number(addr[i])
        return self.char(_QUOTE)

    def end(self):
        """Append the characters in S3 and S4 to the line, and send the line."""
        self.text_end = self._n
        self._end_of_line()
        self.out.write(self.line, 0, self._n)
        self.peak = max(self.peak, self.out.count())

    def prompt(self):
        """Send the prompt for data from the DTE, `> `, which has no line ending."""
        self.begin(b"> ")
        self.out.write(self.line, 0, self._n)

    # Final result codes, and the result codes RING and NO CARRIER

    def result(self, code):
        """Send a result code of contract.py: a word after ATV1, a number after ATV0.

        After ATQ1, send nothing.
        """
        if self._settings[QUIET]:
            return
        if self._settings[VERBOSE]:
            self.begin(RESULT_WORDS[code]).end()
        else:
            self._numeric(code)

    def connect(self, speed):
        """Send the result code CONNECT. speed: speed of a data call in bit/s, or 0 if unknown."""
        if not speed:
            self.result(RESULT_CONNECT)
        elif self._settings[QUIET]:
            return
        elif self._settings[VERBOSE]:
            self.begin(b"CONNECT ").number(speed).end()
        else:
            self._numeric(find(_CONNECT_CODES, speed, RESULT_CONNECT))

    def error(self, number):
        """Send the final result code of a failed command. number: an error number of errors.py.

        After AT+CMEE=1, +CME ERROR with the number replaces ERROR (E1). +CME ERROR is sent as
        text even after ATV0 (E6).
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
