"""Unsolicited lines: which there are, and what stands in them."""

from typing import NamedTuple

_NAMES = (
    "+WIPREADY",
    "+WIPACCEPT",
    "+WIPERROR",
    "+WIPDATA",
    "+WIPPEERCLOSE",
    "+WIPBR",
    "+WIPXLOST",
)


class Urc(NamedTuple):
    """`+WIPDATA: 1,2,5,"192.0.2.77",4000` is ("+WIPDATA", (1, 2, 5, "192.0.2.77", 4000))."""

    name: str
    values: tuple


def parse(line):
    """A Urc, or None if the line is something else."""
    name, colon, rest = line.partition(": ")
    if not colon or name not in _NAMES:
        return None
    return Urc(name, tuple(_value(part) for part in rest.split(",")))


def _value(part):
    return int(part) if part.isdecimal() else part.strip('"')
