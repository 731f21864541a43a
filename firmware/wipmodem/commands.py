"""The command table, and what finds, checks and runs a command (F9, F16, Q36, Q37).

A row: name, what AT+NAME? does, what AT+NAME=? does, what AT+NAME=... does, its arguments: one
specification, or one for each value of the first argument; and what AT+NAME alone does. None
stands for plain ERROR.
"""

from . import base_commands as base
from . import errors
from . import settings as at
from . import wip_commands as wip
from .arguments import number, one_of, text
from .base_commands import DONE, HOLD, MORE
from .compat import const
from .counters import LINE_TOO_LONG
from .radio_commands import dial_read, dial_set, pass_on
from .sock import INDEXES, SERVER, TCP, UDP

_PROTOCOL = number(UDP, SERVER, errors.BAD_PROTOCOL)
_INDEX = number(1, INDEXES[0], errors.BAD_INDEX)
_SERVER_INDEX = number(1, INDEXES[2], errors.BAD_INDEX)
_RANGE_END = number(1, INDEXES[1], errors.BAD_INDEX)
_PORT = number(0, 65535, errors.BAD_PORT)
_ANY_PORT = number(0, 65535, errors.BAD_PORT, True)
_PEER = text()
_ANY_PEER = text(True)
_DATA_MODE = number(0, 65535, errors.NOT_SUPPORTED)
_BEARER = number(6, 6, errors.NO_OPTION)
_CLIENT_MODE = number(0, 0, errors.BAD_VALUE, True)

_OTHERWISE = const(-1)  # the error number when the first argument has no row

_CREATE = {
    _OTHERWISE: errors.BAD_PROTOCOL,
    UDP: (_PROTOCOL, _INDEX, _ANY_PORT, _ANY_PEER, _ANY_PORT),
    TCP: (_PROTOCOL, _INDEX, _PEER, _PORT),
    SERVER: (_PROTOCOL, _SERVER_INDEX, _PORT, _RANGE_END, _RANGE_END),
}
_DATA = (_PROTOCOL, _INDEX, _DATA_MODE)
_CLOSE = {
    _OTHERWISE: errors.BAD_PROTOCOL,
    UDP: (_PROTOCOL, _INDEX),
    TCP: (_PROTOCOL, _INDEX),
    SERVER: (_PROTOCOL, _SERVER_INDEX),  # Q32
}
_ACTION = number(0, 65535, errors.ERROR)
_BR = {
    _OTHERWISE: errors.ERROR,
    2: (_ACTION, _BEARER, number(0, 1, errors.NO_OPTION), text()),  # B4
    3: (_ACTION, _BEARER, one_of((15, 17, 18), errors.NO_OPTION)),  # B5
    4: (_ACTION, _BEARER, _CLIENT_MODE),
    5: (_ACTION, _BEARER),
}


class Command:
    """A row of the table: what each form does, and the arguments of the set form."""

    def __init__(self, name, read=None, test=None, write=None, spec=(), run=None):
        self.name = name
        self.forms = (run, read, test, write)  # by _RUN, _READ, _TEST, _SET
        self.spec = spec


def _of_radio(name):
    """A row of what the radio answers, whatever the form."""
    return Command(name, pass_on, pass_on, pass_on, None, pass_on)


TABLE = (
    Command(b"+CMEE", base.cmee_read, None, base.cmee_set, (number(0, 1, errors.ERROR),)),
    Command(b"+WIPCFG", None, None, wip.wipcfg_set, (number(0, 1, errors.ERROR),)),
    Command(b"+WIPBR", wip.wipbr_read, None, wip.wipbr_set, _BR),
    Command(b"+WIPCREATE", wip.wipcreate_read, None, wip.wipcreate_set, _CREATE),
    Command(b"+WIPDATA", wip.wipdata_read, base.ok, wip.wipdata_set, _DATA),
    Command(b"+WIPCLOSE", base.ok, base.ok, wip.wipclose_set, _CLOSE),  # Q31
    Command(b"+WIPXSTAT", base.stat_read),
    Command(b"+WIPXCRASH", base.crash_read, None, base.crash_set, (number(0, 0, errors.ERROR),)),
    Command(b"+WIPXDIAL", dial_read, None, dial_set, (text(),)),
    _of_radio(b"+CSQ"),
    _of_radio(b"+CREG"),
    _of_radio(b"+CSS"),
)

_RUN = const(0)
_READ = const(1)
_TEST = const(2)
_SET = const(3)

_QUESTION = const(0x3F)
_EQUALS = const(0x3D)
_SEMICOLON = const(0x3B)
_AMPERSAND = const(0x26)
_PLUS = const(0x2B)
_NAME_ENDS = b"?=;"
_S = const(0x53)
_I = const(0x49)
_I_VALUES = (0, 3)
_TOO_LARGE = const(9999)


def _mix(value, char):
    """One more character onto the hash of a name."""
    return (value * 31 + char) & 0xFFFF


def _hash(name):
    value = 0
    for char in name:
        value = _mix(value, char)
    return value


def _nothing(modem):
    """The handler of what is done once it is read, and the sign that no command is under way."""
    return DONE


_BY_HASH = {_hash(command.name): command for command in TABLE}
_BASIC = {_hash(name): setting for name, setting in at.BASIC.items()}


class Commands:
    """Runs a line, one step a call. `modem` is what the handlers work on."""

    def __init__(self, modem):
        self._modem = modem
        self._line = modem.line
        self._buf = modem.line.buf
        self._at = 0  # where in the line the reading stands
        self._began = 0  # ... and stood at the start of the command under way
        self._handler = _nothing  # of the command that is under way

    def begin(self):
        """A new line, from its start."""
        self._at = 0
        self._handler = _nothing

    def span(self):
        """Where the command under way begins and ends: (start, end) in the line."""
        return self._began, self._at

    def step(self):
        """One command, or one line of its answer: MORE, HOLD, ONLINE or an error number.

        DONE at the end of the line.
        """
        if self._handler is _nothing:
            if self._line.too_long:
                self._modem.counters.add(LINE_TOO_LONG)
                return errors.ERROR
            if self._peek() == _SEMICOLON:
                self._at += 1
                return MORE
            if self._at == self._line.n:
                return DONE
            failure = self._next()
            if failure:
                return failure
        return self._call()

    def _call(self):
        outcome = self._handler(self._modem)
        if outcome != MORE and outcome != HOLD:
            self._handler = _nothing
        return MORE if outcome == DONE else outcome

    def _next(self):
        """Find and check the next command: 0, or the error number."""
        self._modem.step = 0
        self._began = self._at
        if self._peek() == _PLUS:
            return self._extended()
        name = self._letter(0)
        if name == _AMPERSAND:
            return self._basic(self._letter(name))
        if name == _S:
            return self._s_register()
        if name == _I:
            return self._identify()
        return self._basic(name)

    def _peek(self):
        return self._buf[self._at] if self._at < self._line.n else 0

    def _letter(self, before):
        """Take one character, put in upper case in place, onto the hash of those before it."""
        char = self._peek()
        if 0x61 <= char <= 0x7A:
            char -= 0x20
            self._buf[self._at] = char
        self._at += 1
        return _mix(before, char)

    def _digits(self):
        """Take a number, 0 if there is none (V.250 5.3.1)."""
        value = 0
        while 0x30 <= self._peek() <= 0x39:
            value = min(value * 10 + self._peek() - 0x30, _TOO_LARGE)
            self._at += 1
        return value

    # Basic commands

    def _basic(self, name):
        setting = _BASIC.get(name, -1)
        value = self._digits()
        return errors.ERROR if setting < 0 else base.assign(self._modem, setting, value)

    def _identify(self):
        self._handler = base.identify
        return 0 if self._digits() in _I_VALUES else errors.ERROR

    def _s_register(self):
        setting = at.S_REGISTERS.get(self._digits(), -1)
        action = self._letter(0)
        if setting < 0:
            return errors.ERROR
        if action == _QUESTION:
            base.s_register_read(self._modem, setting)
            return 0
        if action != _EQUALS or not 0x30 <= self._peek() <= 0x39:
            return errors.ERROR
        return base.assign(self._modem, setting, self._digits())

    # Extended commands

    def _extended(self):
        command = self._command()
        form = self._form()
        if command is None or form < 0 or command.forms[form] is None:
            return errors.ERROR
        self._handler = command.forms[form]
        if command.spec is None:
            self._skip()
            return 0
        return self._arguments(command.spec) if form == _SET else 0

    def _skip(self):
        """The arguments are somebody else's."""
        while not self._at_border():
            self._at += 1

    def _command(self):
        """Take a name: its row of the table, or None."""
        start = self._at
        command = _BY_HASH.get(self._name())
        if command is None or len(command.name) != self._at - start:
            return None
        return command if self._buf.find(command.name, start, self._at) == start else None

    def _name(self):
        """Take a name, put in upper case in place: its hash. A loop without calls, for speed."""
        i = self._at
        value = 0
        while i < self._line.n:
            char = self._buf[i]
            if char in _NAME_ENDS:
                break
            if 0x61 <= char <= 0x7A:
                char -= 0x20
                self._buf[i] = char
            value = (value * 31 + char) & 0xFFFF
            i += 1
        self._at = i
        return value

    def _form(self):
        """Take `?`, `=?`, `=` or nothing: _READ, _TEST, _SET, _RUN, or -1 for none of these."""
        if self._at_border():
            return _RUN
        mark = self._letter(0)
        if mark == _EQUALS and self._peek() == _QUESTION:
            self._at += 1
            return _TEST if self._at_border() else -1
        if mark == _QUESTION:
            return _READ if self._at_border() else -1
        return _SET  # names end in nothing else

    def _at_border(self):
        return self._at == self._line.n or self._peek() == _SEMICOLON

    def _arguments(self, spec):
        arguments = self._modem.arguments
        stop = arguments.split(self._buf, self._at, self._line.n)
        if stop < 0:
            return stop
        self._at = stop
        if not isinstance(spec, dict):
            return arguments.check(spec)
        if not arguments.is_number(0):
            return errors.ERROR
        chosen = spec.get(arguments.value(0))
        return arguments.check(chosen) if chosen else spec[_OTHERWISE]
