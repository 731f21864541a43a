"""Show which test proves which rule of firmware/RULES.md (`make rules`).

A test names the rules that it proves: a transcript in a line such as `# rules: R1 D7`, another
test in the same words in a comment or docstring. The exit status is 1 if a rule has no test, if a
test names a rule that does not exist, or if RULES.md has a number twice.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).resolve().parent
_RULES = _HERE.parent / "firmware" / "RULES.md"
_TESTS = ("transcripts/**/*.txt", "cases_*.py", "test_*.py")

_RULE = re.compile(r"^- \*\*([A-Z]\d+)\*\* (.*\n(?:  .*\n)*)", re.MULTILINE)
_SENTENCE = re.compile(r".*?\.(?= )")  # each text ends in its source, in brackets
_NAMED = re.compile(r"\brules:((?:[ ,]+[A-Z]\d+\b)+)")
_SHOWN = 3  # names of tests in a line of the table


class Rule(NamedTuple):
    id: str
    words: str  # the first sentence of its text


def rules():
    """Return all rules of RULES.md, in its order."""
    return rules_in(_RULES.read_text())


def rules_in(text):
    """Return the rules of a text: items of a list that begin with the number in bold."""
    return [Rule(id, _first_sentence(words)) for id, words in _RULE.findall(text)]


def _first_sentence(words):
    return _SENTENCE.match(" ".join(words.split()))[0]


def tests():
    """Return a dictionary: number of a rule -> names of the tests that prove it."""
    named = defaultdict(list)
    for pattern in _TESTS:
        for file in sorted(_HERE.glob(pattern)):
            for rule in sorted(named_in(file.read_text())):
                named[rule].append(file.stem)
    return named


def named_in(text):
    """Return the numbers of the rules that the text of a test names."""
    return {rule for match in _NAMED.findall(text) for rule in re.findall(r"\w+", match)}


def missing(known, named):
    """Return the numbers of the rules that have no test."""
    return [rule.id for rule in known if not named[rule.id]]


def faults(known, named):
    """Return one line of text for each kind of fault that is present."""
    ids = [rule.id for rule in known]
    wrong = (
        ("without a test", missing(known, named)),
        ("named by a test, but not in RULES.md", sorted(set(named) - set(ids))),
        ("twice in RULES.md", sorted({id for id in ids if ids.count(id) > 1})),
    )
    return [f"{what}: {' '.join(which)}" for what, which in wrong if which]


def _row(rule, names, width):
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"{rule.id:4} {rule.words:{width}} {len(names):>4}  {shown}".rstrip()


def main():
    known = rules()
    named = tests()
    width = max(len(rule.words) for rule in known)
    for rule in known:
        print(_row(rule, named[rule.id], width))
    print(f"{len(known)} rules, {len(missing(known, named))} of them without a test")
    wrong = faults(known, named)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
