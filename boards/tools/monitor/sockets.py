"""The table of sockets.

Spawned sockets are below their server. Columns that do not fit are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rich.table import Table
from rich.text import Text

from . import words
from .history import SOCKET_SECONDS, Traffic
from .report import Socket

_STYLES = {
    "ready": "green",
    "listening": "blue",
    "resolving": "yellow",
    "connecting": "yellow",
    "peer_closed": "magenta",
    "failed": "red",
}
_TCP = 2
_NO_ADDRESS = "0.0.0.0"


@dataclass
class Row:
    """A row of the table."""

    socket: Socket
    child: bool  # True for a spawned socket, which is shown below its server
    used: int  # number of open TCP sockets in the range of a server
    traffic: Traffic
    max_rate: float  # highest rate in the table in bytes per second, for the scale of the bars


class Column(NamedTuple):
    """A column of the table."""

    title: str
    cell: Callable[[Row], Text | str]  # function that returns the cell for a row
    # minimum width in characters, so that columns do not move when values change
    min_width: int = 0
    justify: Literal["left", "right"] = "left"


def sort(sockets):
    """Return (socket, child) in the modem's order, with spawned sockets after their server."""
    servers = {socket.index for socket in sockets if socket.role == "server"}
    children = {
        socket.place for socket in sockets if socket.role == "spawned" and socket.server in servers
    }

    def order(socket):
        child = socket.place in children
        return (3, socket.server, 1, socket.index) if child else (*socket.place, 0, 0)

    return [(socket, socket.place in children) for socket in sorted(sockets, key=order)]


def rows(history):
    """Return the Rows for the newest report of a History."""
    sockets = history.report.sockets
    traffics = {socket.place: history.traffic(socket.place) for socket in sockets}
    max_rate = max((value for traffic in traffics.values() for value in traffic.both), default=0)
    return [
        Row(socket, child, _used(socket, sockets), traffics[socket.place], max_rate)
        for socket, child in sort(sockets)
    ]


def _used(server, sockets):
    indexes = {socket.index for socket in sockets if socket.protocol == _TCP}
    return sum(server.first <= index <= server.last for index in indexes)


def table(shown, width):
    """Return the table of the Rows `shown`, at most `width` characters wide."""
    columns = _select_columns(shown, width)
    result = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for column in columns:
        result.add_column(
            column.title, justify=column.justify, min_width=column.min_width, no_wrap=True
        )
    for row in shown:
        result.add_row(*(_text(column, row) for column in columns))
    return result


def _select_columns(shown, width):
    """Return the columns that fit; the least important ones are left out first."""
    columns = _COLUMNS
    for title in _LEAST_IMPORTANT:
        if sum(_width(column, shown) + 1 for column in columns) <= width + 1:
            break
        columns = [column for column in columns if column.title != title]
    return columns


def _width(column, shown):
    cells = (_text(column, row).cell_len for row in shown)
    return max(column.min_width, len(column.title), *cells, 0)


def _text(column, row):
    """Return a cell as Text, because rich must not treat brackets from the modem as markup."""
    cell = column.cell(row)
    return cell if isinstance(cell, Text) else Text(cell)


def _index(row):
    return f"{'  ' if row.child else ''}{row.socket.protocol},{row.socket.index}"


def _of_server(row):
    return str(row.socket.server or "") if row.socket.role != "server" else ""


def _state(row):
    socket = row.socket
    text = Text(socket.state, _STYLES.get(socket.state, ""))
    return text.append(f" {socket.error}", "bold red") if socket.error else text


def _local(row):
    return f":{row.socket.local_port}" if row.socket.local_port else ""


def _peer(row):
    """Return the peer's address and port; for a server its range and the indices in use."""
    socket = row.socket
    if socket.role == "server":
        return f"{socket.first}-{socket.last}  {row.used}/{socket.last - socket.first + 1}"
    if not socket.peer_port:
        return ""
    address = "" if socket.peer_address == _NO_ADDRESS else socket.peer_address
    return f"{address}:{socket.peer_port}"


def _byte_count(name):
    """Return a function for the cells of a byte count. The cell of a server is empty."""

    def cell(row):
        return "" if row.socket.role == "server" else words.amount(getattr(row.socket, name))

    return cell


def _bars(row):
    if row.socket.role == "server":
        return ""
    return Text(words.sparkline(row.traffic.both, SOCKET_SECONDS, row.max_rate), "bright_cyan")


_COLUMNS = [
    Column("index", _index, 5),
    Column("role", lambda row: row.socket.role.replace("_", " ")),
    Column("state", _state, 9),
    Column("of", _of_server),
    Column("local", _local, 6),
    Column("peer or range", _peer, 15),
    Column("unread", _byte_count("readable"), 0, "right"),
    Column("unsent", _byte_count("unsent"), 0, "right"),
    Column("in", _byte_count("received"), 4, "right"),
    Column("out", _byte_count("sent"), 4, "right"),
    Column(f"last {SOCKET_SECONDS} s", _bars, SOCKET_SECONDS),
    Column("age", lambda row: words.age(row.socket.age_s), 7, "right"),
]
# Titles of the columns that can be left out, the least important first. The index also shows the
# protocol, and the position of a spawned socket shows its server.
_LEAST_IMPORTANT = ["of", "role", "age", f"last {SOCKET_SECONDS} s", "unsent", "unread", "local"]
