"""Command line of the wiring tool: write the pictures and lists, or check them."""

import argparse
import re
import sys

from .. import facts
from .board import Board
from .lists import sections, summary
from .picture import picture


def main(arguments=None, boards=facts.BOARDS):
    """Write stale files, or report them with --check. Return the exit status, 0 or 1."""
    parser = argparse.ArgumentParser(prog="wiring", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a file is stale"
    )
    check = parser.parse_args(arguments).check
    stale = [(path, text) for path, text in generate(boards) if not _is_current(path, text)]
    for path, text in stale:
        name = path.relative_to(boards.parent)
        if check:
            print(f"wiring: {name} is stale: run python -m boards.tools.wiring", file=sys.stderr)
        else:
            path.write_text(text)
            print(f"wiring: wrote {name}")
    return 1 if check and stale else 0


def generate(folder):
    """Yield (path, text) for each file that the tool writes below the folder boards/."""
    every = [Board(path.parent) for path in sorted(folder.glob("*/board.py"))]
    boards = [board for board in every if board.tables]
    for board in boards:
        yield folder / board.name / "wiring.svg", picture(board)
    text = (folder / "README.md").read_text()
    text = _insert(text, "boards", summary(boards))
    yield folder / "README.md", _insert(text, "wiring", sections(boards))


def _insert(text, mark, lines):
    """Return the text with `lines` in place of everything between the start and end mark."""
    new = "\n".join([f"<!-- {mark} -->", *lines, f"<!-- /{mark} -->"])
    return re.sub(f"<!-- {mark} -->\n.*?<!-- /{mark} -->", lambda _: new, text, flags=re.DOTALL)


def _is_current(path, text):
    return path.exists() and path.read_text() == text


if __name__ == "__main__":
    sys.exit(main())
