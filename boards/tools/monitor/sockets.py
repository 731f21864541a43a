"""The table of sockets: those that a server spawned stand below it; columns as many as fit."""

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
_NOBODY = "0.0.0.0"


@dataclass
class Row:
    """child: it stands below its server; used: sockets in a server's range; most: the highest
    bar, in bytes a second, of all that are shown."""

    socket: Socket
    child: bool
    used: int
    traffic: Traffic
    most: float


class Column(NamedTuple):
    """cell: a Row in, Text or str out; least: characters, so that figures do not move it."""

    title: str
    cell: Callable[[Row], Text | str]
    least: int = 0
    justify: Literal["left", "right"] = "left"


def arranged(sockets):
    """[(socket, child)] in the modem's order, but each server followed by those it spawned."""
    servers = {socket.index for socket in sockets if socket.role == "server"}
    children = {
        socket.place for socket in sockets if socket.role == "spawned" and socket.server in servers
    }

    def order(socket):
        child = socket.place in children
        return (3, socket.server, 1, socket.index) if child else (*socket.place, 0, 0)

    return [(socket, socket.place in children) for socket in sorted(sockets, key=order)]


def rows(history):
    sockets = history.report.sockets
    traffics = {socket.place: history.traffic(socket.place) for socket in sockets}
    most = max((value for traffic in traffics.values() for value in traffic.both), default=0)
    return [
        Row(socket, child, _used(socket, sockets), traffics[socket.place], most)
        for socket, child in arranged(sockets)
    ]


def _used(server, sockets):
    indexes = {socket.index for socket in sockets if socket.protocol == _TCP}
    return sum(server.first <= index <= server.last for index in indexes)


def table(shown, width):
    """Of these rows, in so many columns of the terminal."""
    columns = _fitting(shown, width)
    drawn = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    for column in columns:
        drawn.add_column(
            column.title, justify=column.justify, min_width=column.least, no_wrap=True
        )
    for row in shown:
        drawn.add_row(*(_text(column, row) for column in columns))
    return drawn


def _fitting(shown, width):
    """The columns, but for the least important ones that find no room."""
    columns = _COLUMNS
    for title in _LEAST_IMPORTANT:
        if sum(_width(column, shown) + 1 for column in columns) <= width + 1:
            break
        columns = [column for column in columns if column.title != title]
    return columns


def _width(column, shown):
    cells = (_text(column, row).cell_len for row in shown)
    return max(column.least, len(column.title), *cells, 0)


def _text(column, row):
    """Never markup: what a modem says may have brackets."""
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
    """A server has its range there, and how many of it are used."""
    socket = row.socket
    if socket.role == "server":
        return f"{socket.first}-{socket.last}  {row.used}/{socket.last - socket.first + 1}"
    if not socket.peer_port:
        return ""
    return f"{'' if socket.peer_address == _NOBODY else socket.peer_address}:{socket.peer_port}"


def _waiting_or_carried(name):
    """A cell of that figure of a socket; a server carries nothing."""

    def cell(row):
        return "" if row.socket.role == "server" else words.amount(getattr(row.socket, name))

    return cell


def _bars(row):
    if row.socket.role == "server":
        return ""
    return Text(words.sparkline(row.traffic.both, SOCKET_SECONDS, row.most), "bright_cyan")


_COLUMNS = [
    Column("index", _index, 5),
    Column("role", lambda row: row.socket.role.replace("_", " ")),
    Column("state", _state, 9),
    Column("of", _of_server),
    Column("local", _local, 6),
    Column("peer or range", _peer, 15),
    Column("unread", _waiting_or_carried("readable"), 0, "right"),
    Column("unsent", _waiting_or_carried("unsent"), 0, "right"),
    Column("in", _waiting_or_carried("received"), 4, "right"),
    Column("out", _waiting_or_carried("sent"), 4, "right"),
    Column(f"last {SOCKET_SECONDS} s", _bars, SOCKET_SECONDS),
    Column("age", lambda row: words.age(row.socket.age_s), 7, "right"),
]
# Titles, the first to go first: the index tells the protocol, its place whose it is.
_LEAST_IMPORTANT = ["of", "role", "age", f"last {SOCKET_SECONDS} s", "unsent", "unread", "local"]
