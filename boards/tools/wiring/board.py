"""A board as described in its folder: the wires to host and radio, the sockets, missing lines.

Each line has its RS-232 name, which is the same at both ends: TXD carries data from the host to
the modem, and from the modem to the radio.
"""

import ast
import re
from dataclasses import dataclass

from .. import facts

# (kind, host, radio): host and radio are each a pair (line, key of its pin in the board's table).
ROWS = (
    ("data", ("TXD", "rx"), ("TXD", "tx")),
    ("data", ("RXD", "tx"), ("RXD", "rx")),
    ("flow", ("RTS", "cts"), ("RTS", "rts")),
    ("flow", ("CTS", "rts"), ("CTS", "cts")),
    ("control", ("DTR", "dtr"), ("DTR", "dtr")),
    ("control", ("DCD", "dcd"), ("DCD", "dcd")),
    ("control", ("DSR", "dsr"), ("power", "power")),
    ("control", ("RI", "ri"), ("reset", "reset")),
)
LINES = ("TXD", "RXD", "RTS", "CTS", "DTR", "DCD", "DSR", "RI", "power", "reset")
TABLES = ("DTE", "RADIO")
# keys of the pins that are inputs of the board, for host and radio
_INPUTS = ({"rx", "cts", "dtr"}, {"rx", "cts", "dcd"})
_PREFIXES = {"rp2": "GP", "esp32": "GPIO"}  # text before the number of a pin on each platform
_POOLS = (("TCP", "tcp"), ("UDP", "udp"), ("servers", "listen"))
_BEARERS = {"ppp": "PPP", "wlan": "Wi-Fi"}
_SOCKETS = re.compile(r"^    sockets = (\d+)", re.MULTILINE)
_SIZES = facts.BOARDS.parent / "firmware" / "wipmodem" / "contract.py"


@dataclass
class Wire:
    """A wire between the board and the host or radio."""

    side: int  # index into TABLES: 0 for the host's line, 1 for the radio's line
    row: int  # index into ROWS
    kind: str  # kind of the line: "data", "flow" or "control"
    line: str  # RS-232 name of the line
    role: str  # key of the pin in the board's table
    pin: str  # name of the pin
    inward: bool  # True if the pin is an input of the board


class Board:
    """A board and the tables of its board.py. `tables` is empty for a PC."""

    def __init__(self, folder):
        source = (folder / "board.py").read_text()
        self.name = folder.name
        self.tables = facts.tables_of(folder / "board.py")
        self.description = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
        self.bearers = [text for port, text in _BEARERS.items() if f".{port} " in source]
        self.sockets = int(_SOCKETS.findall(source + _SIZES.read_text())[0])
        self.wires = list(_wires(self.tables))

    @property
    def firmware(self):
        """Oldest version of MicroPython that works, as text."""
        return ".".join(map(str, self.tables["FIRMWARE"]))

    @property
    def console(self):
        """Name of the console's port."""
        console = self.tables["CONSOLE"]
        return "USB" if console == "usb" else f"UART{console}"

    def end(self, side):
        """Return the table of the host's or the radio's line, {} if there is no such line."""
        return self.tables.get(TABLES[side], {})

    def speed(self, side):
        """Return the name of the UART and the speed of a line as two texts."""
        return f"UART{self.end(side)['id']}", f"{self.end(side)['baudrate']} baud"

    def max_sockets(self):
        """Return as text how many sockets can be open, and each lower limit of the stack."""
        pools = self.tables["POOLS"]
        total = min(self.sockets, pools.get("all", self.sockets))
        fewer = [f"{pools[key]} {kind}" for kind, key in _POOLS if pools[key] < total]
        return f"{total}, at most {', '.join(fewer)}" if fewer else f"{total}"

    def missing_lines(self):
        """Return the lines of the host that have no pin, as text."""
        wired = {wire.line for wire in self.wires if wire.side == 0}
        lines = [line for _, (line, _), _ in ROWS if line not in wired]
        return "no " + ", ".join(lines) if lines else "all eight"


def _wires(tables):
    prefix = _PREFIXES.get(tables.get("PLATFORM"), "")
    for row, (kind, *ends) in enumerate(ROWS):
        for side, end in enumerate(ends):
            pins = tables.get(TABLES[side], {})
            if end and end[1] in pins:
                line, role = end
                pin = f"{prefix}{pins[role]}"
                yield Wire(side, row, kind, line, role, pin, role in _INPUTS[side])
