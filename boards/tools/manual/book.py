"""The manual: sources in the order of their names, markers replaced, everything checked."""

import re

from . import source, tables, transcript
from .source import Complaint

_HEAD = "<!-- Made by `make manual` of firmware/manual/: change it there. -->\n"
_LINK = re.compile(r"\]\(#([^)]*)\)")
_TYPED = re.compile(r"\bAT([+$][A-Z]+)")
_NUMBER = re.compile(r"(?<![\w.,:+-])(8\d\d)(?![\w-]|[.:,]\d| ms| bytes| Hz)")


class Book:
    """`text` is the manual, `complaints` what is wrong with it, as lines."""

    def __init__(self, sources, transcripts, facts):
        self.facts = facts
        self.transcripts = transcripts
        self.complaints = []
        self._printed = set()
        texts = [(path.name, path.read_text()) for path in sorted(sources.glob("*.md"))]
        whole = "".join(text for _, text in texts)
        self.headings = list(source.headings(whole))
        self.parameters = self._parameters(whole)
        self.text = _HEAD + "\n".join(self._filled(*each).strip("\n") + "\n" for each in texts)
        self._check(whole)

    def links_below(self, heading):
        """To the commands of the sections below it."""
        start = self.headings.index(heading) + 1
        for lower in self.headings[start:]:
            if lower.level <= heading.level:
                return
            if lower.names:
                yield f"{' '.join(lower.names)}](#{lower.anchor})"

    def _parameters(self, whole):
        """(command, first argument's value) -> names, of all markers: forms stand before them."""
        found = {}
        for marker, _ in source.markers(whole):
            if marker.name == "parameters" and marker.words:
                found[tables.subject_of(marker)] = marker.words[1:]
        return found

    def _filled(self, file, text):
        def lines(marker, at):
            try:
                return _block(self._lines(marker))
            except Complaint as complaint:
                line = text.count("\n", 0, at) + 1
                self.complaints.append(f"{file}:{line}: {complaint}")
                return ""

        return re.sub("\n{3,}", "\n\n", source.replaced(text, lines))

    def _lines(self, marker):
        if marker.name not in tables.MARKERS:
            raise Complaint(f"no marker is called {marker.name}")
        if marker.name == "example":
            self._printed.add(marker.subject)
        return list(tables.MARKERS[marker.name](self, marker))

    # What the whole of it must have

    def _check(self, whole):
        known = self.facts.names()
        described = {name for heading in self.headings for name in heading.names}
        numbers = set(map(str, self.facts.errors))
        wrong = (
            ("no section is about", known - described),
            ("a section is about what is no command", described - known),
            ("no command is called", set(_TYPED.findall(whole)) - known),
            ("nothing is said of the parameters of", set(self._undescribed())),
            ("nothing is said of the forms of", self._formless(whole)),
            ("no table of", self._tables() - self._made(whole)),
            ("no error has the number", set(_NUMBER.findall(whole)) - numbers),
            ("a link leads nowhere:", self._lost_links()),
            ("an example is not printed:", self._unprinted(described)),
        )
        for what, which in wrong:
            if which:
                self.complaints.append(f"{what} {' '.join(sorted(which))}")

    def _undescribed(self):
        for name, row in self.facts.commands.items():
            for first, arguments in (row.variants or {}).items():
                if arguments and (name, first) not in self.parameters:
                    yield name if first is None else f"{name}={first}"

    def _formless(self, whole):
        markers = [marker for marker, _ in source.markers(whole)]
        having = ("forms", "setting", "canned", "accepted")
        told = {name for marker in markers if marker.name in having for name in marker.words}
        return self.facts.names() - told

    def _tables(self):
        """The markers without which numbers and names of the firmware would be missing."""
        having = {
            "s-registers": self.facts.registers,
            "results": self.facts.results,
            "unsolicited": self.facts.unsolicited,
            "errors": self.facts.errors,
            "counters": self.facts.counters,
        }
        options = {f"options {name}" for name in self.facts.options}
        return options | {name for name, content in having.items() if content}

    def _made(self, whole):
        markers = [marker for marker, _ in source.markers(whole)]
        return {" ".join([m.name, *m.words]) for m in markers}

    def _lost_links(self):
        return set(_LINK.findall(self.text)) - {heading.anchor for heading in self.headings}

    def _unprinted(self, described):
        for_whom = transcript.topics(self.transcripts)
        lost = set(for_whom) - self._printed
        return lost | {name for name, topic in for_whom.items() if topic not in described}


def _block(lines):
    """One line stands among words, several between empty lines."""
    return lines[0] if len(lines) == 1 else "\n".join(["", *lines, ""])
