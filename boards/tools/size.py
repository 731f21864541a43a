"""Show the size of a board's firmware as bytecode, module by module.

    python -m boards.tools.size --board pico

main.py is counted as bytecode too, although `make deploy` copies it as source.
"""

import argparse
import sys

from .deploy import Failure, compiler
from .deploy.board import read
from .deploy.manifest import Manifest

_GOAL = 40 * 1024


def main(arguments=None):
    """Print the sizes. Return the exit status, 0 or 1."""
    parser = argparse.ArgumentParser(prog="size", description=__doc__)
    parser.add_argument("--board", required=True, help="a folder of boards/")
    options = parser.parse_args(arguments)
    try:
        found = sizes(options.board)
    except Failure as failure:
        print(f"size: {failure}", file=sys.stderr)
        return 1
    for path, size in found.items():
        print(f"{size:7} {path}")
    print(f"{sum(found.values()):7} in total; the goal is {_GOAL}")
    return 0


def sizes(board):
    """Return {path: bytes} of a board's modules, the largest first.

    Raise Failure if the board is unknown or a module does not compile.
    """
    entries, tool = Manifest(read(board).manifest).entries, compiler.installed()
    found = {each.path: len(compiler.compile_entry(each, tool)) for each in entries}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


if __name__ == "__main__":
    sys.exit(main())
