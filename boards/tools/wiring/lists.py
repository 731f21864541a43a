"""The lists in boards/README.md: a table of all boards, and a section about each board."""

from .board import LINES

_ENDS = ("host", "radio")
_POOLS = {"tcp": "TCP sockets", "listen": "servers", "udp": "UDP sockets", "all": "in total"}
_TITLES = (
    "board",
    "description",
    "oldest MicroPython",
    "largest number of sockets",
    "host's lines",
    "console",
)


def summary(boards):
    """Yield the lines of the table of all boards."""
    yield _row(_TITLES)
    yield _row(["---"] * len(_TITLES))
    for each in boards:
        name = f"[{each.name}](#{each.name})"
        limits = each.max_sockets(), each.missing_lines(), each.console
        yield _row((name, each.description, each.firmware, *limits))


def _row(cells):
    return f"| {' | '.join(cells)} |"


def sections(boards):
    """Yield the lines of the sections: description, picture, wires and IP stack of each board."""
    for board in boards:
        yield from ("", f"### {board.name}", "")
        yield board.description
        yield from ("", f"![wiring of {board.name}]({board.name}/wiring.svg)", "")
        yield from _wires(board)
        yield from ("", f"The IP stack has {_pools(board)}.")
    yield ""


def _wires(board):
    sides = [side for side in range(len(_ENDS)) if board.end(side)]
    titles = [f"{_ENDS[side]}: {', '.join(board.speed(side))}" for side in sides]
    yield f"| line | {' | '.join(titles)} |"
    yield "| --- |" + " --- |" * len(sides)
    for line in LINES:
        pins = [_pin(board, side, line) for side in sides]
        if any(pins):
            yield f"| {line} | {' | '.join(pin or '-' for pin in pins)} |"


def _pin(board, side, line):
    for wire in board.wires:
        if (wire.side, wire.line) == (side, line):
            return f"{wire.pin} {'in' if wire.inward else 'out'}"
    return ""


def _pools(board):
    return ", ".join(f"{count} {_POOLS[name]}" for name, count in board.tables["POOLS"].items())
