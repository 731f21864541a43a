"""What finds, checks and runs a command of command_table.py (F9, F16, Q36, Q37)."""

from .. import errors, lazy
from ..at.arguments import command_end
from ..clock import ticks_diff
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..counters import LINE_TOO_LONG
from ..recorder import LINE
from ..settings import BASIC, DIALECT, EACH, NO_EFFECT, S_REGISTERS, WIPSOFT, find
from . import base
from .radio_commands import pass_on
from .table import ABSENT, ACTIONS, NAME, READ, RUN, SET, SPEC, TABLE, TEST, WIPSOFT_SPEC

_QUESTION = const(0x3F)
_EQUALS = const(0x3D)
_SEMICOLON = const(0x3B)
_PREFIXES = const(b"&%\\")  # of basic commands with two characters
_SPACE = const(0x20)
_PLUS = const(0x2B)
_DOLLAR = const(0x24)
_NAME_ENDS = const(b'?=;"')
_DIAL = const(("commands.calls", "dial"))  # for lazy.py
_CANNED = const(("commands.fixed", "say"))
_OURS = const(b"+WIP")  # what begins so is not the radio's
_S = const(0x53)
_D = const(0x44)
_TOO_LARGE = const(9999)


def _mix(value, char):
    """One more character onto the hash of a name."""
    return (value * 31 + char) & 0xFFFF


def _hash(name):
    value = 0
    for char in name:
        value = _mix(value, char)
    return value


def _highest(prefix, name):
    """The highest value of a basic command without effect, by its first character and the hash of
    its name; -1 if there is no such command."""
    if prefix not in _PREFIXES:
        prefix = _SPACE
        name = _mix(prefix, name)
    table = NO_EFFECT
    i = 0
    while i < len(table):
        if table[i] == prefix and _mix(prefix, table[i + 1]) == name:
            return table[i + 2] - 0x30
        i += EACH
    return -1


def _nothing(context):
    """The handler of what is done once it is read, and the sign that no command is under way."""
    return DONE


_BY_HASH: dict = {_hash(row[NAME]): row for row in TABLE}
_BASIC = {_hash(name): setting for name, setting in BASIC}
_ACTIONS = {_hash(row[NAME]): row for row in ACTIONS}


def spec_of(row, settings):
    """Return the arguments of a row of TABLE in the dialect that is set."""
    if row[WIPSOFT_SPEC] is not None and settings[DIALECT] == WIPSOFT:
        return row[WIPSOFT_SPEC]
    return row[SPEC]


class Dispatcher:
    """Finds, checks and runs the commands of a line, one step a call."""

    def __init__(self, line, arguments, clock, recorder):
        self.line = line  # the command line (at/line.py)
        self.arguments = arguments  # of the command in progress
        # The command in progress is line.buf[began:at]. `at` is where the dispatcher reads on.
        self.at = self.began = 0
        self.name_end = 0  # where the name of an extended command ends
        self.given = 0  # form of an extended command: RUN, READ, TEST or SET
        self._clock = clock
        self._recorder = recorder
        self._buf = line.buf
        self._shown = 0  # end of the part that the recorder may keep
        self._handler = _nothing  # of the command in progress
        self._began_ms = 0  # when the line was complete

    def begin(self):
        """Begin a complete line."""
        self.at = 0
        self._handler = _nothing
        self._began_ms = self._clock.now_ms

    def age_ms(self):
        """Return the time in ms since the command line was complete."""
        return ticks_diff(self._clock.now_ms, self._began_ms)

    def run(self, context):
        """Run one command, or write one line of its response.

        Return an outcome of context.py: MORE after a command, DONE only at the end of the line.
        """
        if self._handler is _nothing:
            if self.line.too_long:
                context.counters.add(LINE_TOO_LONG)
                return context.fail(errors.ERROR)
            if self._peek() == _SEMICOLON:
                self.at += 1
                return MORE
            if self.at == self.line.n:
                return DONE
            error = self._next(context)
            self._record()
            if error:
                return context.fail(error)
        return self._call(context)

    def _record(self):
        """Record the part of the command that can hold no credential."""
        first = self._buf[self.began]
        if first == _PLUS or first == _DOLLAR:  # noqa: PLR1714
            end = self._shown
        else:
            end = self.began + 1 if first == _D else self.at
        self._recorder.record(LINE, self._buf, self.began, end - self.began)

    def _call(self, context):
        try:
            outcome = self._handler(context)
        except MemoryError:
            outcome = context.fail(errors.NO_MEMORY)
        if outcome == MORE or outcome == HOLD:  # noqa: PLR1714 (a tuple would be allocated)
            return outcome
        self._handler = _nothing
        return MORE if outcome == DONE else outcome

    def _next(self, context):
        """Find and check the next command. Return 0 or an error number."""
        context.step = 0
        self.began = self.at
        first = self._peek()
        if first in (_PLUS, _DOLLAR):
            return self._extended(context)
        name = self._letter(0)
        if name in _PREFIXES:
            return self._basic(context, self._letter(name))
        if name == _S:
            return self._s_register(context)
        if name == _D:
            return self._dial()
        return self._basic(context, name)

    def _handle_by(self, handler):
        """A function, or where to find one."""
        if isinstance(handler, tuple):
            handler = lazy.find(handler)
            if handler is None:
                return errors.NO_MEMORY
        self._handler = handler
        return 0

    def _peek(self):
        return self._buf[self.at] if self.at < self.line.n else 0

    def _letter(self, before):
        """Take one character, put in upper case in place, onto the hash of those before it."""
        char = self._peek()
        if 0x61 <= char <= 0x7A:
            char -= 0x20
            self._buf[self.at] = char
        self.at += 1
        return _mix(before, char)

    def _digits(self):
        """Take a number, 0 if there is none (V.250 5.3.1)."""
        value = 0
        while 0x30 <= self._peek() <= 0x39:
            value = min(value * 10 + self._peek() - 0x30, _TOO_LARGE)
            self.at += 1
        return value

    # Basic commands

    def _basic(self, context, name):
        value = self._digits()
        self.arguments.set_number(value)
        action = _ACTIONS.get(name)
        if action is not None:
            return self._handle_by(action[2]) if value <= action[1] else errors.ERROR
        setting = _BASIC.get(name, -1)
        if setting >= 0:
            return base.assign(context, setting, value)
        return 0 if value <= _highest(self._buf[self.began], name) else errors.ERROR

    def _dial(self):
        """The rest of the line is the number."""
        self.at = self.line.n
        return self._handle_by(_DIAL)

    def _s_register(self, context):
        setting = find(S_REGISTERS, self._digits())
        action = self._letter(0)
        if setting < 0:
            return errors.ERROR
        if action == _QUESTION:
            base.s_register_read(context, setting)
            return 0
        if action != _EQUALS or not 0x30 <= self._peek() <= 0x39:
            return errors.ERROR
        return base.assign(context, setting, self._digits())

    # Extended commands

    def _extended(self, context):
        start = self.at
        row = self._row()
        self._shown = self.name_end if row is not None else self._letters_end(start + 1)
        form = self.given = self._form()
        if form < 0:
            return errors.ERROR
        if row is None:
            return self._other(context, start)
        spec = spec_of(row, context.settings)
        if row[form] is None or spec is ABSENT:
            return errors.ERROR
        self._shown = self.at
        failure = self._handle_by(row[form])
        return failure or (self._arguments(spec) if form == SET else 0)

    def _row(self):
        """Take a name: its row of the table, or None."""
        start = self.at
        row = _BY_HASH.get(self._name())
        self.name_end = self.at
        if row is None or len(row[NAME]) != self.at - start:
            return None
        return row if self._buf.find(row[NAME], start, self.at) == start else None

    def _letters_end(self, i):
        """Return where the letters and digits end that begin at i. Of a name that the table
        lacks the recorder gets no more: an `=` that was mistyped would make a password part of it.
        """
        while i < self.name_end and (0x30 <= self._buf[i] <= 0x39 or 0x41 <= self._buf[i] <= 0x5A):
            i += 1
        return i

    def _other(self, context, start):
        """A command whose answer is always the same, or one of the radio's.

        Its arguments are the radio's business, or looked at as they stand (H23).
        """
        self.at = command_end(self._buf, start, self.line.n)
        say = lazy.find(_CANNED)
        failure = errors.NO_MEMORY if say is None else say(context)
        if failure is not None:
            return failure
        if self._buf.find(_OURS, start, self.at) == start:
            return errors.ERROR
        self._handler = pass_on
        return 0

    def _name(self):
        """Take a name, put in upper case in place: its hash. A loop without calls, for speed."""
        i = self.at
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
        self.at = i
        return value

    def _form(self):
        """Take `?`, `=?`, `=` or nothing: READ, TEST, SET, RUN, or -1 for none of these."""
        if self._at_border():
            return RUN
        mark = self._letter(0)
        if mark == _EQUALS and self._peek() == _QUESTION:
            self.at += 1
            return TEST if self._at_border() else -1
        if mark == _QUESTION:
            return READ if self._at_border() else -1
        return SET if mark == _EQUALS else -1  # a name that runs into a quote is none

    def _at_border(self):
        return self.at == self.line.n or self._peek() == _SEMICOLON

    def _arguments(self, spec):
        arguments = self.arguments
        start = self.at
        self.at = command_end(self._buf, start, self.line.n)
        failure = arguments.split(self._buf, start, self.at) or arguments.check(spec)
        self._shown = arguments.public_end
        return failure
