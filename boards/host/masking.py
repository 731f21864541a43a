"""User ids and passwords of AT+WIPBR=2, taken out of what is shown of the host's line.

A command line is shown once it is complete, as the modem's own line reader has it, and by the
modem's own rule of where a command ends. All other bytes (data, and what stands between lines)
are shown at once, but for what looks like such a command.
"""

from wipmodem.at.arguments import command_end
from wipmodem.settings import S3, S5

_COMMAND = b"WIPBR"
_SET = b"WIPBR="
_PUBLIC = (b"", b"?", b"=?")
_MASK = b"***"
_NUMBERS = 3  # that stand before the value
_LONGEST_NUMBER = 2
_CR = 13
_LF = 10
_EDITS = (8, 127)  # S5, as hosts set it
_SPACE = 32
_QUOTE = 0x22
_KEPT = 256


def hide(line):
    """Return a command line without the values of +WIPBR, in any form of it and of its values."""
    upper = line.upper()
    shown = b""
    start = 0
    found = upper.find(_COMMAND)
    while found >= 0:
        begin = found + len(_COMMAND)
        end = command_end(line, begin, len(line))
        public = _public_end(line, begin, end)
        shown += line[start:public] + (_MASK if public < end else b"")
        start = end
        found = upper.find(_COMMAND, end)
    return shown + line[start:]


def _public_end(line, start, end):
    """Return how far the arguments in line[start:end] can be no value: three small numbers."""
    if line[start:end] in _PUBLIC:
        return end
    if line[start : start + 1] == b"=":
        start += 1
    for _ in range(_NUMBERS):
        comma = line.find(b",", start, end)
        stop = end if comma < 0 else comma
        number = line[start:stop].strip(b'"')
        if len(number.lstrip(b"0")) > _LONGEST_NUMBER or not (number + b"0").isdigit():
            return start
        start = min(stop + 1, end)
    return start


class Mask:
    """Bytes that are no command line, in one direction.

    What looks like `+WIPBR=` hides all up to the end of a line, also where characters are deleted.
    That is an LF, or a CR while it is S3: any other S3 may occur in a value.
    """

    def __init__(self, settings):
        self._settings = settings
        self._line = bytearray()  # letters since the last end of a line, deleted ones taken out
        self._hides = False

    def line_ends(self, hides=False):
        """Begin anew after a line that was shown otherwise; or hide what may be the rest of it."""
        self._hides = hides
        self._line = bytearray()

    def show(self, data):
        """Return these bytes as they may be shown."""
        shown = bytearray()
        for byte in data:
            self._take(byte, byte & 0x7F, shown)
        return bytes(shown)

    def _take(self, byte, char, shown):
        if char == _LF or char == self._settings[S3] == _CR:
            self.line_ends()
        if self._hides:
            return
        shown.append(byte)
        if char in _EDITS or char == self._settings[S5]:
            self._line = self._line[:-1]
        elif char > _SPACE and char != _QUOTE:
            self._line = self._line[-_KEPT:] + bytes((char,)).upper()
            if self._line.endswith(_SET):
                self._hides = True
                shown += _MASK
