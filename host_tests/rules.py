"""Which test proves which numbered rule of the specification (`make rules`).

rules.txt lists the rules. A test names those that it shows: a transcript in `# rules: R1 D7`,
another test by the same words in a comment or docstring. Wrong, and exit status 1: a rule that no
test names, a name that is no rule, and, where the specification is at hand, a rule that it numbers
and the list lacks.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).resolve().parent
_SPEC = _HERE.parent.parent / "shared" / "spec"
_TESTS = ("transcripts/*.txt", "cases_*.py", "test_*.py")

_NAMED = re.compile(r"\brules:((?:[ ,]+[A-Z]\d+\b)+)")
_NUMBERED = re.compile(r"^- ([A-Z]\d+)\.|^\| (Q\d+) \|", re.MULTILINE)
_SHOWN = 3  # names of tests in a line of the table


class Rule(NamedTuple):
    id: str
    words: str


def rules():
    lines = (_HERE / "rules.txt").read_text().splitlines()
    return [Rule(*line.split(None, 1)) for line in lines if line and line[0] != "#"]


def tests():
    """Rule -> names of the tests that name it."""
    named = defaultdict(list)
    for pattern in _TESTS:
        for file in sorted(_HERE.glob(pattern)):
            for rule in sorted(named_in(file.read_text())):
                named[rule].append(file.stem)
    return named


def named_in(text):
    """The rules that a text names."""
    return {rule for match in _NAMED.findall(text) for rule in re.findall(r"\w+", match)}


def numbered():
    """The rules that the specification numbers; none if it is not at hand."""
    texts = (file.read_text() for file in _SPEC.glob("*.md"))
    return {a or b for text in texts for a, b in _NUMBERED.findall(text)}


def missing(known, named):
    """Rules that no test shows."""
    return [rule.id for rule in known if not named[rule.id]]


def faults(known, named):
    """All that is wrong, as lines of text."""
    ids = [rule.id for rule in known]
    wrong = (
        ("not shown by any test", missing(known, named)),
        ("named by a test, and no rule", sorted(set(named) - set(ids))),
        ("numbered by the specification, not in rules.txt", sorted(numbered() - set(ids))),
        ("twice in rules.txt", sorted({id for id in ids if ids.count(id) > 1})),
    )
    return [f"{what}: {' '.join(which)}" for what, which in wrong if which]


def _row(rule, names):
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"{rule.id:4} {rule.words:56.56} {len(names):>5}  {shown}".rstrip()


def main():
    known = rules()
    named = tests()
    for rule in known:
        print(_row(rule, named[rule.id]))
    print(f"{len(known)} rules, {len(missing(known, named))} of them shown by no test")
    wrong = faults(known, named)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
