"""The capacity of each board, from its board file: sockets, buffers, control lines."""

import re

from .. import facts
from ..wiring.board import Board

TITLES = (
    "board",
    "sockets open at the same time",
    "IP stack: TCP, servers, UDP",
    "buffers of a socket: in, out",
    "host's lines",
    "bit/s at start",
)
_SIZE = re.compile(r"^    (block|rx|tx) = (\d+)", re.MULTILINE)


def rows(sizes):
    """Yield the cells below TITLES for the PC and for each board.

    sizes: name -> number, the default sizes; a board file may override them.
    """
    yield (
        "a PC",
        str(sizes["sockets"]),
        "limits of the system",
        _buffers(sizes),
        "depends on DTE=",
        "115200",
    )
    for name in facts.names():
        board = Board(facts.BOARDS / name)
        own = sizes | {key: int(n) for key, n in _SIZE.findall(_source(name))}
        speed = str(board.end(0)["baudrate"])
        yield name, board.max_sockets(), _pools(board), _buffers(own), board.missing_lines(), speed


def _source(name):
    return (facts.BOARDS / name / "board.py").read_text()


def _buffers(sizes):
    """Return both buffer sizes as ATI6 shows them, in bytes (computed as in contract.Sizes)."""
    received = sizes["block"] + max(sizes["rx"], sizes["datagram"])
    return f"{received}, {sizes['block'] + sizes['tx']}"


def _pools(board):
    pools = board.tables["POOLS"]
    text = f"{pools['tcp']}, {pools['listen']}, {pools['udp']}"
    return f"{text}; {pools['all']} in all" if "all" in pools else text
