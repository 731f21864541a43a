"""Reader of the board files.

The reader does not run a board file, because the tables at the top of the file are literals.
"""

import ast
from pathlib import Path

BOARDS = Path(__file__).parents[1]
_FIRMWARE = BOARDS.parent / "firmware" / "wipmodem"
_MAIN = BOARDS.parent / "firmware" / "main.py"


def names():
    """Return the names of the boards that are microcontrollers, sorted."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.py") if tables_of(path))


def lazy_files():
    """Return the files of the core that main.py does not import, directly or indirectly.

    A board loads each of these files when a host first uses a feature in the file.
    """
    names = {_name(path) for path in _FIRMWARE.rglob("*.py")}
    core = {name for name in names if not name.startswith(("ports", "__init__"))}
    board = {"contract"}  # modules that the board files import
    loaded, waiting = set(), list(board | _imported(_MAIN) & core)
    while waiting:
        name = waiting.pop()
        loaded.add(name)
        waiting += _imported(_FIRMWARE / f"{name}.py") & core - loaded
    return {f"wipmodem/{name}.mpy" for name in core - loaded}


def _name(path):
    """Return the name of a firmware file, such as `sockets/table` for sockets/table.py."""
    return path.relative_to(_FIRMWARE).with_suffix("").as_posix()


def _imported(path):
    """Return the modules that a file imports when loaded, and the names from these modules."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").replace(".", "/")
            base = (
                path.parents[node.level - 1].relative_to(_FIRMWARE) / module
                if node.level
                else None
            )
            if node.level == 0 and module.startswith("wipmodem"):
                base = Path(*Path(module).parts[1:])
            if base is not None:
                found |= {base.as_posix(), *((base / each.name).as_posix() for each in node.names)}
    return found


def tables(name):
    """Return the tables of a board: {"PLATFORM": ..., "DTE": ...}."""
    return tables_of(BOARDS / name / "board.py")


def tables_of(path):
    """Return {name: value} of all constants in a board file; {} if the file has no PLATFORM.

    Raise ValueError if the value of a constant is not a literal.
    """
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
        raise ValueError(f"{name} must contain only literals") from None
