"""The command: write firmware/MANUAL.md, or check that it is written already."""

import argparse
import sys

from .. import facts as boards
from . import facts
from .book import Book

_ROOT = boards.BOARDS.parent
SOURCES = _ROOT / "firmware" / "manual"
MANUAL = _ROOT / "firmware" / "MANUAL.md"
TRANSCRIPTS = _ROOT / "host_tests" / "transcripts"


def main(arguments=None, manual=MANUAL):
    parser = argparse.ArgumentParser(prog="manual", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    check = parser.parse_args(arguments).check
    text, complaints = made()
    stale = not manual.exists() or manual.read_text() != text
    if check and stale:
        complaints.append(f"{manual.name} is stale: make manual")
    for complaint in complaints:
        print(f"manual: {complaint}", file=sys.stderr)
    if stale and not check and not complaints:
        manual.write_text(text)
    if not check and not complaints:
        print(f"manual: {'wrote' if stale else 'nothing to do for'} {manual.name}")
    return 1 if complaints else 0


def made():
    """The manual as it ought to be, and what is wrong with it."""
    book = Book(SOURCES, TRANSCRIPTS, facts.read())
    return book.text, book.complaints


if __name__ == "__main__":
    sys.exit(main())
