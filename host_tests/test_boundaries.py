"""The core imports nothing of a board, the ports nothing of the core, no file grows too long."""

import ast
from pathlib import Path

import pytest

_PACKAGE = Path(__file__).resolve().parents[1] / "firmware" / "wipmodem"
_FILES = sorted(_PACKAGE.rglob("*.py"))
_PORTS = [path for path in _FILES if path.parent.name == "ports"]
_CORE = [path for path in _FILES if path not in _PORTS]

# What these files are there to meet.
_OUTSIDE = {
    "compat": {"binascii", "gc", "micropython", "struct"},
    "lazy": {"__import__"},
}
# What ports are there for, and the files of the core that are theirs too.
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


def name_of(path):
    """`modem`, `ports.net`; the package itself is ``."""
    name = path.relative_to(_PACKAGE).with_suffix("")
    return ".".join(name.parts).removesuffix("__init__").rstrip(".")


_NAMES = {name_of(path) for path in _FILES}


def imports(path):
    """What a file imports: (modules of the package, modules of anybody else)."""
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
    """The modules that `from .x import a, b` means."""
    folder = path.parent
    for _ in range(node.level - 1):
        folder = folder.parent
    assert folder == _PACKAGE or _PACKAGE in folder.parents, f"{path} reaches out of the package"
    within = ".".join([*folder.relative_to(_PACKAGE).parts, *(node.module or "").split(".")])
    within = within.strip(".")
    # `from . import settings` names a module, `from .text import OK` what is in one.
    names = {f"{within}.{alias.name}".lstrip(".") for alias in node.names}
    return {name if name in _NAMES else within for name in names}


@pytest.mark.parametrize("path", _CORE, ids=name_of)
def test_the_core_imports_only_itself(path):
    """No clock, no sockets, no board, and none of the ports."""
    inside, outside = imports(path)
    assert outside <= _OUTSIDE.get(name_of(path), set())
    assert not {name for name in inside if name.startswith("ports")}


@pytest.mark.parametrize("path", _PORTS, ids=name_of)
def test_ports_import_nothing_of_the_core_but_contract_and_tools(path):
    """A port may build on another port, and on what the interpreter offers."""
    inside, outside = imports(path)
    assert outside <= _OF_PORTS
    assert {name for name in inside if not name.startswith("ports")} <= _SHARED


def test_the_layers_have_no_cycle():
    """Files can be put in an order in which each imports only earlier ones."""
    waiting = {name_of(path): imports(path)[0] - {name_of(path)} for path in _FILES}
    while free := {name for name, needed in waiting.items() if not needed & waiting.keys()}:
        waiting = {name: needed for name, needed in waiting.items() if name not in free}
    assert not waiting, f"these import each other: {sorted(waiting)}"
