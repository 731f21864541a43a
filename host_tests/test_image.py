"""The image builder, without building: what it refuses, and when it has nothing to do."""

import hashlib

import pytest

from boards.tools.image import Failure, debian
from boards.tools.image.__main__ import main
from boards.tools.image.archive import sources_of
from boards.tools.image.key import inputs, key_of
from boards.tools.image.patches import PATCHES
from boards.tools.image.pins import PINS
from boards.tools.image.run import Log

FILES = {
    "boards/own/board.py": "",
    "boards/own/manifest.py": "",
    "boards/own/mpconfigboard.cmake": 'set(PICO_PLATFORM "rp2040")',
    "boards/own/mpconfigboard.h": "",
    "boards/own/lwip/lwipopts.h": "",
    "boards/own/board.json": "",
    "boards/stock/board.py": "",
    "boards/other/mpconfigboard.cmake": "set(IDF_TARGET esp32s3)",
    "firmware/main.py": "",
    "firmware/wipmodem/modem.py": "",
    "firmware/README.md": "",
}


@pytest.fixture
def root(tmp_path):
    """A project with a board that has an image, one that has none, and one made elsewhere."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def refusal(root, capsys, *arguments):
    """What the tool says to these arguments; it must fail, and say nothing else."""
    assert main([*map(str, arguments)], root) == 1
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def test_an_unknown_board_is_told_which_there_are(root, capsys):
    said = refusal(root, capsys, "--board", "none")
    assert said == "image: there is no board none; boards with an image: other, own\n"


def test_a_board_with_a_stock_image_has_none_of_ours(root, capsys):
    said = refusal(root, capsys, "--board", "stock")
    assert (
        said == "image: stock uses the standard image of MicroPython; this project builds none\n"
    )


def test_a_board_of_another_port_is_told_its_command(root, capsys):
    said = refusal(root, capsys, "--board", "other", "--mpy-dir", "/mpy")
    command = f"make -C /mpy/ports/esp32 BOARD_DIR={root}/boards/other"
    assert said == f"image: other needs the build tools of its manufacturer: {command}\n"


def test_a_folder_that_is_no_checkout_is_refused(root, capsys):
    said = refusal(root, capsys, "--board", "own", "--mpy-dir", root)
    assert said == f"image: {root} is not a checkout of MicroPython\n"


def test_a_checkout_without_submodules_is_told_how_to_get_them(root, capsys):
    port = root / "mpy/ports/rp2"
    port.mkdir(parents=True)
    (port / "CMakeLists.txt").touch()
    said = refusal(root, capsys, "--board", "own", "--mpy-dir", root / "mpy")
    command = f"make -C {port} BOARD_DIR={root}/boards/own submodules"
    assert said == f"image: lib/lwip in {root}/mpy is empty; first run: {command}\n"


def key(root, plain, *texts):
    return key_of(inputs(root, root / "boards/own", plain), *texts)


WITH_THE_MODEM = {
    "boards/own/board.py",
    "boards/own/manifest.py",
    "boards/own/mpconfigboard.cmake",
    "boards/own/mpconfigboard.h",
    "boards/own/lwip/lwipopts.h",
    "firmware/main.py",
    "firmware/wipmodem/modem.py",
}
WITHOUT = {name for name in WITH_THE_MODEM if not name.endswith(".py")}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("plain", [False, True])
def test_the_key_is_of_the_files_that_reach_the_image(root, name, plain):
    before = key(root, plain)
    (root / name).write_text("changed")
    assert (key(root, plain) != before) == (name in (WITHOUT if plain else WITH_THE_MODEM))


def test_the_key_is_of_new_files_and_of_versions_too(root):
    before = key(root, False, "1.0")
    assert key(root, False, "1.1") != before
    (root / "firmware/wipmodem/new.py").touch()
    assert key(root, False, "1.0") != before


def test_nothing_is_built_when_the_key_is_that_of_the_image(root, capsys):
    sources = debian.Sources(root / "build/sources")
    sources.tree.mkdir(parents=True)
    made_of = "".join(f"{pin.sha256}  {pin.file}\n" for pin in PINS)
    patched = hashlib.sha256(repr(PATCHES).encode()).hexdigest()
    (sources.folder / "made_of").write_text(f"{made_of}{patched}  patches\n")
    image = root / "build/own/wipmodem-own.uf2"
    image.parent.mkdir()
    image.touch()
    installed = sorted(debian.installed().items())
    made = key(root, False, sources.tree, sources.identity, installed)
    image.with_suffix(".stamp").write_text(f"{made}\n1 KB of flash\n")
    assert main(["--board", "own"], root) == 0
    said = capsys.readouterr()
    expected = "image: build/own/wipmodem-own.uf2: nothing to do; 1 KB of flash\n"
    assert (said.out, said.err) == (expected, "")


DEB822 = """\
Types: deb
URIs: http://archive.test/debian
Suites: stable stable-updates
Components: main
Signed-By: /keys/archive.gpg

Types: deb
URIs: http://archive.test/debian-security
Suites: stable-security
Components: main
"""
ONE_LINE = """\
# deb http://old.test/debian old main
deb http://archive.test/debian-security stable-security main
deb [arch=amd64] http://archive.test/debian stable main
"""
FIRST = "Types: deb deb-src\nURIs: http://archive.test/debian\nSuites: sid\nComponents: main\n"


@pytest.mark.parametrize(
    ("name", "text", "signed_by"),
    [
        ("sources.list.d/debian.sources", DEB822, "Signed-By: /keys/archive.gpg"),
        ("sources.list", ONE_LINE, ""),
    ],
)
def test_another_suite_is_read_from_where_the_machine_reads_its_own(
    tmp_path, name, text, signed_by
):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / name).write_text(text)
    assert sources_of(tmp_path, "sid") == FIRST + signed_by + "\n"


def test_a_machine_that_is_not_debian_is_told_of_the_other_way(tmp_path):
    expected = f"no source of Debian packages in {tmp_path}: use a MicroPython checkout, MPY_DIR="
    with pytest.raises(Failure, match=f"^{expected}$"):
        sources_of(tmp_path, "sid")


FAILURES = {
    "x.c:3:1: warning: Werror\nx.c:4:2: error: no such thing\nmore\nstopped": (
        "x.c:4:2: error: no such thing"
    ),
    'error compiling x.py:\nFile "y", line 3\nSyntaxError: invalid syntax\nstopped': (
        'error compiling x.py: File "y", line 3 SyntaxError: invalid syntax'
    ),
    "E: Unable to locate package x\nstopped": "E: Unable to locate package x",
    "one\n\nthe last\n\n": "the last",
    "": "no output",
}


@pytest.mark.parametrize(("output", "reason"), FAILURES.items())
def test_of_what_a_program_said_the_error_is_shown(tmp_path, output, reason):
    log = Log(tmp_path / "log")
    with pytest.raises(Failure) as failed:
        log.run("it", ["sh", "-c", 'printf "%s" "$1"; exit 1', "sh", output])
    assert str(failed.value) == f"it failed: {reason} (see {tmp_path}/log)"
    assert (tmp_path / "log").read_text() == output
