"""The dispatcher finds the commands of a command line, checks the arguments and calls handlers.

Extended commands are defined in table.py, basic commands in table.py and settings.py, S-registers
in settings.py (F9, F16, Q36, Q37). An extended command that table.py lacks gets a fixed response
(fixed.py), or is passed on to the radio.
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
_PREFIXES = const(b"&%\\")  # prefixes of basic commands such as AT&F
_NAME_ENDS = const(b'?=;"')  # characters that end the name of an extended command
# Handlers whose modules are loaded on first use (lazy.py).
_DIAL = const(("commands.calls", "dial"))
_FIXED = const(("commands.fixed", "answer"))
# Value that stands for any larger number. No basic command and no S-register accepts this value.
_TOO_LARGE = const(9999)


def _mix(value, char):
    """Add a character to the hash of a name. Return the new hash.

    value: hash of the characters before `char`, or 0 if `char` is the first character.
    """
    return (value * 31 + char) & 0xFFFF


def _hash(name):
    value = 0
    for char in name:
        value = _mix(value, char)
    return value


def _highest(prefix, name):
    """Return the highest value that a basic command without effect accepts, else -1.

    prefix: first character of the command. name: hash of the command's name. The result is -1
    for any other command.
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
    """Return DONE. This is the handler of commands that are complete after parsing.

    While the attribute _handler of a Dispatcher is _nothing, no command is in progress.
    """
    return DONE


# Table rows and settings, indexed by the hash of the command name. A lookup by hash allocates no
# memory, because the name is not copied from the command line.
_BY_HASH: dict = {_hash(row[NAME]): row for row in TABLE}
_BASIC = {_hash(name): setting for name, setting in BASIC}
_ACTIONS = {_hash(row[NAME]): row for row in ACTIONS}


def spec_of(row, settings):
    """Return the argument specification of a table row in the current dialect.

    Return ABSENT if the dialect lacks the command.
    """
    if row[WIPSOFT_SPEC] is not None and settings[DIALECT] == WIPSOFT:
        return row[WIPSOFT_SPEC]
    return row[SPEC]


class Dispatcher:
    """Parses and runs the commands of a line, one step in each call of run().

    line: LineReader that holds the command line. arguments: Arguments object that receives the
    arguments of the command in progress. recorder: flight recorder.
    """

    def __init__(self, line, arguments, clock, recorder):
        self.line = line
        self.arguments = arguments
        # The command in progress is line.buf[start:end]. During parsing, `end` is the position of
        # the next character to read.
        self.start = self.end = 0
        self.name_end = 0  # position in line.buf after the name of an extended command
        self.form = 0  # form of an extended command: RUN, READ, TEST or SET
        self._buf = line.buf
        self._clock = clock
        self._recorder = recorder
        # Position in line.buf up to which the flight recorder may store an extended command.
        self._public_end = 0
        self._handler = _nothing  # handler of the command in progress, or _nothing
        self._line_ms = 0  # value of clock.now_ms when the command line was complete

    def begin(self):
        """Begin a complete command line. The next call of run() parses the first command."""
        self.end = 0
        self._handler = _nothing
        self._line_ms = self._clock.now_ms

    def age_ms(self):
        """Return the time in ms since the command line was complete."""
        return ticks_diff(self._clock.now_ms, self._line_ms)

    def run(self, context):
        """Parse the next command and call its handler, or continue the command in progress.

        Return DONE after the last command of the command line. Return MORE or HOLD if run() must
        be called again. Any other outcome (context.py) ends the command line.
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
        """Write the command to the flight recorder, but no credentials and no dial string."""
        first = self._buf[self.start]
        if first == _PLUS or first == _DOLLAR:  # noqa: PLR1714
            end = self._public_end
        else:
            end = self.start + 1 if first == _D else self.end
        self._recorder.record(LINE, self._buf, self.start, end - self.start)

    def _call(self, context):
        outcome = self._guarded(context)
        if outcome == MORE or outcome == HOLD:  # noqa: PLR1714 (`in` would allocate a tuple)
            return outcome
        self._handler = _nothing
        return MORE if outcome == DONE else outcome

    def _guarded(self, context):
        # The try statement has its own small function, because MicroPython allocates the frame of
        # a larger function on the heap.
        try:
            return self._handler(context)
        except MemoryError:
            return context.fail(errors.NO_MEMORY)

    def _parse(self, context):
        """Parse and check the next command, and set its handler. Return 0 or an error number."""
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
        """Set the handler of the command. Return 0, or NO_MEMORY if it cannot be loaded.

        handler: a function, or the tuple (module, name) of a function that lazy.py loads.
        """
        if isinstance(handler, tuple):
            handler = lazy.find(handler)
            if handler is None:
                return errors.NO_MEMORY
        self._handler = handler
        return 0

    def _peek(self):
        return self._buf[self.end] if self.end < self.line.n else 0

    def _read_letter(self, before):
        """Read one character, and convert the character to upper case in the line buffer.

        before: hash of the characters of the name before this character. Return the hash that
        includes this character. If `before` is 0, the result is the code of the character.
        """
        char = self._peek()
        if 0x61 <= char <= 0x7A:
            char -= 0x20
            self._buf[self.end] = char
        self.end += 1
        return _mix(before, char)

    def _read_number(self):
        """Read a decimal number from the command line. Without a digit, return 0 (V.250 5.3.1)."""
        value = 0
        while 0x30 <= self._peek() <= 0x39:
            value = min(value * 10 + self._peek() - 0x30, _TOO_LARGE)
            self.end += 1
        return value

    # Parsing of basic commands and S-registers

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
        """Parse ATD. The rest of the line is the dial string. Return 0 or an error number."""
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

    # Parsing of extended commands

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
        """Return True if the command in progress has this name.

        The hash alone does not identify a command, because two names may have the same hash.
        """
        same = self._buf.find(name, self.start, self.end) == self.start
        return same and len(name) == self.end - self.start

    def _letters_end(self, i):
        """Return the position after the letters and digits that start at position i of a name.

        The flight recorder stores only these characters of an unknown name. If the host sends
        another character in place of the `=`, the parser takes a password for a part of the name.
        """
        while i < self.name_end and (0x30 <= self._buf[i] <= 0x39 or 0x41 <= self._buf[i] <= 0x5A):
            i += 1
        return i

    def _fixed_or_radio(self):
        """Find the end of a command that is not in the table, and set the handler.

        The arguments of such a command are not parsed (H23). Return 0 or an error number.
        """
        self.end = command_end(self._buf, self.start, self.line.n)
        return self._set_handler(_FIXED)

    def _read_name(self):
        """Read the name of an extended command. Return the hash of the name.

        The name is converted to upper case in the line buffer. The loop computes the same
        hash as _mix(). For speed, the loop calls no function.
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
        """Read `?`, `=?`, `=` or nothing after the name of an extended command.

        Return READ, TEST, SET or RUN respectively, or -1 for any other text.
        """
        if self._at_end():
            return RUN
        mark = self._read_letter(0)
        if mark == _EQUALS and self._peek() == _QUESTION:
            self.end += 1
            return TEST if self._at_end() else -1
        if mark == _QUESTION:
            return READ if self._at_end() else -1
        return SET if mark == _EQUALS else -1  # -1 if a quote follows the command's name

    def _at_end(self):
        return self.end == self.line.n or self._peek() == _SEMICOLON

    def _parse_arguments(self, spec):
        arguments = self.arguments
        start = self.end
        self.end = command_end(self._buf, start, self.line.n)
        error = arguments.split(self._buf, start, self.end) or arguments.check(spec)
        self._public_end = arguments.public_end
        return error
