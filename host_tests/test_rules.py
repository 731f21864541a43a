"""firmware/RULES.md has every rule that is cited, and each of its rules is proved by a test."""

import io
import os
import re
import tokenize
from pathlib import Path

import pytest

import rules

ROOT = Path(__file__).resolve().parent.parent

# Folders without sources of the project. Of those that begin with a dot only .ci has any.
_NO_SOURCES = {"build", "node_modules", "__pycache__"}

# Not a rule: a letter and digits within a word, a command (&C1, "X4") or a number (S-registers).
_CITED = r"(?<![\w&%\\$+\"'`.])[{}][1-9]\d?\b"


def test_each_rule_has_a_test():
    known = rules.rules()
    assert len(known) > 100
    assert rules.faults(known, rules.tests()) == []


def test_rules_in_a_text():
    text = """# Rules

- **R1** First sentence, with (03) and p.7. Second
  sentence. (guide E p.1)
- **R2** One sentence that goes
  on. (our decision)
- no rule
"""
    assert rules.rules_in(text) == [
        ("R1", "First sentence, with (03) and p.7."),
        ("R2", "One sentence that goes on."),
    ]


def test_rules_that_a_test_names():
    text = "# RULES: R1 D7,Q15\nRULES: X3. the RULES: none, R2".replace("RULES", "rules")
    assert rules.named_in(text) == {"R1", "D7", "Q15", "X3"}


def test_faults_are_found():
    known = [rules.Rule("R1", "has one"), rules.Rule("R2", "has none"), rules.Rule("R1", "again")]
    named = rules.defaultdict(list, R1=["a"], Z9=["b"])
    assert rules.faults(known, named) == [
        "without a test: R2",
        "named by a test, but not in RULES.md: Z9",
        "twice in RULES.md: R1",
    ]


def test_each_cited_rule_exists():
    known = {rule.id for rule in rules.rules()}
    cited = _pattern(known)
    unknown = {}
    for file in _files():
        found = set(re.findall(cited, "\n".join(_comments(file)))) - known
        if found:
            unknown[str(file.relative_to(ROOT))] = found
    assert unknown == {}


@pytest.mark.parametrize(
    "text, cited",
    [
        ("a range is held (R11, Q19)", ["R11", "Q19"]),
        ("F10-F12", ["F10", "F12"]),
        ("&C1, ATE1, +X4, 'X0', S7, V25, H2O and 0x1F", []),
    ],
)
def test_citations_in_a_text(text, cited):
    assert re.findall(_pattern({"R1", "Q1", "F1", "C1", "E1", "X1", "H1"}), text) == cited


def test_each_cited_document_exists():
    """The repository can be read alone: no text sends its reader to a document outside."""
    files = list(_files())
    present = {file.name for file in files if file.suffix == ".md"}
    absent = {}
    for file in files:
        found = set(re.findall(r"\b[A-Za-z_][\w-]*\.md\b", file.read_text(errors="replace")))
        if found - present:
            absent[str(file.relative_to(ROOT))] = found - present
    assert absent == {}


def _files():
    """Yield all files of the repository."""
    for folder, names, files in os.walk(ROOT):
        names[:] = [name for name in names if name == ".ci" or _has_sources(name)]
        yield from (Path(folder, name) for name in files)


def _has_sources(name):
    return name[0] != "." and name not in _NO_SOURCES


def _comments(file):
    """Return the comments and docstrings of a module, or the comments of a transcript."""
    if file.suffix == ".py":
        tokens = tokenize.generate_tokens(io.StringIO(file.read_text()).readline)
        return [token.string for token in tokens if _is_comment(token)]
    if "transcripts" in file.relative_to(ROOT).parts:
        return [line for line in file.read_text().splitlines() if line.startswith("#")]
    return []


def _is_comment(token):
    docstring = token.type == tokenize.STRING and token.string.startswith('"""')
    return docstring or token.type == tokenize.COMMENT


def _pattern(known):
    """Return a pattern that matches citations: the letter of a known rule and a number."""
    return _CITED.format("".join(sorted({rule[0] for rule in known})))
