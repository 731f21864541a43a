"""A board as its folder tells: the wires to host and radio, the sockets, what is not there.

A line has its RS-232 name, the same at both ends: TXD is what the host sends, to the modem, and
what the modem sends to the radio.
"""

import ast
import re
from dataclasses import dataclass

from .. import facts

# Kind, then for host and for radio: the line, and the key of its pin in the board's table.
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
_INPUTS = ({"rx", "cts", "dtr"}, {"rx", "cts", "dcd"})  # of the board
_PREFIXES = {"rp2": "GP", "esp32": "GPIO"}  # before a pin's number
_POOLS = (("TCP", "tcp"), ("UDP", "udp"), ("servers", "listen"))
_BEARERS = {"ppp_board": "PPP", "wlan_board": "Wi-Fi"}
_SOCKETS = re.compile(r"^    sockets = (\d+)", re.MULTILINE)
_SIZES = facts.BOARDS.parent / "firmware" / "wipmodem" / "sizes.py"


@dataclass
class Wire:
    side: int  # of TABLES
    row: int  # of ROWS
    kind: str
    line: str  # RS-232's name
    role: str  # what the pin is to the board
    pin: str
    inward: bool


class Board:
    """`tables` is empty for a folder whose board.py is a PC's."""

    def __init__(self, folder):
        source = (folder / "board.py").read_text()
        self.name = folder.name
        self.tables = facts.tables_of(folder / "board.py")
        self.about = " ".join((ast.get_docstring(ast.parse(source)) or "").split())
        self.bearers = [text for port, text in _BEARERS.items() if f".{port} " in source]
        self.sockets = int(_SOCKETS.findall(source + _SIZES.read_text())[0])
        self.wires = list(_wires(self.tables))

    @property
    def firmware(self):
        return ".".join(map(str, self.tables["FIRMWARE"]))

    @property
    def console(self):
        console = self.tables["CONSOLE"]
        return "USB" if console == "usb" else f"UART{console}"

    def end(self, side):
        """The table of the host's line or the radio's, if there is one."""
        return self.tables.get(TABLES[side], {})

    def speed(self, side):
        return f"UART{self.end(side)['id']}", f"{self.end(side)['baudrate']} baud"

    def most(self):
        """The sockets that exist at once: the modem's number, or fewer if the stack has fewer."""
        pools = self.tables["POOLS"]
        most = min(self.sockets, pools.get("all", self.sockets))
        fewer = [f"{pools[key]} {kind}" for kind, key in _POOLS if pools[key] < most]
        return f"{most}, at most {', '.join(fewer)}" if fewer else f"{most}"

    def absent(self):
        """The lines of the host that have no pin."""
        there = {wire.line for wire in self.wires if wire.side == 0}
        lines = [line for _, (line, _), _ in ROWS if line not in there]
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
