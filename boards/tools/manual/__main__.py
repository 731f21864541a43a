"""Command line of the manual generator: write firmware/MANUAL.md, or check it."""

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
    """Write the file `manual`, or check it with --check. Return the exit status, 0 or 1."""
    parser = argparse.ArgumentParser(prog="manual", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if the manual is stale"
    )
    check = parser.parse_args(arguments).check
    text, complaints = generate()
    stale = not manual.exists() or manual.read_text() != text
    if check and stale:
        complaints.append(f"{manual.name} is stale: run make manual")
    for complaint in complaints:
        print(f"manual: {complaint}", file=sys.stderr)
    if stale and not check and not complaints:
        manual.write_text(text)
    if not check and not complaints:
        print(f"manual: {'wrote' if stale else 'nothing to do for'} {manual.name}")
    return 1 if complaints else 0


def generate():
    """Return the text of the manual, and a list with one line for each error in its sources."""
    book = Book(SOURCES, TRANSCRIPTS, facts.read())
    return book.text, book.complaints


if __name__ == "__main__":
    sys.exit(main())
