"""What the tools need to know of a board, from the tables of its board.py."""

from dataclasses import dataclass
from pathlib import Path

from .. import facts
from . import Failure


@dataclass(frozen=True)
class Board:
    name: str
    manifest: Path
    platform: str  # sys.platform
    firmware: tuple  # the oldest MicroPython that will do
    bearer: str  # "ppp" or "wlan"
    speed: int  # of the DTE's line at start


def read(name):
    """boards/`name`, if it is a board to copy files to."""
    folder = facts.BOARDS / name
    if not name or not (folder / "board.py").exists():
        known = ", ".join(facts.names())
        raise Failure(f"there is no board {name or 'given'}; boards to deploy to: {known}")
    tables = _tables(name)
    if not tables:
        raise Failure(f"{name} is a PC, nothing has to be copied to it: make run")
    try:
        needed = tables["PLATFORM"], tables["FIRMWARE"], tables["BEARER"]
        return Board(name, folder / "manifest.py", *needed, tables["DTE"]["baudrate"])
    except KeyError as error:
        raise Failure(f"boards/{name}/board.py does not say {error.args[0]}") from error


def _tables(name):
    try:
        return facts.tables(name)
    except (SyntaxError, ValueError) as error:
        raise Failure(f"boards/{name}/board.py: {error}") from error
