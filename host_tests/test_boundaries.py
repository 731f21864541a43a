"""The firmware's imports follow the arrows of firmware/README.md, which lists each file."""

import ast
import re
from pathlib import Path

import pytest

_FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"
_PACKAGE = _FIRMWARE / "wipmodem"
_FILES = sorted(_PACKAGE.rglob("*.py"))
_PORTS = [path for path in _FILES if path.parent.name == "ports"]
_CORE = [path for path in _FILES if path not in _PORTS]

# Modules outside the package that a file of the core may import.
_OUTSIDE = {
    "compat": {"binascii", "gc", "micropython", "struct"},
    "lazy": {"__import__"},
}
# Modules outside the package that ports may import, and files of the core that they may import.
_OF_PORTS = {
    "binascii",
    "errno",
    "gc",
    "hashlib",
    "io",
    "machine",
    "network",
    "os",
    "select",
    "socket",
    "struct",
    "sys",
    "time",
    "uctypes",
}
_SHARED = {"contract", "compat", "clock"}

_SMALL = "small modules"
# The layers below each layer of the core.
_BELOW = {
    "modem": {"online", "commands", "at", "sockets", "session", _SMALL},
    "online": {"at", "sockets", "session", _SMALL},
    "commands": {"at", "sockets", "session", _SMALL},
    "at": {_SMALL},
    "sockets": {_SMALL},
    "session": {_SMALL},
    _SMALL: set(),
}


def name_of(path):
    """Return `modem` or `ports.net`, or an empty name for the package itself."""
    name = path.relative_to(_PACKAGE).with_suffix("")
    return ".".join(name.parts).removesuffix("__init__").rstrip(".")


_NAMES = {name_of(path) for path in _FILES}


def layer_of(name):
    """Return the layer of a module of the core."""
    return name if name == "modem" else name.rpartition(".")[0] or _SMALL


def imports(path):
    """Return the modules that a file imports: (inside the package, outside of it)."""
    inside, outside = set(), set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            outside |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                inside |= siblings(path, node)
            else:
                outside.add(node.module)
        elif isinstance(node, ast.Name) and node.id == "__import__":
            outside.add("__import__")
    return inside, outside


def siblings(path, node):
    """Return the modules that `from .x import a, b` means."""
    folder = path.parent
    for _ in range(node.level - 1):
        folder = folder.parent
    assert folder == _PACKAGE or _PACKAGE in folder.parents, f"{path} reaches out of the package"
    within = ".".join([*folder.relative_to(_PACKAGE).parts, *(node.module or "").split(".")])
    within = within.strip(".")
    # `from . import settings` names a module, `from .writer import Writer` a name inside one.
    names = {f"{within}.{alias.name}".lstrip(".") for alias in node.names}
    return {name if name in _NAMES else within for name in names}


def lazy_modules(path):
    """Return the modules that a file loads on first use: it has their names as strings."""
    strings = {
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value
    }
    return strings & _NAMES


@pytest.mark.parametrize("path", _CORE, ids=name_of)
def test_the_core_imports_only_itself(path):
    """A file of the core imports no clock, no sockets, no board, and none of the ports."""
    inside, outside = imports(path)
    assert outside <= _OUTSIDE.get(name_of(path), set())
    assert not {name for name in inside if name.startswith("ports")}


@pytest.mark.parametrize("path", _CORE, ids=name_of)
def test_the_core_uses_only_layers_below(path):
    """A file imports, and loads on first use, only files of its own layer and of lower layers."""
    layer = layer_of(name_of(path))
    used = {layer_of(name) for name in imports(path)[0] | lazy_modules(path)}
    assert used <= _BELOW[layer] | {layer}


def test_lazy_modules_are_seen():
    """The test of the layers knows the modules that the index table loads on first use."""
    assert lazy_modules(_PACKAGE / "sockets" / "table.py") == {"sockets.server"}


def test_context_imports_no_part_of_the_modem():
    """The file of Context imports none of the parts that a Context holds, except constants."""
    assert imports(_PACKAGE / "context.py")[0] <= {"contract", "errors", "recorder", "compat"}


def test_small_modules_do_not_import_context():
    """Only handlers and what calls them know the Context."""
    small = [path for path in _CORE if layer_of(name_of(path)) == _SMALL]
    assert [path.name for path in small if "context" in imports(path)[0]] == []


@pytest.mark.parametrize("path", _PORTS, ids=name_of)
def test_ports_import_only_the_contract_and_tools(path):
    """A port imports other ports, the interpreter's modules, and three files of the core."""
    inside, outside = imports(path)
    assert outside <= _OF_PORTS
    assert {name for name in inside if not name.startswith("ports")} <= _SHARED


def test_the_imports_have_no_cycle():
    """Files can be put in an order in which each imports only earlier ones."""
    waiting = {name_of(path): imports(path)[0] - {name_of(path)} for path in _FILES}
    while free := {name for name, needed in waiting.items() if not needed & waiting.keys()}:
        waiting = {name: needed for name, needed in waiting.items() if name not in free}
    assert not waiting, f"these import each other: {sorted(waiting)}"


def test_the_map_lists_each_file_once():
    """The table of files in firmware/README.md has one row for each Python file of firmware/."""
    text = (_FIRMWARE / "README.md").read_text()
    rows = re.findall(r"^\| `([^`]+\.py)` \|", text, re.MULTILINE)
    files = [*_FILES, *_FIRMWARE.glob("*.py")]
    assert sorted((_PACKAGE / row).resolve() for row in rows) == sorted(files)


def test_the_map_marks_each_lazy_file():
    """The table marks each file of the core that the start of the modem does not load."""
    text = (_FIRMWARE / "README.md").read_text()
    marked = set(re.findall(r"^\| `([^`]+)\.py` \| lazy:", text, re.MULTILINE))
    lazy = {name_of(path) for path in _CORE} - loaded_at_start() - {""}
    assert marked == {name.replace(".", "/") for name in lazy}


def loaded_at_start():
    """Return the modules that modem.py imports, and those that they import."""
    files = {name_of(path): path for path in _FILES}
    loaded, found = set(), {"modem"}
    while found:
        loaded |= found
        found = {name for known in found for name in imports(files[known])[0]} - loaded
    return loaded
