"""What the manual's tables are made of. `read` is all that knows the shape of the firmware."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

FORMS = ("", "?", "=?", "=")  # as commands.Command.forms has them


class Argument(NamedTuple):
    values: str
    refused: int  # the error number of another value; below 0: plain ERROR
    optional: bool


class Row(NamedTuple):
    """A command with + or $."""

    forms: tuple  # of FORMS
    # Value of the argument that chooses, or None -> Arguments; None: they are somebody else's.
    variants: dict | None
    place: int = 0  # of the argument that chooses


class Setting(NamedTuple):
    low: int
    high: int
    factory: int | None
    access: tuple = ()  # further columns of its table


@dataclass
class Facts:
    commands: dict = field(default_factory=dict)  # "+WIPCREATE" -> Row
    canned: dict = field(default_factory=dict)  # "+CPIN" -> (AT+CPIN, AT+CPIN?, AT+CPIN= may be)
    basic: dict = field(default_factory=dict)  # "ATE" -> Setting; None: it keeps no value
    registers: dict = field(default_factory=dict)  # 3 -> Setting
    options: dict = field(default_factory=dict)  # "+WIPOPT" -> {0: Setting}
    errors: set = field(default_factory=set)
    counters: list = field(default_factory=list)
    results: dict = field(default_factory=dict)  # "OK" -> 0
    unsolicited: set = field(default_factory=set)  # "+WIPREADY"
    sizes: dict = field(default_factory=dict)  # "rx" -> 2048
    version: str = ""

    def names(self):
        """Of all commands."""
        return {*self.commands, *self.canned, *self.basic}

    def joined(self, more):
        """With what another one has, which goes first."""
        mine, theirs = vars(self), vars(more)
        return replace(self, **{name: _joined(mine[name], theirs[name]) for name in mine})


def _joined(mine, theirs):
    if isinstance(mine, list):
        return [*mine, *theirs]
    return theirs or mine if isinstance(mine, str) else mine | theirs


def read():
    """The firmware as it is."""
    from wipmodem import VERSION, announce, commands, contract, counters, errors, settings, text
    from wipmodem.modem import Sizes

    return Facts(
        commands={row.name.decode(): _row(row) for row in commands.TABLE},
        # Those that keep no value are not in a table yet.
        basic={"A/": None, "ATI": None, "ATS": None}
        | {"AT" + name.decode(): _setting(settings, at) for name, at in settings.BASIC.items()},
        registers={n: _setting(settings, at) for n, at in settings.S_REGISTERS.items()},
        errors=_numbers(errors) | _numbers(contract),
        counters=[name.decode() for name in counters.NAMES],
        results={word.decode(): int(number) for word, number in text._RESULTS},
        # The line of +WIPDATA has two forms, and is made elsewhere.
        unsolicited={word.decode().split(":")[0] for word in announce._WORDS.values()}
        | {"+WIPDATA"},
        sizes={name: n for name, n in vars(Sizes).items() if isinstance(n, int)},
        version=VERSION.decode(),
    )


def _setting(settings, at):
    return Setting(*settings.RANGES[at])


def _numbers(module):
    return {n for n in vars(module).values() if isinstance(n, int) and 800 <= n < 900}


def _row(row):
    forms = tuple(form for form, handler in zip(FORMS, row.forms, strict=True) if handler)
    if row.spec is None:
        return Row(forms, None)
    specs = row.spec if isinstance(row.spec, dict) else {None: row.spec}
    kept = {first: spec for first, spec in specs.items() if first is None or first >= 0}
    return Row(forms, {first: tuple(map(_argument, spec)) for first, spec in kept.items()})


def _argument(rule):
    from wipmodem.arguments import TEXT

    kind, low, high, refused, optional = rule
    if kind == TEXT:
        return Argument("text", refused or -1, optional)
    return Argument(_values(low, high), refused, optional)


def _values(low, high):
    if high is None:
        return ", ".join(map(str, low))
    return f"{low}" if low == high else f"{low}-{high}"
