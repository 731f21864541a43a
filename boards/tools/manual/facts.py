"""What the manual's tables are made of. `read` is all that knows the shape of the firmware."""

from dataclasses import dataclass, field
from typing import NamedTuple

FORMS = ("", "?", "=?", "=")  # as a row of the command table has them


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
    accepted: dict = field(default_factory=dict)  # "ATX" -> 4; it has no effect
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
        return {*self.commands, *self.canned, *self.basic, *self.accepted}


def read():
    """The firmware as it is."""
    from wipmodem import VERSION, contract, counters, errors, settings
    from wipmodem.commands import fixed as canned
    from wipmodem.commands import unsolicited as announce
    from wipmodem.commands.socket_extras import OPTIONS
    from wipmodem.commands.table import ACTIONS, RADIO, TABLE
    from wipmodem.sizes import Sizes

    return Facts(
        commands={row[0].decode(): _row(row) for row in TABLE}
        | {row[0].decode(): Row(FORMS, None) for row in RADIO},
        canned={row[0].decode(): tuple(map(_text, row[1:])) for row in canned.TABLE},
        # Read by the code that finds commands: A/, AT, S-registers, a number to dial.
        basic={"A/": None, "ATS": None, "ATD": None}
        | {"AT" + row[0].decode(): None for row in ACTIONS}
        | {"AT" + name.decode(): _setting(settings, at) for name, at in settings.BASIC},
        accepted=_accepted(settings.NO_EFFECT.decode(), settings.EACH),
        registers={n: _setting(settings, at) for n, at in settings.S_REGISTERS},
        options={
            "+WIPCFG": {n: _setting(settings, at) for n, at in settings.STACK_OPTIONS},
            "+WIPOPT": {n: _option(row) for n, row in OPTIONS.items()},
        },
        errors=_numbers(errors) | _numbers(contract),
        counters=[name.decode() for name in counters.NAMES],
        results={word.decode(): code for code, word in enumerate(contract.RESULT_WORDS) if word},
        # The line of +WIPDATA has two forms, and those of RESULT are results: made elsewhere.
        unsolicited={word.decode().split(":")[0] for word in announce._WORDS.values()}
        | {"+WIPDATA", "+WIPXTIME", "RING", "NO CARRIER"},
        sizes={name: n for name, n in vars(Sizes).items() if isinstance(n, int)},
        version=VERSION.decode(),
    )


def _text(answer):
    """Bytes, a tuple of them, or None."""
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
    """With what either dialect has."""
    from wipmodem.commands.table import ABSENT, SPEC, WIPSOFT_SPEC

    forms = tuple(form for form, handler in zip(FORMS, row[1:SPEC], strict=True) if handler)
    variants, place = {}, 0
    for spec in (row[SPEC], row[WIPSOFT_SPEC]):
        if spec is None or spec is ABSENT:
            continue
        place, choices = spec if isinstance(spec, tuple) else (0, ((None, spec),))
        kept = [(first, letters) for first, letters in choices if first is None or first >= 0]
        variants |= {first: tuple(map(_argument, letters)) for first, letters in kept}
    return Row(forms, variants or None, place)


def _argument(letter):
    from wipmodem.at.arguments import KINDS, TEXT

    kind, low, high, refused = KINDS[ord(chr(letter).lower())]
    optional = chr(letter).isupper()
    if kind == TEXT:
        return Argument("text", refused, optional)
    return Argument(_values(low, high), refused, optional)


def _values(low, high):
    if high is None:
        return ", ".join(map(str, low))
    return f"{low}" if low == high else f"{low}-{high}"
