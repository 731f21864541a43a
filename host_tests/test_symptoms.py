"""SYMPTOMS.md: each dialogue is true, byte for byte, and each counter and number in it exists.

A dialogue is a transcript (transcripts.py) between ```dialogue and ```. All of them are played
over fakes on both interpreters; those that need no more than sockets also over a pty, with peers.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from boards.tools.manual import facts
from e2e import Modem, Peers
from interpreters import COMMANDS, output
from real_player import RealPlayer, can_play
from serving import ROOT

PAGE = (ROOT / "SYMPTOMS.md").read_text()
_DIALOGUE = re.compile(r"^```dialogue\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_AT_ONCE = 8


class Dialogue(NamedTuple):
    heading: str
    line: int  # of the page
    text: str


def dialogues():
    for match in _DIALOGUE.finditer(PAGE):
        before = PAGE[: match.start()]
        yield Dialogue(_HEADING.findall(before)[-1], before.count("\n") + 1, match[1])


DIALOGUES = list(dialogues())
REAL = [each for each in DIALOGUES if can_play(each.text.splitlines())]


def _named(dialogue):
    return f"{dialogue.line}-{dialogue.heading[:20]}"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """By the dialogue's line: what transcripts.py reads."""
    folder = tmp_path_factory.mktemp("dialogues")
    paths = {each.line: folder / f"{each.line}.txt" for each in DIALOGUES}
    for each in DIALOGUES:
        paths[each.line].write_text(each.text)
    return {line: str(path) for line, path in paths.items()}


@pytest.mark.parametrize("interpreter", COMMANDS)
@pytest.mark.parametrize("dialogue", DIALOGUES, ids=_named)
def test_dialogue(interpreter, dialogue, files):
    """Over fakes, by the clock of transcripts."""
    said = output(interpreter, "transcripts.py", "-w", "whole", *files.values()).splitlines()
    file = files[dialogue.line]
    failures = [line for line in said if line.startswith("FAIL") and f" {file}: " in line]
    assert f"ok whole {file}" in said, "\n".join(failures or said[-20:])


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory):
    """By the test's node: the future of its play. Silences take their time: they run at once."""
    chosen = [item for item in request.session.items if item.originalname == "test_for_real"]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield {
            item.nodeid: pool.submit(
                play_for_real, item.callspec.params["dialogue"], tmp_path_factory.mktemp("real")
            )
            for item in chosen
        }
        pool.shutdown(cancel_futures=True)


def play_for_real(dialogue, folder):
    with Modem("micropython", folder) as modem, Peers() as peers:
        RealPlayer(modem, peers).play(dialogue.text.splitlines())


@pytest.mark.parametrize("dialogue", REAL, ids=_named)
def test_for_real(request, dialogue, outcomes):
    """On MicroPython, behind `make serve`'s pty."""
    outcomes[request.node.nodeid].result()


def test_most_are_played_for_real():
    """What is left has a silence of half a minute, a radio, a name server or DTR in it."""
    assert len(REAL) > len(DIALOGUES) / 2


def test_links_numbers_and_counters():
    """Anchors of this page lead somewhere; errors and counters are the firmware's."""
    known = facts.read()
    anchors = {
        re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in _HEADING.findall(PAGE)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", PAGE)) <= anchors
    numbers = {int(number) for number in re.findall(r"ERROR:? (8\d\d)", PAGE)}
    assert numbers and numbers <= set(known.errors)
    counters = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE)) | set(
        re.findall(r"^@ counter (\w+)", PAGE, re.MULTILINE)
    )
    assert counters <= set(known.counters) | {"probe_s"}
