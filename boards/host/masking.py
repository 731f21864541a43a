"""Remove the user ids and passwords of AT+WIPBR=2 from a trace of the host's serial line.

hide() masks a complete command line, in the form that the modem's line reader has assembled. A
command ends where the modem's own parser ends it. All other bytes (data, and bytes between command
lines) pass through a Mask, which hides text that looks like AT+WIPBR=2.
"""

from wipmodem.at.arguments import command_end
from wipmodem.settings import S3, S5

_COMMAND = b"WIPBR"
_SET = b"WIPBR="
_PUBLIC = (b"", b"?", b"=?")
_MASK = b"***"
_NUMBERS = 3  # number of numeric parameters before the value
_MAX_DIGITS = 2  # maximum digits of a numeric parameter, without leading zeros
_CR = 13
_LF = 10
_DELETES = (8, 127)  # usual values of S5, the code of the backspace character
_SPACE = 32
_QUOTE = 0x22
_MAX_KEPT = 256  # maximum number of characters of a line that Mask remembers


def hide(line):
    """Return a command line (bytes) with *** for the value of each +WIPBR command.

    Malformed commands and values are masked, too, because a user may mistype a command. Allocates.
    """
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
    """Return the end of the public part of line[start:end], which is up to three small numbers."""
    if line[start:end] in _PUBLIC:
        return end
    if line[start : start + 1] == b"=":
        start += 1
    for _ in range(_NUMBERS):
        comma = line.find(b",", start, end)
        stop = end if comma < 0 else comma
        number = line[start:stop].strip(b'"')
        if len(number.lstrip(b"0")) > _MAX_DIGITS or not (number + b"0").isdigit():
            return start
        start = min(stop + 1, end)
    return start


class Mask:
    """A filter for the bytes of one direction that are not part of a complete command line.

    After `+WIPBR=` the filter hides everything to the end of the line, also if the user corrected
    the command while typing. The line ends with LF, or with CR while S3 is CR. Any other character
    in S3 does not end the line here, because that character may occur in a value.
    """

    def __init__(self, settings):
        """settings: the modem's settings, of which S3 and S5 are used."""
        self._settings = settings
        # The current line in upper case, without spaces, quotes and deleted characters.
        self._line = bytearray()
        self._hiding = False  # True while the rest of the current line is hidden

    def start_line(self, hiding=False):
        """Start a new line.

        hiding: True if the first bytes may be the rest of a value and must be hidden.
        """
        self._hiding = hiding
        self._line = bytearray()

    def show(self, data):
        """Return the bytes of `data` that may be shown, with *** for hidden ones. Allocates."""
        shown = bytearray()
        for byte in data:
            self._show_byte(byte, byte & 0x7F, shown)
        return bytes(shown)

    def _show_byte(self, byte, char, shown):
        if char == _LF or char == self._settings[S3] == _CR:
            self.start_line()
        if self._hiding:
            return
        shown.append(byte)
        if char in _DELETES or char == self._settings[S5]:
            self._line = self._line[:-1]
        elif char > _SPACE and char != _QUOTE:
            self._line = self._line[-_MAX_KEPT:] + bytes((char,)).upper()
            if self._line.endswith(_SET):
                self._hiding = True
                shown += _MASK
