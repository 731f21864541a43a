"""`make size` on a small board: what each module takes, the largest first."""

import pytest

from boards.tools import facts, size

BOARD = 'PLATFORM = "rp2"\nFIRMWARE = (1, 27)\nBEARER = "ppp"\nDTE = {"baudrate": 9600}\n'
MANIFEST = 'package("a", files=["__init__.py", "long.py"], opt=2)\nmodule("main.py")\n'
FILES = {
    "board.py": BOARD,
    "manifest.py": MANIFEST,
    "main.py": "print('hello')\n",
    "a/__init__.py": "# Comments are free.\n" * 100,
    "a/long.py": "print('hello, hello, hello')\n" * 3,
}


@pytest.fixture
def board(tmp_path, monkeypatch):
    """boards/mine."""
    monkeypatch.setattr(facts, "BOARDS", tmp_path)
    for name, text in FILES.items():
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "mine"


def test_each_module_is_told_and_the_sum(board, capsys):
    assert size.main(["--board", "mine"]) == 0
    said = capsys.readouterr()
    modules = ["a/long.py", "main.py", "a/__init__.py"]
    *lines, last = said.out.splitlines()
    sizes = [int(line.split()[0]) for line in lines]
    assert lines == [f"{n:7} {path}" for n, path in zip(sizes, modules, strict=True)]
    assert sizes == sorted(sizes, reverse=True)
    assert last == f"{sum(sizes):7} in total; the goal is 40960"
    assert said.err == ""


def test_an_unknown_board_is_refused(board, capsys):
    assert size.main(["--board", "none"]) == 1
    said = capsys.readouterr()
    assert said.err == "size: there is no board none; boards to deploy to: mine\n"
    assert said.out == ""


def test_a_source_with_a_mistake_is_named(board, capsys):
    (board / "main.py").write_text("print(")
    assert size.main(["--board", "mine"]) == 1
    said = capsys.readouterr()
    assert said.err == "size: main.py: SyntaxError: invalid syntax\n"
    assert said.out == ""
