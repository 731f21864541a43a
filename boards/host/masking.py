"""User ids and passwords of AT+WIPBR=2,6,OPTION,VALUE, taken out of what is shown of a line.

Nothing is held back: up to its last comma such a command tells nothing, and from there on it is
not shown. It is looked for everywhere, for a line does not say whether it is in data mode.
"""

_COMMAND = b"+WIPBR="
_OPTION_SET = b"2"
_MASK = b"***"
_ENDS = (13, 10)
_EDITS = (8, 127)  # S5, as hosts set it
_QUOTE = 0x22
_SEMICOLON = 0x3B
_COMMA = 0x2C
_LONGEST = 256
_KEPT = 128  # of a line longer than that: more than the beginning of a command


class Mask:
    """One direction of a line. A mistake in it would show a password: where it is unclear whether
    a value has ended (it was edited, or S3 is no CR), all up to the next CR or LF is masked."""

    def __init__(self):
        self._line = bytearray()  # as far as it is typed, with what was deleted taken out
        self._hides = False
        self._told = False  # *** has been said
        self._quoted = False
        self._edited = False

    def show(self, data):
        """These bytes as they may be shown."""
        shown = bytearray()
        for byte in data:
            self._take(byte, byte & 0x7F, shown)
        return bytes(shown)

    def _take(self, byte, char, shown):
        if char in _ENDS or (self._hides and self._is_border(char)):
            self._hides = False
            self._line = bytearray()
        if self._hides:
            self._hide(char, shown)
            return
        shown.append(byte)
        if char in _EDITS:
            self._line = self._line[:-1]
        else:
            self._add(char)

    def _add(self, char):
        self._line.append(char)
        if char == _COMMA and _is_before_value(bytes(self._line)):
            self._hides = True
            self._told = self._quoted = self._edited = False
        elif len(self._line) > _LONGEST:
            self._line = self._line[-_KEPT:]

    def _is_border(self, char):
        return char == _SEMICOLON and not self._quoted and not self._edited

    def _hide(self, char, shown):
        if char == _QUOTE:
            self._quoted = not self._quoted
        elif char in _EDITS:
            self._edited = True
        if not self._told:
            self._told = True
            shown += _MASK


def _is_before_value(line):
    """Does it end in `+WIPBR=2,6,0,`? Blanks, control characters, case and quotes mean nothing."""
    line = bytes(char for char in line if char > 32 and char != _QUOTE).upper()
    at = line.rfind(_COMMAND)
    if at < 0:
        return False
    words = line[at + len(_COMMAND) :].split(b",")
    return len(words) == 4 and words[0].lstrip(b"0") == _OPTION_SET
