"""The sources: headings, and which commands they are about; markers, and where they stand."""

import re
from typing import NamedTuple

_MARKER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_HEADING = re.compile(r"^(#{2,4}) (.+)$", re.MULTILINE)
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"A/|AT[&%\\]?[A-Z]|[+$][A-Z]+")


class Complaint(Exception):
    """What is wrong, in a line."""


class Heading(NamedTuple):
    level: int
    title: str
    names: list  # of the commands that it is about
    anchor: str


class Marker(NamedTuple):
    name: str
    words: list  # what follows the name
    columns: list  # titles of further columns: `| UDP | TCP`
    rows: list  # (key, cells) of the lines

    @property
    def subject(self):
        """Its first word."""
        if not self.words:
            raise Complaint(f"{{{{{self.name}}}}} does not say of what")
        return self.words[0]


def marker(text):
    """From what stands between the braces."""
    head, _, body = text.partition("\n")
    head, *columns = (part.strip() for part in head.split("|"))
    name, *words = head.split() or [""]
    return Marker(name, words, columns, [_line(line) for line in body.splitlines() if line])


def _line(line):
    """`key  meaning | more`: two blanks end the key."""
    key, _, rest = line.strip().partition("  ")
    return key, [cell.strip() for cell in rest.split("|")]


def markers(text):
    """(marker, number of its line) of each."""
    for match in _MARKER.finditer(text):
        yield marker(match[1]), text.count("\n", 0, match.start()) + 1


def replaced(text, with_what):
    return _MARKER.sub(lambda match: with_what(marker(match[1]), match.start()), text)


def headings(text):
    """Of level 2 and below, in order."""
    seen = {}
    for level, title in _HEADING.findall(_FENCE.sub("", text)):
        anchor = slug(title)
        n = seen[anchor] = seen.get(anchor, -1) + 1
        yield Heading(len(level), title, named(title), f"{anchor}-{n}" if n else anchor)


def named(title):
    """`+CGMI, +GMI: the maker` is about two commands, `Limits: ...` about none."""
    names = [name.strip("` ") for name in title.split(": ")[0].split(",")]
    return names if all(_COMMAND.fullmatch(name) for name in names) else []


def slug(title):
    """As the sites that show Markdown make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
