"""What a board file says of its board, without running it: the tables at its top are literals."""

import ast
import re
from pathlib import Path

BOARDS = Path(__file__).parents[1]
_FIRMWARE = BOARDS.parent / "firmware" / "wipmodem"
_LOADING = ("command_table.py", "watch.py")
_LATER = re.compile(r'^_[A-Z]+ = "(\w+)"$', re.MULTILINE)


def names():
    """The boards that are microcontrollers."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.py") if tables_of(path))


def later():
    """Files that a board does not load before a host asks for what is in them."""
    text = "".join((_FIRMWARE / name).read_text() for name in _LOADING)
    return {f"wipmodem/{name}.mpy" for name in _LATER.findall(text)}


def tables(name):
    """{"PLATFORM": ..., "DTE": ...} of a board."""
    return tables_of(BOARDS / name / "board.py")


def tables_of(path):
    """The names in capitals that a file gives literals; none if it has no PLATFORM."""
    found = {}
    for node in ast.parse(Path(path).read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name.isupper():
                found[name] = _literal(name, node.value)
    return found if "PLATFORM" in found else {}


def _literal(name, value):
    try:
        return ast.literal_eval(value)
    except ValueError:
        raise ValueError(f"{name} is not made of literals alone") from None
