"""The schema of a board's folder. `complaints(folder)`: a line for each mistake, none if it holds.

board.py is read, not run, as the tools do. Tables come first: while one is not what it ought to
be, nothing is said of how they go together.
"""

import ast
import functools
import re
from collections import Counter
from dataclasses import dataclass

from boards.tools import facts
from boards.tools.deploy import Failure
from boards.tools.deploy.manifest import Manifest
from boards.tools.wiring.board import Board
from test_boundaries import imports

_imports = functools.cache(imports)  # many boards are read, of one firmware
_OLDEST = (1, 26)
_UART_PINS = ("tx", "rx", "cts", "rts")
_CONTROL_PINS = ("dtr", "dcd", "dsr", "ri", "reset", "power")
_FRAME = 2048  # a PPP frame of 1500 bytes, some of them escaped
_BURST = 4096  # what may come while nobody looks and nothing holds it up


@dataclass
class Platform:
    """What a port of MicroPython and its chips can do."""

    ids: range  # of the UARTs
    pins: tuple
    net: str  # the module of its net port
    lock: str = ""  # the module of its stack lock, if it has one
    fixed: bool = False  # a UART's pins are what they are
    whole: bool = False  # a write waits until all of it fits


_PLATFORMS = {
    "rp2": Platform(range(2), tuple(range(30)), "net_lwip", "lock_rp2"),
    "esp32": Platform(range(3), tuple(range(49)), "net_esp32", whole=True),
    "mimxrt": Platform(
        range(1, 9),
        tuple(f"D{n}" for n in range(42)),
        "net_lwip",
        "lock_mimxrt",
        fixed=True,
        whole=True,
    ),
}


# What a value may be: (is it good, what it ought to be)


def _number(low, high):
    return (
        lambda value: type(value) is int and low <= value <= high,
        f"a number of {low} to {high}",
    )


def _text(longest):
    return (
        lambda value: isinstance(value, str) and len(value) <= longest,
        f"a text of at most {longest}",
    )


def _command(begin):
    good = lambda value: isinstance(value, bytes) and value.startswith(begin)  # noqa: E731
    return good, f"bytes that begin with {begin.decode()}"


_BOOL = (lambda value: isinstance(value, bool), "True or False")
_PIN = (lambda value: type(value) in (int, str), "a pin")
_INIT = (
    lambda value: isinstance(value, tuple) and all(map(_command(b"AT")[0], value)),
    "a tuple of bytes that begin with AT",
)
_VERSION = (
    lambda value: isinstance(value, tuple) and list(map(type, value)) == [int, int],
    "a tuple of two numbers",
)
_WORD = (lambda value: isinstance(value, str), "a text")
_CONSOLE = (lambda value: value == "usb" or type(value) is int, '"usb" or the id of a UART')
_TABLE = (lambda value: isinstance(value, dict), "a table")

_FLAG = _number(0, 1)
_MEMORY = _number(256, 32766)
_LINE = {
    "id": _number(0, 8),
    "baudrate": _number(1200, 921600),
    "tx": _PIN,
    "rx": _PIN,
    "flow": _BOOL,
    "active": _FLAG,
    "txbuf": _MEMORY,
    "rxbuf": _MEMORY,
}
_LINE_MAY = {"cts": _PIN, "rts": _PIN, "dtr": _PIN, "dcd": _PIN, "fixed": _BOOL, "whole": _BOOL}
_REGISTER = _number(0x40000000, 0x4FFFFFFC)
_CALL = {
    "boot_ms": _number(0, 60000),
    "press_ms": _number(1, 10000),
    "init": _INIT,
    "dial": _command(b"ATD"),
    "probe_s": _number(0, 3600),
    "redial_s": _number(0, 300),
}
_POOL = _number(1, 64)
_NAMES = {
    "PLATFORM": _WORD,
    "FIRMWARE": _VERSION,
    "BEARER": _WORD,
    "CONSOLE": _CONSOLE,
    "POOLS": _TABLE,
    "DTE": _TABLE,
}
_NAMES_MAY = {"RADIO": _TABLE, "WLAN": _TABLE}
# Table -> the keys that it has, the keys that it may have.
_TABLES = {
    "POOLS": ({"tcp": _POOL, "listen": _POOL, "udp": _POOL}, {"all": _POOL}),
    "DTE": (_LINE, {**_LINE_MAY, "dsr": _PIN, "ri": _PIN, "rsr": _REGISTER}),
    "RADIO": ({**_LINE, **_CALL}, {**_LINE_MAY, "reset": _PIN, "power": _PIN}),
    "WLAN": ({"ssid": _text(32), "key": _text(63)}, {}),
}
# Bearer, which is the module that makes it -> the table that it reads.
_BEARERS = {"ppp": "RADIO", "wlan": "WLAN"}
# Pool -> lwIP's name for it, and what it holds beside the sockets: one that asks for names.
_STACK = {"tcp": ("TCP_PCB", 0), "listen": ("TCP_PCB_LISTEN", 0), "udp": ("UDP_PCB", 1)}
_SETTING = re.compile(r"^#define MEMP_NUM_(\w+)\s+\((\d+)\)", re.MULTILINE)


def complaints(folder):
    tables = facts.tables_of(folder / "board.py")
    if not tables:
        return ["PLATFORM is missing"]
    found = list(_keys("", tables, _NAMES, _NAMES_MAY)) or list(_inside(tables))
    if found:
        return found
    tree = ast.parse((folder / "board.py").read_text())
    together = (_platform(tables), _pins(tables), _lines(tables), _pools(folder, tables))
    rest = (_board(folder, tables, tree), _files(folder, tree))
    return [each for part in (*together, *rest) for each in part]


def _inside(tables):
    for name, keys in _TABLES.items():
        if name in tables:
            yield from _keys(f"{name}.", tables[name], *keys)


def _keys(place, table, must, may):
    known = {**must, **may}
    for name in must:
        if name not in table:
            yield f"{place}{name} is missing"
    for name, value in table.items():
        if name not in known:
            yield f"{place}{name} is not known"
        elif not known[name][0](value):
            yield f"{place}{name}: {value!r} is not {known[name][1]}"


def _uarts(tables):
    """("DTE", its table), and the radio's if there is one."""
    return [(name, tables[name]) for name in ("DTE", "RADIO") if name in tables]


def _platform(tables):
    """What this MicroPython offers."""
    name = tables["PLATFORM"]
    if name not in _PLATFORMS:
        yield f"PLATFORM: {name!r} is not one of {', '.join(_PLATFORMS)}"
        return
    if tables["FIRMWARE"] < _OLDEST:
        yield f"FIRMWARE: {tables['FIRMWARE']} is before {_OLDEST}"
    here = _PLATFORMS[name]
    if tables["CONSOLE"] not in ("usb", *here.ids):
        yield f"CONSOLE: {name} has no UART{tables['CONSOLE']}"
    for end, line in _uarts(tables):
        yield from _offered(name, here, end, line)


def _offered(name, here, end, line):
    """What a line asks of the chip."""
    for key in ("fixed", "whole"):
        if line.get(key, False) != getattr(here, key):
            yield f"{end}.{key}: has to be {getattr(here, key)} on {name}"
    for role in (*_UART_PINS, *_CONTROL_PINS):
        if role in line and line[role] not in here.pins:
            yield f"{end}.{role}: {name} has no pin {line[role]!r}"
    if line["id"] not in here.ids:
        yield f"{end}.id: {name} has no UART{line['id']}"
    elif name == "rp2":
        yield from _places(end, line)


def _places(end, line):
    """On rp2 four pins, tx, rx, cts and rts, belong to a UART; the two take turns of eight."""
    for role in _UART_PINS:
        pin = line.get(role, -1)
        if pin in range(30) and (_UART_PINS[pin % 4], (pin + 4) // 8 % 2) != (role, line["id"]):
            yield f"{end}.{role}: GP{pin} is not {role} of UART{line['id']}"


def _pins(tables):
    uses = {}
    for end, line in _uarts(tables):
        for role in (*_UART_PINS, *_CONTROL_PINS):
            if role in line:
                uses.setdefault(line[role], []).append(f"{end}.{role}")
    for pin, names in uses.items():
        if len(names) > 1:
            yield f"pin {pin!r} is {' and '.join(names)}"


def _lines(tables):
    """The two UARTs and the console."""
    ids = Counter(line["id"] for _, line in _uarts(tables))
    for end, line in _uarts(tables):
        if line["id"] == tables["CONSOLE"]:
            yield f"{end}.id: UART{line['id']} is the console"
        wired = [role for role in ("cts", "rts") if role in line]
        if line["flow"] and len(wired) < 2 and not line.get("fixed"):
            yield f"{end}.flow: needs the pins cts and rts"
        if wired and not line["flow"]:
            yield f"{end}.{wired[0]}: is not used without flow"
        if end == "RADIO" and line["txbuf"] < _FRAME:
            yield f"{end}.txbuf: less than the {_FRAME} of a PPP frame"
        if not line["flow"] and line["rxbuf"] < _BURST:
            yield f"{end}.rxbuf: less than the {_BURST} that come where no flow control is"
    for number, count in ids.items():
        if count > 1:
            yield f"DTE and RADIO are both UART{number}"


def _pools(folder, tables):
    """A stack that is built here holds what its settings say, and all that the modem asks for."""
    pools = tables["POOLS"]
    if pools["udp"] < 2:
        yield "POOLS.udp: one asks for names, and leaves none"
    headers = sorted(folder.rglob("*.h"))
    ours = dict(_SETTING.findall("\n".join(path.read_text() for path in headers)))
    if ours:
        yield from _stack(pools, ours, Board(folder).sockets)


def _stack(pools, ours, sockets):
    for key, (setting, more) in _STACK.items():
        if ours.get(setting) != str(pools[key]):
            yield f"POOLS.{key}: no header sets MEMP_NUM_{setting} to {pools[key]}"
        if pools[key] < sockets + more:
            yield f"POOLS.{key}: {pools[key]} of our own, but the modem needs {sockets + more}"


def _board(folder, tables, tree):
    """Check class Board."""
    given, parents = _attributes(tree, "Board")
    if "Board" in parents:
        yield "class Board is missing"
        return
    if "Mcu" not in parents:
        yield "class Board: not derived from Mcu"
    asked = _asked(tree)
    bearers = {name: _BEARERS[name] for name in _BEARERS if f"wipmodem.ports.{name}" in asked}
    if tables["BEARER"] not in bearers:
        has = " and ".join(bearers) or "none"
        yield f"BEARER: {tables['BEARER']!r}, but Board has {has}"
    wanted = {"name": repr(folder.name.encode()), "Net": "Net", "DTE": "DTE"}
    wanted |= {"make_bearer": "make_bearer"}
    wanted |= {table: table for table in bearers.values()}
    for key, value in wanted.items():
        if given.get(key) != value:
            yield f"Board.{key}: {given.get(key, 'missing')}, not {value}"
        if value.isupper() and value not in tables:
            yield f"{value} is missing"
    yield from _stack_of(tables, tree, given)
    if not given.get("sizes", "").endswith("Sizes()"):
        yield f"Board.sizes: {given.get('sizes', 'missing')}, not an instance of Sizes"


def _stack_of(tables, tree, given):
    """The net port and the stack lock are the platform's."""
    here = _PLATFORMS.get(tables["PLATFORM"])
    if not here:
        return
    if f"wipmodem.ports.{here.net}" not in _asked(tree):
        yield f"Board.Net: not of wipmodem.ports.{here.net}"
    lock = given.get("stack_lock", "missing")
    if here.lock and lock != "StackLock()":
        yield f"Board.stack_lock: {lock}, not StackLock()"
    elif here.lock and f"wipmodem.ports.{here.lock}" not in _asked(tree):
        yield f"Board.stack_lock: not of wipmodem.ports.{here.lock}"


def _attributes(tree, name):
    """{name: text of its value} of a class, with its parents; who of them is not of this file."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    if name not in classes:
        return {}, {name}
    given, parents = {}, set()
    for base in classes[name].bases:
        for word in (node.id for node in ast.walk(base) if isinstance(node, ast.Name)):
            more, theirs = _attributes(tree, word)
            given |= more
            parents |= theirs
    for node in classes[name].body:
        if isinstance(node, ast.Assign):
            given |= {ast.unparse(target): ast.unparse(node.value) for target in node.targets}
    return given, parents


def _files(folder, tree):
    """manifest.py brings what board.py and the core import, and no port beyond that."""
    try:
        entries = Manifest(folder / "manifest.py").entries
    except Failure as failure:
        yield f"{failure}"
        return
    sources = {entry.path: entry.source for entry in entries}
    needed = {"main.py", "board.py"}
    needed |= {path for path in sources if path.startswith("wipmodem/") and "/ports/" not in path}
    needed |= set(_reached(folder, _asked(tree)))
    for path in sorted(needed - sources.keys()):
        yield f"manifest.py: {path} is missing"
    for path in sorted(sources.keys() - needed):
        yield f"manifest.py: {path} is used by nothing"


def _asked(tree):
    """The modules from which a file imports."""
    return [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def _reached(folder, modules):
    """The files of the package that these modules are, and that they import in turn."""
    package = (folder.parents[1] / "firmware" / "wipmodem").resolve()
    waiting = [name.removeprefix("wipmodem.") for name in modules if name.startswith("wipmodem.")]
    seen = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        path = (package / name.replace(".", "/")).with_suffix(".py")
        yield f"wipmodem/{path.relative_to(package)}"
        if path.exists():
            waiting += sorted(_imports(path)[0])
