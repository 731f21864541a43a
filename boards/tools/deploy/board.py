"""The properties of a board that make deploy needs, from the tables in its board.py."""

from dataclasses import dataclass
from pathlib import Path

from .. import facts
from . import Failure


@dataclass(frozen=True)
class Board:
    """A microcontroller board in boards/."""

    name: str
    manifest: Path  # path of the board's manifest.py
    platform: str  # value of sys.platform on the board
    firmware: tuple  # oldest version of MicroPython that works on the board
    bearer: str  # kind of bearer, "ppp" or "wlan"
    speed: int  # speed of the host's line at start, in bit/s


def read(name):
    """Return the Board of the folder boards/`name`. Raise Failure if it is unknown or a PC."""
    folder = facts.BOARDS / name
    if not name or not (folder / "board.py").exists():
        known = ", ".join(facts.names())
        raise Failure(f"there is no board {name or 'given'}; boards to deploy to: {known}")
    tables = _tables(name)
    if not tables:
        raise Failure(f"{name} is a PC and needs no copy of the firmware: use make run")
    try:
        needed = tables["PLATFORM"], tables["FIRMWARE"], tables["BEARER"]
        return Board(name, folder / "manifest.py", *needed, tables["DTE"]["baudrate"])
    except KeyError as error:
        raise Failure(f"boards/{name}/board.py does not define {error.args[0]}") from error


def _tables(name):
    try:
        return facts.tables(name)
    except (SyntaxError, ValueError) as error:
        raise Failure(f"boards/{name}/board.py: {error}") from error
