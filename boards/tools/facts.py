"""What a board file says of its board, without running it: the tables at its top are literals."""

import ast
from pathlib import Path

BOARDS = Path(__file__).parents[1]
_FIRMWARE = BOARDS.parent / "firmware" / "wipmodem"
_START = ("heap", "restart", "sizes")  # of these main.py and board files import


def names():
    """The boards that are microcontrollers."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.py") if tables_of(path))


def later():
    """Files that a board does not load before a host asks for what is in them: no import of
    main.py leads to them."""
    names = {path.stem for path in _FIRMWARE.glob("*.py")} - {"__init__"}
    loaded, waiting = set(), list(_START)
    while waiting:
        name = waiting.pop()
        loaded.add(name)
        waiting += _imported(_FIRMWARE / f"{name}.py") & names - loaded
    return {f"wipmodem/{name}.mpy" for name in names - loaded}


def _imported(path):
    """The modules of its package that a file imports, and other names."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.level:
            found |= {node.module} if node.module else {each.name for each in node.names}
    return found


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
