"""The command: write what the board files say now, or check that it is written already."""

import argparse
import re
import sys

from .. import facts
from .board import Board
from .lists import sections, summary
from .picture import picture


def main(arguments=None, boards=facts.BOARDS):
    parser = argparse.ArgumentParser(prog="wiring", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    check = parser.parse_args(arguments).check
    stale = [(path, text) for path, text in made(boards) if not _holds(path, text)]
    for path, text in stale:
        name = path.relative_to(boards.parent)
        if check:
            print(f"wiring: {name} is stale: python -m boards.tools.wiring", file=sys.stderr)
        else:
            path.write_text(text)
            print(f"wiring: wrote {name}")
    return 1 if check and stale else 0


def made(folder):
    """(path, text) of every file, as it ought to be."""
    every = [Board(path.parent) for path in sorted(folder.glob("*/board.py"))]
    boards = [board for board in every if board.tables]
    for board in boards:
        yield folder / board.name / "wiring.svg", picture(board)
    text = (folder / "README.md").read_text()
    text = _put(text, "boards", summary(boards))
    yield folder / "README.md", _put(text, "wiring", sections(boards))


def _put(text, mark, lines):
    """What stands between the two marks is replaced."""
    new = "\n".join([f"<!-- {mark} -->", *lines, f"<!-- /{mark} -->"])
    return re.sub(f"<!-- {mark} -->\n.*?<!-- /{mark} -->", lambda _: new, text, flags=re.DOTALL)


def _holds(path, text):
    return path.exists() and path.read_text() == text


if __name__ == "__main__":
    sys.exit(main())
