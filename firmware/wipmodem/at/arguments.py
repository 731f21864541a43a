"""The arguments of a +COMMAND: where they end, split in place, checked against a specification.

A specification is a string of letters, one an argument: a letter of KINDS, a capital one if the
argument may be left out. Or it is (place, ((value, letters), ...)): the number at that place
chooses. Numbers may stand in quotes and texts without (H2). Wrong syntax (count, kind, a quote or
a backslash in the wrong place) is plain ERROR whatever else is wrong (E3); only then are ranges
looked at, from left to right.

Within quotes a backslash and two hexadecimal digits stand for any byte (H24; V.250, 5.4.2.2), so
a quote always opens or closes a text, wherever it stands in a line.
"""

from .. import errors
from ..compat import const
from ..errors import ERROR
from ..sockets.socket import INDEXES, SERVER, UDP

NUMBER = const(0)
TEXT = const(1)

# letter: (kind, lowest, highest, error number); with highest None, lowest is all that it may be.
KINDS = {
    ord("p"): (NUMBER, UDP, SERVER, errors.BAD_PROTOCOL),
    ord("i"): (NUMBER, 1, INDEXES[0], errors.BAD_INDEX),
    ord("s"): (NUMBER, 1, INDEXES[2], errors.BAD_INDEX),  # a server's (Q32)
    ord("o"): (NUMBER, 0, 65535, errors.BAD_PORT),
    ord("q"): (NUMBER, 0, 65535, errors.BAD_PORT),  # with the text before it, or neither is given
    ord("m"): (NUMBER, 0, 65535, errors.NOT_SUPPORTED),  # of data
    ord("b"): (NUMBER, 6, 6, errors.NO_OPTION),  # the bearer
    ord("u"): (NUMBER, 0, 65535, errors.NO_OPTION),
    ord("v"): (NUMBER, 0, 65535, errors.BAD_VALUE),
    ord("c"): (NUMBER, (0, 1), None, errors.NO_OPTION),  # user id, password (B4)
    ord("k"): (NUMBER, (0, 1, 11), None, errors.NO_OPTION),  # the same, and the APN (H6)
    ord("a"): (NUMBER, (15, 17, 18), None, errors.NO_OPTION),  # addresses (B5)
    ord("z"): (NUMBER, 0, 0, errors.BAD_VALUE),
    ord("y"): (NUMBER, 0, 1, errors.BAD_VALUE),
    ord("e"): (NUMBER, 0, 0, ERROR),
    ord("w"): (NUMBER, 0, 1, ERROR),
    ord("f"): (NUMBER, 0, 2, ERROR),
    ord("h"): (NUMBER, 0, 921600, ERROR),  # bit/s
    ord("n"): (NUMBER, 0, 65535, ERROR),
    ord("t"): (TEXT, 0, 0, ERROR),
}

_MOST = const(8)
_PEER_PORT = const(0x51)  # Q
_ABSENT = const(-1)
_NOT_A_NUMBER = const(-2)
_TOO_LARGE = const(9999999)  # numbers stop growing here: above every range

_QUOTE = const(0x22)
_COMMA = const(0x2C)
_SMALL = const(0x20)  # the bit that a capital letter lacks
_ESCAPE = const(3)  # characters of `\22`


def command_end(line, start, end):
    """Return where the command in line[start:end] ends: at the next semicolon outside quotes.

    Without one, or after a quote that is never closed, that is `end`. Allocates nothing.
    """
    while True:
        semicolon = line.find(b";", start, end)
        if semicolon < 0:
            return end
        start = line.find(b'"', start, semicolon)
        if start < 0:
            return semicolon
        start = line.find(b'"', start + 1, end) + 1
        if not start:
            return end


def _escapes_fit(line, start, end):
    """Return whether two hexadecimal digits follow each backslash in line[start:end]. The quote
    at `end` is none."""
    start = line.find(b"\\", start, end)
    while start >= 0:
        if not (_is_hex(line[start + 1]) and _is_hex(line[start + 2])):
            return False
        start = line.find(b"\\", start + _ESCAPE, end)
    return True


def _is_hex(char):
    return 0x30 <= char <= 0x39 or 0x41 <= char & ~_SMALL <= 0x46


def _unescaped(text):
    """Return the bytes that a text in quotes stands for. Its escapes have been checked."""
    first, *rest = text.split(b"\\")
    return first + b"".join([bytes((int(part[:2], 16),)) + part[2:] for part in rest])


class Arguments:
    """`count`, and of each `given`, `is_number`, `value`, `text`. Good until the next split."""

    def __init__(self):
        self.count = 0
        self.shown = 0  # where in the line that ends which can be no credential
        self._line = b""
        self._value = [0] * _MOST
        self._start = [0] * _MOST
        self._end = [0] * _MOST

    def set_number(self, value):
        """Hold one number: that of a basic command."""
        self.count = 1
        self._value[0] = value

    def value(self, i):
        return self._value[i]

    def value_or(self, i, default):
        return self._value[i] if self.given(i) else default

    def is_number(self, i):
        return i < self.count and self._value[i] >= 0

    def given(self, i):
        return i < self.count and self._value[i] != _ABSENT

    def text(self, i):
        """Return the bytes that argument i stands for. Allocates."""
        start = self._start[i]
        text = bytes(self._line[start : self._end[i]])
        if self._line[start - 1] != _QUOTE or text.find(b"\\") < 0:
            return text
        return _unescaped(text)

    def split(self, line, start, end):
        """Split line[start:end], all that follows the `=` of a command: 0, or ERROR."""
        self._line = line
        self.shown = start
        self.count = 0
        while self.count < _MOST:
            start = self._one(start, end)
            self.count += 1
            if start < 0:
                return ERROR
            if start == end:
                return 0
            start += 1  # the comma
        return ERROR

    def check(self, spec):
        """0, or the error number."""
        if isinstance(spec, tuple):
            return self._chosen(spec[0], spec[1])
        failure = self._syntax(spec)
        if not failure:
            self._show(spec)
        return failure or self._ranges(spec)

    def _show(self, spec):
        """The numbers before the first text: of +WIPBR=2 not the password, even one of digits."""
        i = 0
        while i < self.count and KINDS[spec[i] | _SMALL][0] != TEXT:
            self.shown = max(self._end[i], self.shown)
            i += 1

    def _chosen(self, place, choices):
        if not self.is_number(place):
            return ERROR
        i = len(choices)
        while i:
            i -= 1
            if choices[i][0] == self._value[place]:
                return self.check(choices[i][1])
        return KINDS[choices[0][1][place]][3]  # none of them: the error of what chooses

    def _one(self, start, end):
        """Note one argument and return where it ends (at a comma, or at the end), or ERROR."""
        line = self._line
        if start < end and line[start] == _QUOTE:
            return self._quoted(start + 1, end)
        stop = line.find(b",", start, end)
        if stop < 0:
            stop = end
        if line.find(b'"', start, stop) >= 0:
            return ERROR
        self._note(self.count, start, stop)
        return stop

    def _quoted(self, start, end):
        """Do the same for a text in quotes, behind the first of them."""
        line = self._line
        stop = line.find(b'"', start, end)
        if stop < 0 or not _escapes_fit(line, start, stop):
            return ERROR
        self._note(self.count, start, stop)
        if start == stop:
            self._value[self.count] = _NOT_A_NUMBER  # "" is given, and empty
        stop += 1
        return stop if stop == end or line[stop] == _COMMA else ERROR

    def _note(self, i, start, end):
        self._start[i] = start
        self._end[i] = end
        value = _ABSENT if start == end else 0
        while start < end and value >= 0:
            digit = self._line[start] - 0x30
            value = min(value * 10 + digit, _TOO_LARGE) if 0 <= digit <= 9 else _NOT_A_NUMBER
            start += 1
        self._value[i] = value

    def _syntax(self, spec):
        if self.count > len(spec):
            return ERROR
        for i in range(len(spec)):
            if not self._shape(i, spec[i]):
                return ERROR
        return 0

    def _shape(self, i, letter):
        if letter == _PEER_PORT and self.given(i) != self.given(i - 1):
            return False
        if not self.given(i):
            return not letter & _SMALL
        return KINDS[letter | _SMALL][0] == TEXT or self._value[i] >= 0

    def _ranges(self, spec):
        for i in range(self.count):
            if not self._in_range(self._value[i], KINDS[spec[i] | _SMALL]):
                return KINDS[spec[i] | _SMALL][3]
        return 0

    def _in_range(self, value, rule):
        if rule[0] == TEXT or value == _ABSENT:
            return True
        if rule[2] is None:
            return value in rule[1]
        return rule[1] <= value <= rule[2]
