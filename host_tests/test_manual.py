"""firmware/MANUAL.md is made of sources, tables and transcripts: fresh, and nothing is left out.

A small manual without a mistake is changed in one place, and just that is to be said of it.
"""

import re
from dataclasses import replace

import pytest

from boards.tools import facts as board_facts
from boards.tools.manual import facts
from boards.tools.manual.__main__ import MANUAL, SOURCES, generate
from boards.tools.manual.__main__ import main as manual
from boards.tools.manual.book import Book
from boards.tools.manual.facts import Argument, Row, Setting
from small_manual import FACTS, MADE, SOURCE, TRANSCRIPT


@pytest.fixture
def small(tmp_path):
    """Makes a book of the small manual, with pieces of its source replaced."""

    def book(*changes, known=FACTS, played=TRANSCRIPT):
        source = SOURCE.replace("{{boards}}\n", "")
        for old, new in changes:
            assert source.count(old) == 1, old
            source = source.replace(old, new)
        for folder, name, text in (("s", "1.md", source), ("t", "opened.txt", played)):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / name).write_text(text)
        return Book(tmp_path / "s", tmp_path / "t", known)

    return book


def test_the_real_manual_is_fresh(capsys):
    """Made anew it would be the same, and nothing is wrong with it; `make manual` writes it."""
    assert manual(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_stale_manual_is_named_and_left_alone(tmp_path, capsys):
    """--check writes nothing, and fails."""
    mine = tmp_path / "MANUAL.md"
    mine.write_text("old")
    assert manual(["--check"], mine) == 1
    assert capsys.readouterr() == ("", "manual: MANUAL.md is stale: run make manual\n")
    assert mine.read_text() == "old"


def test_a_stale_manual_is_written_once(tmp_path, capsys):
    """The second run has nothing to write, and says so."""
    mine = tmp_path / "MANUAL.md"
    assert manual([], mine) == 0
    assert capsys.readouterr() == ("manual: wrote MANUAL.md\n", "")
    assert mine.read_text() == MANUAL.read_text()
    assert (manual([], mine), manual(["--check"], mine)) == (0, 0)
    assert capsys.readouterr() == ("manual: nothing to do for MANUAL.md\n", "")


def test_a_faulty_manual_is_not_written(tmp_path, capsys, monkeypatch):
    """What is wrong is said, and the old one stays."""
    monkeypatch.setattr(
        "boards.tools.manual.__main__.generate", lambda: ("new", ["what is wrong"])
    )
    mine = tmp_path / "MANUAL.md"
    mine.write_text("old")
    assert manual([], mine) == 1
    assert capsys.readouterr() == ("", "manual: what is wrong\n")
    assert mine.read_text() == "old"


def test_what_each_marker_turns_into(small):
    """The whole of a small manual, to the letter."""
    book = small()
    assert book.complaints == []
    assert book.text == MADE


def test_every_board_is_in_its_table():
    """The PC, and each folder of boards/."""
    text, _ = generate()
    for name in ("a PC", *board_facts.names()):
        assert text.count(f"\n| {name} | 8") == 1


MISTAKES = (
    ("### +LAST, +SAME: two", "### +SAME: one", "no section describes +LAST"),
    ("### +LAST,", "### +NONE, +LAST,", "a section describes an unknown command: +NONE"),
    ("See [", "See AT+NONE and [", "no command is called +NONE"),
    ("See [", "See 831 and [", "no error has the number 831"),
    ("](#open", "](#gone", "no heading for the link gone-a-socket"),
    ("{{version}}", "{{verse}}", "no marker is called verse"),
    ("{{size rx}}", "{{size tx}}", "no size is called tx"),
    ("{{size rx}}", "{{size}}", "{{size}} needs a name"),
    ("+SAME}}", "+SAME +OPEN}}", "+OPEN has no fixed response"),
    ("?  lists\n", "", "forms of +OPEN: missing ?"),
    ("=2  opens another\n", "", "forms of +OPEN: missing =2"),
    ("?  lists\n", "?  lists\n=?  tests\n", "forms of +OPEN: unknown =?"),
    ("ATZ +ASK\n", "ATZ +ASK +NO\n", "+NO is not a command of the firmware"),
    (" kind name}}", " kind}}", "+OPEN=2 has 2 parameters, not 1"),
    (" kind name}}", " kind name}} {{parameters +OPEN=3 a}}", "+OPEN=3 has no parameters"),
    ("port  of", "gate  of", "no parameter is called gate"),
    ("1  on\n", "1  on\n2  more\n", "values of ATE: unknown 2"),
    ("setting ATE\n", "setting ATE\n2  two\n", "values of ATE: unknown 2"),
    ("AT&G  tone\n", "", "commands without effect: missing AT&G"),
    ("ATL  progress\n", "ATL  progress\nATE  x\n", "commands without effect: unknown ATE"),
    ("4  size\n", "5  more\n", "options of +OPEN: missing 4, unknown 5"),
    ("3  ends a line\n", "", "registers: missing 3"),
    ("OK  done\n", "", "results: missing OK"),
    ("+READY: <n>  it is there\n", "", "unsolicited lines: missing +READY"),
    ("830  bad number | +OPEN\n", "", "errors: missing 830"),
    ("lost  what is lost\n", "", "counters: missing lost"),
    ("{{counters\nlate  what is late\nlost  what is lost\n}}\n", "", "no table of counters"),
    ("{{options +OPEN | UDP | TCP\n4  size\n}}\n", "", "no table of options +OPEN"),
)


def said_of(book):
    """Its complaints, without the place."""
    return [re.sub(r"^1\.md:\d+: ", "", complaint) for complaint in book.complaints]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_each_mistake_is_told_in_one_line(old, new, said, small):
    """The line that helps, and no other."""
    assert said_of(small((old, new))) == [said]


def test_a_mistake_is_told_with_its_place(small):
    """File and line of the marker."""
    assert small(("{{size rx}}", "{{size tx}}")).complaints == ["1.md:7: no size is called tx"]


def test_parameters_that_are_not_described(small):
    """The form cannot be shown then either."""
    assert said_of(small(("{{parameters +OPEN=2 kind name}}\n", ""))) == [
        "the parameters of +OPEN=2 are not described",
        "no marker describes the parameters of +OPEN=2",
    ]


def test_a_command_without_forms(small):
    """What is only passed on needs some as well."""
    said = ["no marker describes the forms of +ASK"]
    assert said_of(small(("{{forms ATZ +ASK\n", "{{forms ATZ\n"))) == said


GAINED = (
    (
        {"commands": {"+NEW": Row(("?",), {None: ()})}},
        ["no section describes +NEW", "no marker describes the forms of +NEW"],
    ),
    (
        {"basic": {"ATX": Setting(0, 1, 0)}},
        ["no section describes ATX", "no marker describes the forms of ATX"],
    ),
    ({"registers": {9: Setting(1, 255, 6)}}, ["registers: missing 9"]),
    ({"errors": {844}}, ["errors: missing 844"]),
    ({"counters": ["more"]}, ["counters: missing more"]),
)


def _joined(gained):
    """The small firmware with something more."""
    more = {name: _more(getattr(FACTS, name), value) for name, value in gained.items()}
    return replace(FACTS, **more)


def _more(mine, theirs):
    return [*mine, *theirs] if isinstance(mine, list) else mine | theirs


@pytest.mark.parametrize(("gained", "said"), GAINED)
def test_what_the_firmware_gains_is_missed(gained, said, small):
    """A command, a basic command, an S-register, an error number, a counter."""
    assert said_of(small(known=_joined(gained))) == said


def test_an_example_without_a_transcript(small):
    """What is to be printed has to run."""
    change = ("{{example opened}}", "{{example opened}}\n\n{{example closed}}")
    assert said_of(small(change)) == ["there is no transcript closed.txt"]


def test_a_transcript_that_is_no_example(small):
    """Only what is marked is printed."""
    played = TRANSCRIPT.replace("# example: +OPEN\n", "")
    assert said_of(small(played=played)) == ["opened.txt has no line `# example: COMMAND`"]


def test_an_example_that_is_not_printed(small):
    """Nobody marks it for nothing, nor for a command that there is not."""
    said = ["no marker prints the example opened"]
    assert small(("{{example opened}}", "")).complaints == said
    assert small(played=TRANSCRIPT.replace(": +OPEN", ": +NONE")).complaints == said


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("@ explodes 2,1", "no words for the event explodes"),
        ("? 1", "not a step of a transcript: ? 1"),
    ],
)
def test_a_step_that_cannot_be_printed(step, said, small):
    """A new event of the transcripts needs words here, once an example has it."""
    played = TRANSCRIPT.replace("~ 20", step)
    assert said_of(small(played=played)) == [said]


def test_the_firmware_is_read():
    """A row of each kind, as its tables have it."""
    known = facts.read()
    assert known.commands["+WIPCLOSE"] == Row(
        ("?", "=?", "="),
        {
            1: (Argument("1-3", 837, False), Argument("1-8", 830, False)),
            2: (Argument("1-3", 837, False), Argument("1-8", 830, False)),
            3: (Argument("1-3", 837, False), Argument("1-4", 830, False)),
        },
    )
    assert known.commands["+CSQ"] == Row(("", "?", "=?", "="), None)
    assert known.basic["AT&C"] == Setting(0, 2, 2)
    assert known.registers[7] == Setting(1, 255, 50)
    assert {801, 805, 847} < known.errors
    assert known.counters[0] == "urc_lost"
    assert known.results["CONNECT"] == 1
    assert "+WIPXLOST" in known.unsolicited
    assert known.sizes["datagram"] == 1472


def test_sources_are_short():
    """One for each idea, in the order of their numbers."""
    sources = sorted(SOURCES.glob("*.md"))
    assert [int(path.name[:2]) for path in sources] == list(range(1, len(sources) + 1))
    assert all(len(path.read_text().splitlines()) < 200 for path in sources)
