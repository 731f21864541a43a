"""The dispatcher: finds each command of a line, checks its arguments and calls its handler.

Extended commands come from table.py, basic commands and S-registers from settings.py (F9, F16,
Q36, Q37). A name that no table has is looked up among the fixed responses, then it goes to the
radio.
"""

from .. import errors, lazy
from ..at.arguments import command_end
from ..clock import ticks_diff
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..counters import LINE_TOO_LONG
from ..recorder import LINE
from ..settings import BASIC, DIALECT, NO_EFFECT, NO_EFFECT_SIZE, S_REGISTERS, WIPSOFT, find
from . import base
from .table import (
    ABSENT,
    ACTIONS,
    HANDLER,
    HIGHEST,
    NAME,
    READ,
    RUN,
    SET,
    SPEC,
    TABLE,
    TEST,
    WIPSOFT_SPEC,
)

_SPACE = const(0x20)
_DOLLAR = const(0x24)
_PLUS = const(0x2B)
_SEMICOLON = const(0x3B)
_EQUALS = const(0x3D)
_QUESTION = const(0x3F)
_D = const(0x44)
_S = const(0x53)
_PREFIXES = const(b"&%\\")  # first characters of basic commands with two characters
_NAME_ENDS = const(b'?=;"')  # characters that end the name of an extended command
# Handlers that are loaded on first use (lazy.py).
_DIAL = const(("commands.calls", "dial"))
_FIXED = const(("commands.fixed", "answer"))
_TOO_LARGE = const(9999)  # larger numbers are kept as this one, which is above every range


def _mix(value, char):
    """Return the hash of a name that continues with `char`. `value` is the hash before, or 0."""
    return (value * 31 + char) & 0xFFFF


def _hash(name):
    value = 0
    for char in name:
        value = _mix(value, char)
    return value


def _highest(prefix, name):
    """Return the highest value of a basic command without effect, or -1 if none has that name.

    prefix: the first character of the command; name: the hash of its name.
    """
    if prefix not in _PREFIXES:
        prefix = _SPACE
        name = _mix(prefix, name)
    table = NO_EFFECT
    i = 0
    while i < len(table):
        if table[i] == prefix and _mix(prefix, table[i + 1]) == name:
            return table[i + 2] - 0x30
        i += NO_EFFECT_SIZE
    return -1


def _nothing(context):
    """Handler of commands that are complete once they are parsed.

    As the dispatcher's handler it also means that no command is in progress.
    """
    return DONE


# Rows and settings by the hash of their names. Lookups then need no copy of the name.
_BY_HASH: dict = {_hash(row[NAME]): row for row in TABLE}
_BASIC = {_hash(name): setting for name, setting in BASIC}
_ACTIONS = {_hash(row[NAME]): row for row in ACTIONS}


def spec_of(row, settings):
    """Return the specification of a row's arguments in the dialect that is set, or ABSENT."""
    if row[WIPSOFT_SPEC] is not None and settings[DIALECT] == WIPSOFT:
        return row[WIPSOFT_SPEC]
    return row[SPEC]


class Dispatcher:
    """Parses and runs the commands of a line, one step a call.

    line: LineReader with the command line. arguments: Arguments of the command in progress.
    """

    def __init__(self, line, arguments, clock, recorder):
        self.line = line
        self.arguments = arguments
        # The command in progress is line.buf[start:end]. While it is parsed, `end` is the position
        # of the next character.
        self.start = self.end = 0
        self.name_end = 0  # end of the name of an extended command
        self.form = 0  # form of an extended command: RUN, READ, TEST or SET
        self._buf = line.buf
        self._clock = clock
        self._recorder = recorder
        self._public_end = 0  # the recorder may keep an extended command up to this position
        self._handler = _nothing  # of the command in progress
        self._line_ms = 0  # when the line was complete

    def begin(self):
        """Begin a complete line: the next run() parses its first command."""
        self.end = 0
        self._handler = _nothing
        self._line_ms = self._clock.now_ms

    def age_ms(self):
        """Return the time in ms since the command line was complete."""
        return ticks_diff(self._clock.now_ms, self._line_ms)

    def run(self, context):
        """Parse the next command and call its handler, or call the last handler once more.

        Return DONE after the last command of the line, otherwise MORE, HOLD or an outcome that
        ends the line (context.py).
        """
        if self._handler is _nothing:
            if self.line.too_long:
                context.counters.add(LINE_TOO_LONG)
                return context.fail(errors.ERROR)
            if self._peek() == _SEMICOLON:
                self.end += 1
                return MORE
            if self.end == self.line.n:
                return DONE
            error = self._parse(context)
            self._record()
            if error:
                return context.fail(error)
        return self._call(context)

    def _record(self):
        """Record the part of the command that contains no credentials and no dial string."""
        first = self._buf[self.start]
        if first == _PLUS or first == _DOLLAR:  # noqa: PLR1714
            end = self._public_end
        else:
            end = self.start + 1 if first == _D else self.end
        self._recorder.record(LINE, self._buf, self.start, end - self.start)

    def _call(self, context):
        outcome = self._guarded(context)
        if outcome == MORE or outcome == HOLD:  # noqa: PLR1714 (a tuple would be allocated)
            return outcome
        self._handler = _nothing
        return MORE if outcome == DONE else outcome

    def _guarded(self, context):
        # A function of its own: with more in it, MicroPython would allocate its frame.
        try:
            return self._handler(context)
        except MemoryError:
            return context.fail(errors.NO_MEMORY)

    def _parse(self, context):
        """Parse and check the next command. Return 0 or an error number."""
        context.step = 0
        self.start = self.end
        first = self._peek()
        if first in (_PLUS, _DOLLAR):
            return self._extended(context)
        name = self._read_letter(0)
        if name in _PREFIXES:
            return self._basic(context, self._read_letter(name))
        if name == _S:
            return self._s_register(context)
        if name == _D:
            return self._dial()
        return self._basic(context, name)

    def _set_handler(self, handler):
        """Set the handler, a function or its place (lazy.py). Return 0 or an error number."""
        if isinstance(handler, tuple):
            handler = lazy.find(handler)
            if handler is None:
                return errors.NO_MEMORY
        self._handler = handler
        return 0

    def _peek(self):
        return self._buf[self.end] if self.end < self.line.n else 0

    def _read_letter(self, before):
        """Read one character, converted to upper case in place.

        Return the hash of the name up to this character. `before` is the hash of the characters
        before it; if it is 0, the hash is the character itself.
        """
        char = self._peek()
        if 0x61 <= char <= 0x7A:
            char -= 0x20
            self._buf[self.end] = char
        self.end += 1
        return _mix(before, char)

    def _read_number(self):
        """Read a decimal number. Return 0 if there is none (V.250 5.3.1)."""
        value = 0
        while 0x30 <= self._peek() <= 0x39:
            value = min(value * 10 + self._peek() - 0x30, _TOO_LARGE)
            self.end += 1
        return value

    # Basic commands

    def _basic(self, context, name):
        value = self._read_number()
        self.arguments.set_number(value)
        action = _ACTIONS.get(name)
        if action is not None:
            return self._set_handler(action[HANDLER]) if value <= action[HIGHEST] else errors.ERROR
        setting = _BASIC.get(name, -1)
        if setting >= 0:
            return base.assign(context, setting, value)
        return 0 if value <= _highest(self._buf[self.start], name) else errors.ERROR

    def _dial(self):
        """Read ATD. The rest of the line is its dial string."""
        self.end = self.line.n
        return self._set_handler(_DIAL)

    def _s_register(self, context):
        setting = find(S_REGISTERS, self._read_number())
        action = self._read_letter(0)
        if setting < 0:
            return errors.ERROR
        if action == _QUESTION:
            base.write_s_register(context, setting)
            return 0
        if action != _EQUALS or not 0x30 <= self._peek() <= 0x39:
            return errors.ERROR
        return base.assign(context, setting, self._read_number())

    # Extended commands

    def _extended(self, context):
        row = self._read_row()
        form = self.form = self._read_form()
        if form < 0:
            return errors.ERROR
        if row is None:
            return self._fixed_or_radio()
        spec = spec_of(row, context.settings)
        if row[form] is None or spec is ABSENT:
            return errors.ERROR
        self._public_end = self.end
        error = self._set_handler(row[form])
        if error or form != SET:
            return error
        return self._parse_arguments(spec)

    def _read_row(self):
        """Read the name of an extended command. Return its row of the table, or None."""
        row = _BY_HASH.get(self._read_name())
        self.name_end = self._public_end = self.end
        if row is not None and self._is_name(row[NAME]):
            return row
        self._public_end = self._letters_end(self.start + 1)
        return None

    def _is_name(self, name):
        """Return True if the name just read is this one: names may share a hash."""
        same = self._buf.find(name, self.start, self.end) == self.start
        return same and len(name) == self.end - self.start

    def _letters_end(self, i):
        """Return the end of the letters and digits from position i on, within the name.

        The recorder keeps no more of an unknown name: if the `=` is mistyped, a password is part
        of the name.
        """
        while i < self.name_end and (0x30 <= self._buf[i] <= 0x39 or 0x41 <= self._buf[i] <= 0x5A):
            i += 1
        return i

    def _fixed_or_radio(self):
        """Find the end of a command that is not in the table. Its arguments are not parsed (H23).

        Return 0 or an error number.
        """
        self.end = command_end(self._buf, self.start, self.line.n)
        return self._set_handler(_FIXED)

    def _read_name(self):
        """Read a name, converted to upper case in place. Return its hash.

        This is the hash of _mix(), in a loop without calls for speed.
        """
        i = self.end
        value = 0
        while i < self.line.n:
            char = self._buf[i]
            if char in _NAME_ENDS:
                break
            if 0x61 <= char <= 0x7A:
                char -= 0x20
                self._buf[i] = char
            value = (value * 31 + char) & 0xFFFF
            i += 1
        self.end = i
        return value

    def _read_form(self):
        """Read `?`, `=?`, `=` or nothing. Return READ, TEST, SET, RUN, or -1 for other text."""
        if self._at_end():
            return RUN
        mark = self._read_letter(0)
        if mark == _EQUALS and self._peek() == _QUESTION:
            self.end += 1
            return TEST if self._at_end() else -1
        if mark == _QUESTION:
            return READ if self._at_end() else -1
        return SET if mark == _EQUALS else -1  # a quote ends a name, too

    def _at_end(self):
        return self.end == self.line.n or self._peek() == _SEMICOLON

    def _parse_arguments(self, spec):
        arguments = self.arguments
        start = self.end
        self.end = command_end(self._buf, start, self.line.n)
        error = arguments.split(self._buf, start, self.end) or arguments.check(spec)
        self._public_end = arguments.public_end
        return error
