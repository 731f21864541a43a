"""What each board holds: sockets, buffers, lines; from the board files."""

import re

from .. import facts
from ..wiring.board import Board

TITLES = (
    "board",
    "sockets at once",
    "its stack: TCP, servers, UDP",
    "buffers of a socket: in, out",
    "host's lines",
    "line at start",
)
_SIZE = re.compile(r"^    (block|rx|tx) = (\d+)", re.MULTILINE)


def rows(sizes):
    """A row of TITLES for the PC and each board. sizes: those of a board that changes none."""
    yield (
        "a PC",
        str(sizes["sockets"]),
        "the system's",
        _buffers(sizes),
        "as the line has them",
        "115200",
    )
    for name in facts.names():
        board = Board(facts.BOARDS / name)
        own = sizes | {key: int(n) for key, n in _SIZE.findall(_source(name))}
        speed = str(board.end(0)["baudrate"])
        yield name, board.most(), _pools(board), _buffers(own), board.absent(), speed


def _source(name):
    return (facts.BOARDS / name / "board.py").read_text()


def _buffers(sizes):
    """As ATI6 tells them: see sizes.Sizes."""
    received = sizes["block"] + max(sizes["rx"], sizes["datagram"])
    return f"{received}, {sizes['block'] + sizes['tx']}"


def _pools(board):
    pools = board.tables["POOLS"]
    text = f"{pools['tcp']}, {pools['listen']}, {pools['udp']}"
    return f"{text}; {pools['all']} in all" if "all" in pools else text
