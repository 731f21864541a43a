"""The arguments of an extended command: splitting, and checks against a specification.

A specification is a bytes object in the bracket notation of V.250 5.4.2, without the commas. Each
character describes one argument. Arguments in brackets are optional: the host gives either all
arguments in one pair of brackets or none of them.

    t       a text
    0 to 9  a number from 0 to that digit; a larger number is refused with plain ERROR
    others  a number; the table of kinds has the range and the error number for each letter

For example, `pi[o][to]` means a protocol, an index, an optional port, and an optional pair of a
text and a port. A specification may also be a tuple (place, ((value, specification), ...)). The
number in argument `place` then selects the specification with the same value. Arguments up to
`place` must not be optional.

The host may give numbers in quotes, and texts without quotes (H2). Wrong syntax (too many or too
few arguments, an argument of the wrong kind, a misplaced quote or backslash) is refused with plain
ERROR, even if a number is also out of range (E3). The ranges are checked from left to right after
the syntax has been checked.

Within quotes, a backslash and two hexadecimal digits represent any byte (H24; V.250 5.4.2.2). A
quote character in a command line therefore always opens or closes a text.
"""

from ..compat import const
from ..errors import ERROR

_MAX_COUNT = const(8)  # largest number of arguments of a command
# Stored in place of any larger number. This number is above the range of every argument.
_TOO_LARGE = const(9999999)

# Stored as the value of an argument that is omitted, or that is not a number.
_OMITTED = const(-1)
_NOT_A_NUMBER = const(-2)

_MALFORMED = const(-1)  # returned instead of a position in the line if the syntax is wrong
# Marks an argument outside brackets, for which there is no index of a first optional argument.
_REQUIRED = const(-1)

# Characters of an argument specification.
_OPEN = const(0x5B)
_CLOSE = const(0x5D)
_TEXT = const(0x74)  # t
_ZERO = const(0x30)
_NINE = const(0x39)
# Index of the error number in a row (lowest, highest, error number) of the table of kinds.
_ERROR_NUMBER = const(2)

# Characters of a command line.
_QUOTE = const(0x22)
_COMMA = const(0x2C)
_UPPER_CASE = const(0xDF)  # mask that converts a letter to upper case
_ESCAPE_SIZE = const(3)  # number of characters in an escape such as `\22`


def command_end(line, start, end):
    """Return the position in `line` where the first command in line[start:end] ends.

    A command ends at the next semicolon outside quotes. Without such a semicolon, or after a quote
    that is never closed, the command ends at `end`. Allocates nothing.
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


def _has_valid_escapes(line, start, end):
    """Return True if two hexadecimal digits follow each backslash in line[start:end].

    The character at `end` must be a quote. A quote is not a hexadecimal digit, so no valid escape
    extends beyond `end`.
    """
    start = line.find(b"\\", start, end)
    while start >= 0:
        if not (_is_hex(line[start + 1]) and _is_hex(line[start + 2])):
            return False
        start = line.find(b"\\", start + _ESCAPE_SIZE, end)
    return True


def _is_hex(char):
    return 0x30 <= char <= 0x39 or 0x41 <= char & _UPPER_CASE <= 0x46


def _unescape(text):
    """Return `text` with each escape replaced by its byte. All escapes must be valid."""
    first, *rest = text.split(b"\\")
    return first + b"".join([bytes((int(part[:2], 16),)) + part[2:] for part in rest])


class Arguments:
    """Arguments of the command in progress, numbered from 0 and valid until the next split().

    kinds: table of kinds, a dict from the code of a letter to (lowest, highest, error number). If
    `highest` is None, `lowest` is a tuple of all valid values.
    """

    def __init__(self, kinds):
        self.count = 0  # number of arguments in the line, including omitted arguments
        self.public_end = 0  # position in the line: the text before it has no credentials
        self._kinds = kinds
        self._line = b""
        # The four lists have, for each argument: its number (or _OMITTED or _NOT_A_NUMBER), the
        # positions of its start and its end in the line, and its letter in the specification.
        self._value = [0] * _MAX_COUNT
        self._start = [0] * _MAX_COUNT
        self._end = [0] * _MAX_COUNT
        self._letter = bytearray(_MAX_COUNT)

    def set_number(self, value):
        """Store the number after a basic command, such as 1 in ATE1, as the only argument."""
        self.count = 1
        self._value[0] = value

    def value(self, i):
        """Return the number in argument i. The argument must be given, and must be a number."""
        return self._value[i]

    def value_or(self, i, default):
        """Return the number in argument i, or `default` if argument i is omitted."""
        return self._value[i] if self.given(i) else default

    def given(self, i):
        """Return True if argument i is not omitted. An empty text in quotes counts as given."""
        return i < self.count and self._value[i] != _OMITTED

    def is_number(self, i):
        """Return True if argument i is a decimal number, with or without quotes."""
        return i < self.count and self._value[i] >= 0

    def text(self, i):
        """Return argument i as bytes, without quotes and with its escapes decoded. Allocates."""
        start = self._start[i]
        text = bytes(self._line[start : self._end[i]])
        if self._line[start - 1] != _QUOTE or text.find(b"\\") < 0:
            return text
        return _unescape(text)

    def split(self, line, start, end):
        """Split line[start:end], the text after the `=` of a command, at its commas.

        Return 0, or ERROR for a misplaced quote or backslash, or for too many arguments. The
        caller must not change `line` while the arguments are in use. Allocates nothing.
        """
        self._line = line
        self.public_end = start
        self.count = 0
        while self.count < _MAX_COUNT:
            start = self._split_one(start, end)
            self.count += 1
            if start < 0:
                return ERROR
            if start == end:
                return 0
            start += 1
        return ERROR

    def check(self, spec):
        """Return 0 if the arguments match a specification, otherwise the error number (E3).

        spec: a specification as at the top of this file. Allocates nothing.
        """
        if isinstance(spec, tuple):
            return self._check_choice(spec[0], spec[1])
        if not self._matches(spec):
            return ERROR
        self._find_public_end()
        return self._check_ranges()

    def _check_choice(self, place, choices):
        if not self.is_number(place):
            return ERROR
        i = len(choices)
        while i:
            i -= 1
            if choices[i][0] == self._value[place]:
                return self.check(choices[i][1])
        # No specification has this value. All specifications of a choice have the same letter at
        # index `place`, so the first specification gives the error number.
        return self._kinds[choices[0][1][place]][_ERROR_NUMBER]

    def _split_one(self, start, end):
        """Store the argument that begins at `start` in the line.

        Return the position of the comma after the argument, or `end`, or _MALFORMED.
        """
        line = self._line
        if start < end and line[start] == _QUOTE:
            return self._split_quoted(start + 1, end)
        stop = line.find(b",", start, end)
        if stop < 0:
            stop = end
        if line.find(b'"', start, stop) >= 0:
            return _MALFORMED
        self._note(self.count, start, stop)
        return stop

    def _split_quoted(self, start, end):
        """Store an argument in quotes. start: position after the opening quote.

        Return the position of the comma after the argument, or `end`, or _MALFORMED.
        """
        line = self._line
        stop = line.find(b'"', start, end)
        if stop < 0 or not _has_valid_escapes(line, start, stop):
            return _MALFORMED
        self._note(self.count, start, stop)
        if start == stop:
            # "" is an empty text and not an omitted argument.
            self._value[self.count] = _NOT_A_NUMBER
        stop += 1
        return stop if stop == end or line[stop] == _COMMA else _MALFORMED

    def _note(self, i, start, end):
        """Store line[start:end] as argument i, and its value if the text is a decimal number."""
        self._start[i] = start
        self._end[i] = end
        value = _OMITTED if start == end else 0
        while start < end and value >= 0:
            digit = self._line[start] - _ZERO
            value = min(value * 10 + digit, _TOO_LARGE) if 0 <= digit <= 9 else _NOT_A_NUMBER
            start += 1
        self._value[i] = value

    def _matches(self, spec):
        """Store the letter of each argument. Return True if the arguments match `spec` in kind.

        The ranges of numbers are not checked.
        """
        i = k = 0
        # Index of the first argument in the brackets around argument i, or _REQUIRED.
        first = _REQUIRED
        while k < len(spec):
            letter = spec[k]
            k += 1
            if letter == _OPEN:
                first = i
            elif letter == _CLOSE:
                first = _REQUIRED
            else:
                self._letter[i] = letter
                if not self._fits(i, first):
                    return False
                i += 1
        return self.count <= i

    def _fits(self, i, first):
        """Return True if argument i has the right kind, or is correctly omitted.

        first: index of the first argument in the brackets around argument i, or _REQUIRED. The
        host must give either all arguments in these brackets or none.
        """
        given = self.given(i)
        if given != (first < 0 or self.given(first)):
            return False
        return not given or self._letter[i] == _TEXT or self._value[i] >= 0

    def _find_public_end(self):
        """Set public_end to the end of the last argument before the first text.

        A text may be a password, even if it consists of digits, such as 1234 in
        AT+WIPBR=2,6,1,1234.
        """
        i = 0
        while i < self.count and self._letter[i] != _TEXT:
            self.public_end = self._end[i]
            i += 1

    def _check_ranges(self):
        for i in range(self.count):
            error = self._check_range(self._value[i], self._letter[i])
            if error:
                return error
        return 0

    def _check_range(self, value, letter):
        """Return 0 if `value` is in the range that belongs to `letter`, else the error number."""
        if letter == _TEXT or value == _OMITTED:
            return 0
        if letter <= _NINE:
            return 0 if value <= letter - _ZERO else ERROR
        lowest, highest, error = self._kinds[letter]
        fits = value in lowest if highest is None else lowest <= value <= highest
        return 0 if fits else error
