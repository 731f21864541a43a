"""Parser of the manual's source files: headings with the commands they describe, and markers."""

import re
from typing import NamedTuple

_MARKER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_HEADING = re.compile(r"^(#{2,4}) (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"A/|AT[&%\\]?[A-Z]|[+$][A-Z]+")


class Complaint(Exception):
    """An error in the manual's sources. Its text is one line for the author."""


class Heading(NamedTuple):
    """A heading of the manual."""

    level: int  # level of the heading: number of `#` characters
    title: str
    names: list  # names of the commands that the section describes
    anchor: str  # target of links to the heading


class Marker(NamedTuple):
    """A marker `{{NAME WORDS | COLUMNS` with its lines."""

    name: str
    words: list  # words of the marker after its name
    columns: list  # titles of further columns, as in `| UDP | TCP`
    rows: list  # (key, cells) for each line of the marker

    @property
    def subject(self):
        """First word of the marker. Raise Complaint if there is none."""
        if not self.words:
            raise Complaint(f"{{{{{self.name}}}}} needs a name")
        return self.words[0]


def marker(text):
    """Return the Marker for the text between `{{` and `}}`."""
    head, _, body = text.partition("\n")
    head, *columns = (part.strip() for part in head.split("|"))
    name, *words = head.split() or [""]
    return Marker(name, words, columns, [_line(line) for line in body.splitlines() if line])


def _line(line):
    """Split a line `key  meaning | more` into its key and cells. Two spaces end the key."""
    key, _, rest = line.strip().partition("  ")
    return key, [cell.strip() for cell in rest.split("|")]


def markers(text):
    """Yield (marker, number of its line) for each marker in the text."""
    for match in _MARKER.finditer(text):
        yield marker(match[1]), text.count("\n", 0, match.start()) + 1


def replace_markers(text, replacement):
    """Return the text with each marker replaced by replacement(marker, position of the marker)."""
    return _MARKER.sub(lambda match: replacement(marker(match[1]), match.start()), text)


def headings(text):
    """Yield the headings of level 2 to 4, in order."""
    seen = {}
    for level, title in _HEADING.findall(_FENCE.sub("", text)):
        anchor = slug(title)
        n = seen[anchor] = seen.get(anchor, -1) + 1
        yield Heading(len(level), title, commands(title), f"{anchor}-{n}" if n else anchor)


def commands(title):
    """Return the commands that a title names: two for `+CGMI, +GMI: ...`, none for `Limits`."""
    names = [name.strip("` ") for name in title.split(": ")[0].split(",")]
    return names if all(_COMMAND.fullmatch(name) for name in names) else []


def slug(title):
    """Return the anchor of a title, built as GitHub builds it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
