"""The facts in the manual's tables. Only `read` depends on the structure of the firmware."""

from dataclasses import dataclass, field
from typing import NamedTuple

FORMS = ("", "?", "=?", "=")  # run, read, test, set: the order of the firmware's command table


class Argument(NamedTuple):
    """One parameter of a command."""

    values: str  # the allowed values, as the manual shows them
    refused: int | None  # the error number for any other value, or None for plain ERROR
    optional: bool


class Row(NamedTuple):
    """An extended command, which begins with + or $."""

    forms: tuple  # the forms that the command has, as members of FORMS
    # Maps each value of the selecting argument to a tuple of Arguments; the key is None if no
    # argument selects. The whole field is None if the firmware does not parse the arguments.
    variants: dict | None
    place: int = 0  # position of the selecting argument among the arguments


class Setting(NamedTuple):
    """A numeric setting: its range and factory value."""

    low: int
    high: int
    factory: int | None
    access: tuple = ()  # cells of further columns in the setting's table


@dataclass
class Facts:
    """All facts that the manual takes from the firmware."""

    commands: dict = field(default_factory=dict)  # extended commands: "+WIPCREATE" -> Row
    # "+CPIN" -> (response to AT+CPIN, response to AT+CPIN?, values allowed after AT+CPIN=)
    fixed: dict = field(default_factory=dict)
    # basic commands: "ATE" -> Setting, or None for a command without a value
    basic: dict = field(default_factory=dict)
    # commands without effect: "ATX" -> 4, its highest value
    accepted: dict = field(default_factory=dict)
    registers: dict = field(default_factory=dict)  # S-registers: 3 -> Setting
    options: dict = field(default_factory=dict)  # numbered options: "+WIPOPT" -> {0: Setting}
    errors: set = field(default_factory=set)
    counters: list = field(default_factory=list)
    results: dict = field(default_factory=dict)  # result codes: "OK" -> 0
    # names of unsolicited result codes, such as "+WIPREADY"
    unsolicited: set = field(default_factory=set)
    sizes: dict = field(default_factory=dict)  # default buffer sizes and limits: "rx" -> 2048
    version: str = ""

    def names(self):
        """Return the names of all commands as a set."""
        return {*self.commands, *self.fixed, *self.basic, *self.accepted}


def read():
    """Return the Facts of the firmware in firmware/wipmodem."""
    from wipmodem import VERSION, contract, counters, errors, settings
    from wipmodem.commands import unsolicited
    from wipmodem.commands.fixed import RESPONSES
    from wipmodem.commands.socket_extras import OPTIONS
    from wipmodem.commands.table import ACTIONS, RADIO, TABLE
    from wipmodem.contract import Sizes

    return Facts(
        commands={row[0].decode(): _row(row) for row in TABLE}
        | {row[0].decode(): Row(FORMS, None) for row in RADIO},
        fixed={row[0].decode(): tuple(map(_text, row[1:])) for row in RESPONSES},
        # The parser handles A/, ATS and ATD itself, so no table of the firmware contains them.
        basic={"A/": None, "ATS": None, "ATD": None}
        | {"AT" + row[0].decode(): None for row in ACTIONS}
        | {"AT" + name.decode(): _setting(settings, at) for name, at in settings.BASIC},
        accepted=_accepted(settings.NO_EFFECT.decode(), settings.NO_EFFECT_SIZE),
        registers={n: _setting(settings, at) for n, at in settings.S_REGISTERS},
        options={
            "+WIPCFG": {n: _setting(settings, at) for n, at in settings.STACK_OPTIONS},
            "+WIPOPT": {n: _option(row) for n, row in OPTIONS.items()},
        },
        errors=_numbers(errors) | _numbers(contract),
        counters=[name.decode() for name in counters.NAMES],
        results={word.decode(): code for code, word in enumerate(contract.RESULT_WORDS) if word},
        # WORDS lacks these lines: +WIPDATA has two formats, RING and NO CARRIER are result codes,
        # and +WIPXTIME is a prefix of other lines.
        unsolicited={word.decode().split(":")[0] for word in unsolicited.WORDS.values()}
        | {"+WIPDATA", "+WIPXTIME", "RING", "NO CARRIER"},
        sizes={name: n for name, n in vars(Sizes).items() if isinstance(n, int)},
        version=VERSION.decode(),
    )


def _text(answer):
    """Decode bytes, or each member of a tuple of bytes; return None for None."""
    if isinstance(answer, tuple):
        return tuple(map(_text, answer))
    return answer.decode() if answer is not None else None


def _accepted(table, each):
    rows = [table[i : i + each] for i in range(0, len(table), each)]
    return {"AT" + row[:2].strip(): int(row[2]) for row in rows}


def _setting(settings, at):
    return Setting(*settings.RANGES[at][:3])


def _option(row):
    access = tuple({0: "-", 1: "R", 3: "RW"}[bits] for bits in row[:3])
    return Setting(row[3], row[4], None, access)


def _numbers(module):
    return {n for n in vars(module).values() if isinstance(n, int) and 800 <= n < 900}


def _row(row):
    """Return the Row of a command, with the forms and variants of both dialects."""
    from wipmodem.commands.table import ABSENT, SPEC, WIPSOFT_SPEC

    forms = tuple(form for form, handler in zip(FORMS, row[1:SPEC], strict=True) if handler)
    variants, place = {}, 0
    for spec in (row[SPEC], row[WIPSOFT_SPEC]):
        if spec is None or spec is ABSENT:
            continue
        place, choices = spec if isinstance(spec, tuple) else (0, ((None, spec),))
        kept = [(first, letters) for first, letters in choices if first is None or first >= 0]
        variants |= {first: tuple(_arguments(letters)) for first, letters in kept}
    return Row(forms, variants or None, place)


def _arguments(spec):
    """Yield an Argument for each character of a specification, such as `pi[o][to]`."""
    optional = False
    for char in spec.decode():
        if char in "[]":
            optional = char == "["
        else:
            yield Argument(*_kind(char), optional)


def _kind(char):
    """Return (values, error number for any other value) of a character in a specification.

    The error number is None for plain ERROR.
    """
    from wipmodem.commands.table import KINDS
    from wipmodem.errors import ERROR

    if char == "t":
        return "text", None
    if char.isdigit():
        return _values(0, int(char)), None
    low, high, refused = KINDS[ord(char)]
    return _values(low, high), None if refused == ERROR else refused


def _values(low, high):
    if high is None:
        return ", ".join(map(str, low))
    return f"{low}" if low == high else f"{low}-{high}"
