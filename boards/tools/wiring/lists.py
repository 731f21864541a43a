"""The lists of boards/README.md: all boards, and then each with its picture and its wires."""

from .board import LINES

_ENDS = ("host", "radio")
_POOLS = {"tcp": "TCP sockets", "listen": "servers", "udp": "UDP sockets", "all": "in all"}


def summary(boards):
    """The table of all boards."""
    yield "| board | what it is | MicroPython from | sockets at once | host's lines | console |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for each in boards:
        yield f"| [{each.name}](#{each.name}) | {each.about} | {each.firmware} | {_rest(each)} |"


def _rest(board):
    return f"{board.most()} | {board.absent()} | {board.console}"


def sections(boards):
    for board in boards:
        yield from ("", f"### {board.name}", "")
        yield board.about
        yield from ("", f"![How {board.name} is wired]({board.name}/wiring.svg)", "")
        yield from _wires(board)
        yield from ("", f"Its IP stack holds {_pools(board)}.")
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
