"""The folders of boards/: each holds to one schema, is drawn as it is, and is all a board needs.

A small board without a mistake is changed in one place, and just that is to be said of it.
"""

import os
from xml.etree import ElementTree

import pytest

from board_schema import complaints
from boards.tools import facts, package
from boards.tools.deploy import board as deployed
from boards.tools.wiring.__main__ import main as wiring
from small_board import (
    BOARD,
    CHOICE,
    FIRMWARE,
    FIXED,
    MANIFEST,
    PPP,
    README,
    STACK,
    WHOLE,
    edited,
    tree,
)

_TEXT = "{http://www.w3.org/2000/svg}text"
_STALE = " is stale: run python -m boards.tools.wiring\n"
_PREFIXES = {"rp2": "GP", "esp32": "GPIO", "mimxrt": ""}
_ROLES = ("tx", "rx", "cts", "rts", "dtr", "dcd", "dsr", "ri", "reset", "power")

GOOD = {
    "PPP": PPP,
    "its own stack": STACK,
    "a header without one": {**PPP, "board.h": "#define MICROPY_PY_SSL (0)\n"},
    "whole writes": WHOLE,
    "fixed pins": FIXED,
    "a choice": CHOICE,
    "Wi-Fi chosen": edited(CHOICE, ('= "ppp"\n', '= "wlan"\n'), ('"a"', f'"{32 * "a"}"')),
    "a UART as console": edited(WHOLE, ('"usb"', "2"), ('"dtr": 15', '"dtr": 48')),
    "other pins of the same UARTs": edited(PPP, ('"rx": 1', '"rx": 29'), ('"rx": 5', '"rx": 25')),
}
# What is changed; the place, what stands there instead, and the one thing to be said of it.
MISTAKES = [
    # Names and keys that are not there, or that nobody knows
    (PPP, 'PLATFORM = "rp2"\n', "", "PLATFORM is missing"),
    (PPP, "FIRMWARE = (1, 27)\n", "", "FIRMWARE is missing"),
    (PPP, "CONSOLE =", "COLOUR = 1\nCONSOLE =", "COLOUR is not known"),
    (PPP, ', "udp": 2', "", "POOLS.udp is missing"),
    (PPP, '"udp": 2', '"udp": 2, "raw": 1', "POOLS.raw is not known"),
    (PPP, '"id": 0, ', "", "DTE.id is missing"),
    (PPP, '"dtr"', '"power"', "DTE.power is not known"),
    (PPP, '"dial": b"ATD#777", ', "", "RADIO.dial is missing"),
    (PPP, '"power"', '"ri"', "RADIO.ri is not known"),
    (CHOICE, ', "key": "b"', "", "WLAN.key is missing"),
    # Values: texts, tuples, tables, bytes, pins
    (PPP, '"rp2"', "2040", "PLATFORM: 2040 is not a text"),
    (PPP, "(1, 27)", "1.27", "FIRMWARE: 1.27 is not a tuple of two numbers"),
    (PPP, "(1, 27)", "(1, 27, 0)", "FIRMWARE: (1, 27, 0) is not a tuple of two numbers"),
    (PPP, "(1, 27)", '(1, "27")', "FIRMWARE: (1, '27') is not a tuple of two numbers"),
    (PPP, '"usb"', '"uart"', "CONSOLE: 'uart' is not \"usb\" or the id of a UART"),
    (PPP, '"usb"', "True", 'CONSOLE: True is not "usb" or the id of a UART'),
    (PPP, '{"tcp": 5, "listen": 8, "udp": 2}', "20", "POOLS: 20 is not a table"),
    (PPP, '"tx": 0', '"tx": None', "DTE.tx: None is not a pin"),
    (PPP, '"power": 14', '"power": True', "RADIO.power: True is not a pin"),
    (PPP, '"flow": False', '"flow": 0', "RADIO.flow: 0 is not True or False"),
    (PPP, '(b"ATE0V1",)', "5", "RADIO.init: 5 is not a tuple of bytes that begin with AT"),
    (PPP, 'b"ATE0V1"', 'b"E0"', "RADIO.init: (b'E0',) is not a tuple of bytes that begin with AT"),
    (PPP, 'b"ATD#777"', 'b"AT#7"', "RADIO.dial: b'AT#7' is not bytes that begin with ATD"),
    (PPP, 'b"ATD#777"', '"ATD#7"', "RADIO.dial: 'ATD#7' is not bytes that begin with ATD"),
    (CHOICE, '"a"', "5", "WLAN.ssid: 5 is not a text of at most 32"),
    (CHOICE, '"a"', f'"{33 * "a"}"', f"WLAN.ssid: '{33 * 'a'}' is not a text of at most 32"),
    (CHOICE, '"b"', f'"{64 * "b"}"', f"WLAN.key: '{64 * 'b'}' is not a text of at most 63"),
    # Values: numbers
    (PPP, "115200", "1199", "DTE.baudrate: 1199 is not a number of 1200 to 921600"),
    (PPP, "230400", "921601", "RADIO.baudrate: 921601 is not a number of 1200 to 921600"),
    (PPP, '"id": 0', '"id": -1', "DTE.id: -1 is not a number of 0 to 8"),
    (PPP, '"id": 1', '"id": 9', "RADIO.id: 9 is not a number of 0 to 8"),
    (PPP, '"active": 0', '"active": False', "DTE.active: False is not a number of 0 to 1"),
    (PPP, '"active": 1', '"active": 2', "RADIO.active: 2 is not a number of 0 to 1"),
    (PPP, '"txbuf": 1024', '"txbuf": 255', "DTE.txbuf: 255 is not a number of 256 to 32766"),
    (PPP, "4096", "32767", "RADIO.rxbuf: 32767 is not a number of 256 to 32766"),
    (PPP, "500", "60001", "RADIO.boot_ms: 60001 is not a number of 0 to 60000"),
    (PPP, "1000", "0", "RADIO.press_ms: 0 is not a number of 1 to 10000"),
    (PPP, "1000", "10001", "RADIO.press_ms: 10001 is not a number of 1 to 10000"),
    (PPP, '"probe_s": 60', '"probe_s": 3601', "RADIO.probe_s: 3601 is not a number of 0 to 3600"),
    (PPP, '"redial_s": 5', '"redial_s": 301', "RADIO.redial_s: 301 is not a number of 0 to 300"),
    (PPP, '"tcp": 5', '"tcp": 65', "POOLS.tcp: 65 is not a number of 1 to 64"),
    (PPP, '"udp": 2', '"udp": 2, "all": 0', "POOLS.all: 0 is not a number of 1 to 64"),
    # What the platform offers
    (PPP, '"rp2"', '"avr"', "PLATFORM: 'avr' is not one of rp2, esp32, mimxrt"),
    (PPP, "(1, 27)", "(1, 25)", "FIRMWARE: (1, 25) is before (1, 26)"),
    (WHOLE, '"usb"', "3", "CONSOLE: esp32 has no UART3"),
    (PPP, '"id": 1', '"id": 2', "RADIO.id: rp2 has no UART2"),
    (FIXED, '"id": 1', '"id": 0', "RADIO.id: mimxrt has no UART0"),
    (PPP, '"active": 0', '"active": 0, "whole": True', "DTE.whole: has to be False on rp2"),
    (WHOLE, '4096, "whole": True', "4096", "RADIO.whole: has to be True on esp32"),
    (PPP, '"active": 1', '"active": 1, "fixed": True', "RADIO.fixed: has to be False on rp2"),
    (FIXED, '1, "fixed": True', "1", "RADIO.fixed: has to be True on mimxrt"),
    (PPP, '"dtr": 15', '"dcd": 30', "DTE.dcd: rp2 has no pin 30"),
    (FIXED, '"D41"', '"D42"', "RADIO.power: mimxrt has no pin 'D42'"),
    (PPP, '"tx": 4', '"tx": 29', "RADIO.tx: GP29 is not tx of UART1"),
    (PPP, '"rts": 3', '"rts": 7', "DTE.rts: GP7 is not rts of UART0"),
    # Pins, UARTs and the console together
    (PPP, '"power": 14', '"reset": 15', "pin 15 is DTE.dtr and RADIO.reset"),
    (PPP, '"dtr": 15', '"dsr": 14', "pin 14 is DTE.dsr and RADIO.power"),
    (FIXED, '"dtr": "D15"', '"ri": "D41"', "pin 'D41' is DTE.ri and RADIO.power"),
    (PPP, '"usb"', "0", "DTE.id: UART0 is the console"),
    (PPP, '"usb"', "1", "RADIO.id: UART1 is the console"),
    (WHOLE, '"id": 0', '"id": 1', "DTE and RADIO are both UART1"),
    (PPP, '"flow": False', '"flow": True', "RADIO.flow: needs the pins cts and rts"),
    (PPP, ', "rts": 3', "", "DTE.flow: needs the pins cts and rts"),
    (PPP, '"rx": 5', '"rx": 5, "cts": 6, "rts": 7', "RADIO.cts: is not used without flow"),
    (PPP, '"rx": 5', '"rx": 5, "rts": 7', "RADIO.rts: is not used without flow"),
    (PPP, "2048", "2047", "RADIO.txbuf: less than the 2048 of a PPP frame"),
    (PPP, "4096", "4095", "RADIO.rxbuf: less than the 4096 that come where no flow control is"),
    # The IP stack
    (PPP, '"udp": 2', '"udp": 1', "POOLS.udp: one asks for names, and leaves none"),
    (STACK, "(31)", "(30)", "POOLS.tcp: no header sets MEMP_NUM_TCP_PCB to 31"),
    (STACK, "(32)", "(30)", "POOLS.listen: no header sets MEMP_NUM_TCP_PCB_LISTEN to 32"),
    (STACK, "#define MEMP_NUM_UDP", "//", "POOLS.udp: no header sets MEMP_NUM_UDP_PCB to 33"),
    (STACK, "31", "7", "POOLS.tcp: 7 of our own, but the modem needs 8"),
    (STACK, "32", "7", "POOLS.listen: 7 of our own, but the modem needs 8"),
    (STACK, "33", "8", "POOLS.udp: 8 of our own, but the modem needs 9"),
    # class Board
    (PPP, "class Board", "class Bord", "class Board is missing"),
    (PPP, "(Mcu)", "(object)", "class Board: not derived from Mcu"),
    (
        edited(PPP, ('lwip ppp radio uart"', 'lwip uart"'), ("chat flash", "flash")),
        "from wipmodem.ports.ppp import make_bearer\n",
        "",
        "BEARER: 'ppp', but Board has none",
    ),
    (
        PPP,
        "    make_bearer = make_bearer\n",
        "",
        "Board.make_bearer: missing, not make_bearer",
    ),
    (PPP, 'BEARER = "ppp"', 'BEARER = "wlan"', "BEARER: 'wlan', but Board has ppp"),
    (CHOICE, 'BEARER = "ppp"', 'BEARER = "lte"', "BEARER: 'lte', but Board has ppp and wlan"),
    (PPP, 'b"mine"', 'b"yours"', "Board.name: b'yours', not b'mine'"),
    (PPP, "    Net = Net\n", "", "Board.Net: missing, not Net"),
    (PPP, "DTE = DTE", "DTE = RADIO", "Board.DTE: RADIO, not DTE"),
    (PPP, "    RADIO = RADIO\n", "", "Board.RADIO: missing, not RADIO"),
    (PPP, BOARD[BOARD.index("RADIO =") : BOARD.index("\n\nclass")], "", "RADIO is missing"),
    (CHOICE, 'WLAN = {"ssid": "a", "key": "b"}\n', "", "WLAN is missing"),
    (PPP, "Sizes()", "Sizes", "Board.sizes: Sizes, not an instance of Sizes"),
    (PPP, "    sizes = Sizes()\n", "", "Board.sizes: missing, not an instance of Sizes"),
    # manifest.py
    (PPP, "package(", "pack(", "manifest.py: name 'pack' is not defined"),
    (PPP, "files=PORTS", "files=", "manifest.py: invalid syntax (manifest.py, line 4)"),
    (PPP, " mcu", " mcu a", f"manifest.py: there is no wipmodem/ports/a.py in {FIRMWARE}"),
    (PPP, " radio", "", "manifest.py: wipmodem/ports/radio.py is missing"),
    (
        edited(PPP, ("net net_lwip", "net net_esp32")),
        "net_lwip import",
        "net_esp32 import",
        "Board.Net: not of wipmodem.ports.net_lwip",
    ),
    (
        edited(PPP, ("mcu lock_rp2", "mcu lock_mimxrt")),
        "lock_rp2 import",
        "lock_mimxrt import",
        "Board.stack_lock: not of wipmodem.ports.lock_rp2",
    ),
    (
        PPP,
        "    stack_lock = StackLock()\n",
        "",
        "Board.stack_lock: missing, not StackLock()",
    ),
    (PPP, " radio", " radio wlan", "manifest.py: wipmodem/ports/wlan.py is used by nothing"),
    (PPP, 'module("board.py", opt=2)\n', "", "manifest.py: board.py is missing"),
    (PPP, "\nPLAT", "\nfrom wipmodem.a import b\nPLAT", "manifest.py: wipmodem/a.py is missing"),
]


@pytest.fixture
def boards(tmp_path):
    return tree(tmp_path, PPP)


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_boards_are_all_folders_with_a_board_file_but_the_pc():
    """No board is left out of what the other tests and the tools go through."""
    folders = {path.parent.name for path in facts.BOARDS.glob("*/board.py")}
    assert facts.names() == sorted(folders - {"host"})


@pytest.mark.parametrize("name", facts.names())
def test_each_board_holds_to_the_schema(name):
    """Nothing is to be said of a real board."""
    assert complaints(facts.BOARDS / name) == []


@pytest.mark.parametrize("files", GOOD.values(), ids=GOOD)
def test_what_is_no_mistake_is_not_complained_of(files, tmp_path):
    """Each way in which boards may differ."""
    assert complaints(tree(tmp_path, files) / "mine") == []


@pytest.mark.parametrize(("files", "old", "new", "said"), MISTAKES)
def test_each_mistake_is_told_in_one_line(files, old, new, said, tmp_path):
    """The line that helps, and no other."""
    assert complaints(tree(tmp_path, edited(files, (old, new))) / "mine") == [said]


def test_mistakes_are_told_in_the_order_of_the_schema(tmp_path):
    """More than one of them at once."""
    board = edited(PPP, ('"id": 0, "baudrate": 115200, ', ""), ('"tcp": 5', '"tcp": 0'))
    said = [
        "POOLS.tcp: 0 is not a number of 1 to 64",
        "DTE.id is missing",
        "DTE.baudrate is missing",
    ]
    assert complaints(tree(tmp_path, board) / "mine") == said


def test_the_real_pictures_and_lists_are_fresh(capsys):
    """Written anew they would be the same; `python -m boards.tools.wiring` writes them."""
    assert wiring(["--check"], facts.BOARDS) == 0
    assert capsys.readouterr() == ("", "")


def test_the_real_readme_lists_every_board():
    """In its table, and with a part for each: the marks between which they are put are there."""
    lines = (facts.BOARDS / "README.md").read_text().splitlines()
    heads = [line.split("]")[0] for line in lines if line.startswith(("| [", "### "))]
    assert heads == [f"{mark}{name}" for mark in ("| [", "### ") for name in facts.names()]


def pins_drawn(folder):
    """All that looks like a pin of a board, but the ground; another text is not the same."""
    root = ElementTree.parse(folder / "wiring.svg").getroot()
    texts = [(element.text or "", element.get("class")) for element in root.iter(_TEXT)]
    pins = sorted(text for text, kind in texts if kind == "pin" and text != "GND")
    assert pins == sorted(text for text, _ in texts if text in pins)
    return pins


@pytest.mark.parametrize("name", facts.names())
def test_each_pin_is_in_the_picture_once(name):
    """The picture is XML, and no wire of the tables is left out or drawn twice."""
    tables = facts.tables(name)
    lines = [tables[end] for end in ("DTE", "RADIO") if end in tables]
    pins = [line[role] for line in lines for role in _ROLES if role in line]
    prefix = _PREFIXES[tables["PLATFORM"]]
    assert pins_drawn(facts.BOARDS / name) == sorted(f"{prefix}{pin}" for pin in pins)


def test_stale_files_are_named_and_left_alone(boards, capsys):
    """--check writes nothing, and fails."""
    before = content(boards)
    assert wiring(["--check"], boards) == 1
    said = f"wiring: boards/mine/wiring.svg{_STALE}wiring: boards/README.md{_STALE}"
    assert capsys.readouterr() == ("", said)
    assert content(boards) == before


def test_stale_files_are_written_once(boards, capsys):
    """The second run has nothing to write and nothing to say."""
    assert wiring([], boards) == 0
    said = "wiring: wrote boards/mine/wiring.svg\nwiring: wrote boards/README.md\n"
    assert capsys.readouterr() == (said, "")
    assert (boards / "README.md").read_text() == README
    written = content(boards)
    assert (wiring([], boards), wiring(["--check"], boards)) == (0, 0)
    assert capsys.readouterr() == ("", "")
    assert content(boards) == written


def test_only_what_has_changed_is_stale(boards, capsys):
    """What a board is stands in the lists, not in its picture."""
    wiring([], boards)
    capsys.readouterr()
    (boards / "mine" / "board.py").write_text(BOARD.replace("A small", "A large"))
    assert wiring(["--check"], boards) == 1
    assert capsys.readouterr() == ("", f"wiring: boards/README.md{_STALE}")


def test_a_new_board_is_one_folder_and_no_other_change(boards, monkeypatch):
    """Found, accepted, drawn and packaged: no tool has to be told of it."""
    monkeypatch.setattr(facts, "BOARDS", boards)
    mine = boards / "mine"
    assert sorted(path.name for path in boards.iterdir()) == ["README.md", "mine"]
    assert sorted(path.name for path in mine.iterdir()) == ["board.py", "manifest.py"]
    assert facts.names() == ["mine"]
    assert complaints(mine) == []
    known = deployed.Board("mine", mine / "manifest.py", "rp2", (1, 27), "ppp", 115200)
    assert deployed.read("mine") == known
    assert wiring([], boards) == 0
    assert (boards / "README.md").read_text() == README
    assert pins_drawn(mine) == ["GP0", "GP1", "GP14", "GP15", "GP2", "GP3", "GP4", "GP5"]
    assert package.text("mine") == listed(mine)


def listed(mine):
    """The package.json of the small board, whose firmware is the repository's."""
    away = os.path.relpath(FIRMWARE, mine)
    files = [path.relative_to(FIRMWARE).as_posix() for path in FIRMWARE.glob("wipmodem/**/*.py")]
    core = [name for name in files if not name.startswith("wipmodem/ports/")]
    ports = [f"wipmodem/ports/{name}.py" for name in MANIFEST.split('"')[3].split()]
    urls = [("board.py", "board.py")]
    urls += [(path, f"{away}/{path}") for path in [*sorted([*core, *ports]), "main.py"]]
    lines = [f'    ["{path}", "{source}"]' for path, source in urls]
    return '{\n  "urls": [\n' + ",\n".join(lines) + "\n  ]\n}\n"
