"""The arguments of a +COMMAND: split in place, checked against a table.

A specification is a tuple of (kind, lowest, highest, error number, optional); with highest None,
lowest is a tuple of the values that may be. Numbers may stand in quotes and texts without (H2).
Wrong syntax (count, kind) is plain ERROR whatever else is wrong (E3); only then are ranges looked
at, from left to right.
"""

from .compat import const
from .errors import ERROR

NUMBER = const(0)
TEXT = const(1)

_MOST = const(8)
_ABSENT = const(-1)
_NOT_A_NUMBER = const(-2)
_TOO_LARGE = const(9999999)  # numbers stop growing here: above every range

_QUOTE = const(0x22)
_COMMA = const(0x2C)
_SEMICOLON = const(0x3B)


def number(low, high, error, optional=False):
    return (NUMBER, low, high, error, optional)


def one_of(values, error):
    return (NUMBER, values, None, error, False)


def text(optional=False):
    return (TEXT, 0, 0, 0, optional)


class Arguments:
    """`count`, and of each `given`, `is_number`, `value`, `text`. Good until the next split."""

    def __init__(self):
        self.count = 0
        self._line = b""
        self._value = [0] * _MOST
        self._start = [0] * _MOST
        self._end = [0] * _MOST

    def value(self, i):
        return self._value[i]

    def value_or(self, i, default):
        return self._value[i] if self.given(i) else default

    def is_number(self, i):
        return i < self.count and self._value[i] >= 0

    def given(self, i):
        return i < self.count and self._value[i] != _ABSENT

    def text(self, i):
        """Allocates."""
        return bytes(self._line[self._start[i] : self._end[i]])

    def split(self, line, start, end):
        """Split line[start:end] up to a semicolon: where that is, or ERROR."""
        self._line = line
        self.count = 0
        while self.count < _MOST:
            start = self._one(start, end)
            self.count += 1
            if start < 0 or start == end or line[start] == _SEMICOLON:
                return start
            start += 1  # the comma
        return ERROR

    def check(self, spec):
        """0, or the error number."""
        return self._syntax(spec) or self._ranges(spec)

    def _one(self, start, end):
        """One argument: where it ends (at comma, semicolon or the end), or ERROR."""
        line = self._line
        i = self.count
        if start < end and line[start] == _QUOTE:
            stop = line.find(b'"', start + 1, end)
            if stop < 0:
                return ERROR
            self._note(i, start + 1, stop)
            if start + 1 == stop:
                self._value[i] = _NOT_A_NUMBER  # "" is given, and empty
            return stop + 1 if self._at_border(stop + 1, end) else ERROR
        stop = self._border(start, end)
        self._note(i, start, stop)
        return stop

    def _border(self, start, end):
        """Where the next comma or semicolon stands, or `end`."""
        semicolon = self._line.find(b";", start, end)
        if semicolon >= 0:
            end = semicolon
        comma = self._line.find(b",", start, end)
        return end if comma < 0 else comma

    def _at_border(self, i, end):
        return i == end or self._line[i] == _COMMA or self._line[i] == _SEMICOLON  # noqa: PLR1714

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

    def _shape(self, i, rule):
        if not self.given(i):
            return rule[4]
        return rule[0] == TEXT or self._value[i] >= 0

    def _ranges(self, spec):
        for i in range(self.count):
            if not self._in_range(i, spec[i]):
                return spec[i][3]
        return 0

    def _in_range(self, i, rule):
        value = self._value[i]
        if rule[0] == TEXT or value == _ABSENT:
            return True
        if rule[2] is None:
            return value in rule[1]
        return rule[1] <= value <= rule[2]
