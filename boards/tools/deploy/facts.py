"""What a board's folder says of the board: the literals at the top of its board.py.

The file is read, not imported: it is written for the board. A folder without PLATFORM is no board
to copy files to (boards/host is a PC).
"""

import ast
from dataclasses import dataclass
from pathlib import Path

from . import Failure


@dataclass(frozen=True)
class Facts:
    name: str
    folder: Path
    platform: str  # sys.platform
    firmware: tuple  # the oldest MicroPython that will do
    bearer: str  # "ppp" or "wlan"
    speed: int  # of the DTE's line at start


def read(root, name):
    """The facts of boards/`name`."""
    folder = root / "boards" / name
    if not (folder / "board.py").exists():
        known = ", ".join(board.parent.name for board in _boards(root))
        raise Failure(f"there is no board {name}; boards to deploy to: {known}")
    given = _literals(folder / "board.py")
    if "PLATFORM" not in given:
        raise Failure(f"{name} is a PC, nothing has to be copied to it: make run")
    try:
        needed = given["PLATFORM"], tuple(given["FIRMWARE"]), given["BEARER"]
    except KeyError as error:
        raise Failure(f"boards/{name}/board.py does not say {error.args[0]}") from None
    return Facts(name, folder, *needed, given.get("DTE", {}).get("baudrate", 115200))


def _boards(root):
    found = sorted((root / "boards").glob("*/board.py"))
    return [path for path in found if "PLATFORM" in _literals(path)]


def _literals(path):
    """The names that are given a plain value."""
    given = {}
    for node in ast.parse(path.read_text(), str(path)).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                given[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue  # made of other things: not for us
    return given
