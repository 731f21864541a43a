"""What brings a chip down is kept: ports/flash.py, ports/mcu.py around it. Both interpreters."""

import builtins
import os
import sys

from chip_modules import IN, WDT, Machine, Network, Reset, RingUART, Select, Time, load
from chip_stdio import Sys

_MCU = load(
    "mcu",
    machine=Machine(RingUART),
    network=Network,
    select=Select,
    sys=Sys,
    time=Time,
)
_CRASH = _MCU.Mcu.crash
_FILE = "crash.txt"
_open = open
_FULL = 28  # ENOSPC


class Folder:
    """A flash of its own. `writes` counts what is opened for writing; `full`: that fails."""

    def __init__(self):
        self.writes = 0
        self.full = False

    def __enter__(self):
        self._before = os.getcwd()
        self._path = f"/tmp/cases_crash_{int.from_bytes(os.urandom(6), 'big')}"
        os.mkdir(self._path)
        os.chdir(self._path)
        builtins.open = self._open  # type: ignore
        return self

    def __exit__(self, *what):
        builtins.open = _open
        for name in os.listdir():
            os.remove(name)
        os.chdir(self._before)
        os.rmdir(self._path)

    def _open(self, path, mode="r"):
        if "w" in mode:
            self.writes += 1
            if self.full:
                raise OSError(_FULL)
        return _open(path, mode)


def _text():
    with open(_FILE, "rb") as file:
        return file.read()


def _resets(call, *arguments):
    try:
        call(*arguments)
    except Reset:
        return True
    return False


def _fail():
    raise ValueError("why")


# What is kept


def case_nothing_has_happened():
    """No file: no lines, and nothing to forget."""
    with Folder():
        assert _CRASH.lines() == []
        _CRASH.clear()
        assert os.listdir() == []


def case_keep():
    """The file, and its lines."""
    with Folder():
        _CRASH.keep(ValueError("why"))
        assert _CRASH.lines() == ["ValueError: why"] and _text() == b"ValueError: why\n"


def case_traceback():
    """The oldest call comes first, the error last; lines have no indentation."""
    with Folder():
        try:
            _resets(_fail)
        except ValueError as error:
            _CRASH.keep(error)
        lines = _CRASH.lines()
        assert lines[0] == "Traceback (most recent call last):"
        assert lines[-1] == "ValueError: why"
        assert all(line and line == line.strip() for line in lines)
        places = [line.rsplit(" ", 1)[1] for line in lines if line.startswith("File ")]
        assert places == ["case_traceback", "_resets", "_fail"]


def case_the_same_crash_again():
    """It is not written twice: flash wears. Another one takes its place."""
    with Folder() as flash:
        writes = []
        for text in ("one", "one", "one", "two", "one"):
            _CRASH.keep(ValueError(text))
            writes.append(flash.writes)
        assert writes == [1, 1, 1, 2, 3] and _CRASH.lines() == ["ValueError: one"]


def case_clear():
    """Forgotten, and written anew when it happens again."""
    with Folder() as flash:
        _CRASH.keep(ValueError("why"))
        _CRASH.clear()
        assert os.listdir() == [] and _CRASH.lines() == []
        _CRASH.keep(ValueError("why"))
        assert flash.writes == 2 and _CRASH.lines() == ["ValueError: why"]


def case_damaged_file():
    """What is no text is as nothing, and the next crash takes its place."""
    with Folder():
        with open(_FILE, "wb") as file:
            file.write(b"Value\xff\xfeError\n")
        assert _CRASH.lines() == []
        _CRASH.keep(ValueError("why"))
        assert _CRASH.lines() == ["ValueError: why"]


# The board


def case_crashed():
    """Told on the console, kept, and the board starts anew."""
    with Folder():
        error = ValueError("why")
        del Sys.console[:]
        assert _resets(_MCU.Mcu.crashed, error)
        assert Sys.console == [error] and _CRASH.lines() == ["ValueError: why"]


def case_crashed_and_flash_is_full():
    """The board starts anew all the same."""
    with Folder() as flash:
        flash.full = True
        assert _resets(_MCU.Mcu.crashed, ValueError("why"))
        assert flash.writes == 1 and _CRASH.lines() == []


def case_interrupted():
    """Ctrl-C restarts the board, which is then held from starting the modem: this once."""
    with Folder():
        mcu = _MCU.Mcu
        assert mcu.held() is False
        assert _resets(mcu.interrupted)
        assert [mcu.held(), mcu.held()] == [True, False] and os.listdir() == []


class Sizes:
    handles = 7
    recorder = 72
    recorder_at = 0


class Board(_MCU.Mcu):
    name = b"test"
    sizes = Sizes
    DTE = {"id": 0, "baudrate": 9600, "txbuf": 64, "rxbuf": 64, "flow": False}

    def Net(self, *arguments):
        return arguments

    def make_bearer(self):
        assert WDT.made == []  # whatever takes its time comes before the watchdog
        return "bearer"


def case_board():
    """Ports over one poller, and a watchdog of 8 s, which each pass feeds."""
    said = []
    _MCU.print = lambda *words: said.append(words)
    del WDT.made[:]
    with Folder():
        board = Board()
    board.started(None)
    del _MCU.print
    poller, entropy, handles, lock = board.net
    assert lock is board.stack_lock
    assert list(poller.masks.values()) == [IN] and handles == 7 and board.bearer == "bearer"
    assert 0 <= entropy() < 1 << 16
    assert (board.crash, said) == (_CRASH, [("wipmodem:", "test", "started")])
    assert [board.alive(), board.alive()] == [True, True]
    assert [(dog.timeout, dog.fed) for dog in WDT.made] == [(8000, 2)]
    Time.now_ms = 1234
    assert board.ticks_ms() == 1234
    assert board.serial_number == b"659688114780972"


def _board():
    del WDT.made[:]
    with Folder():
        return Board()


def case_reset_cause():
    """As a word; a chip may tell what no other knows."""
    board = _board()
    words = []
    for Machine.caused_by in (1, 3, 77):
        words.append(board.reset_cause)
    Machine.caused_by = 1
    assert words == [b"power_on", b"watchdog", b"unknown"]


class Uctypes:
    """The module, on a chip with this RAM."""

    ram = bytearray(72)

    @staticmethod
    def bytearray_at(address, size):
        assert (address, size) == (0x20040000, 72)
        return Uctypes.ram


def case_recorder():
    """In the heap, or where the board says that no reset clears it."""
    assert _board().recorder == bytearray(72)
    before = sys.modules.get("uctypes")
    sys.modules["uctypes"] = Uctypes  # type: ignore
    Sizes.recorder_at = 0x20040000
    assert _board().recorder is Uctypes.ram
    Sizes.recorder_at = 0
    del sys.modules["uctypes"]
    if before:
        sys.modules["uctypes"] = before


class Gc:
    """The module, on a chip."""

    collected = 0

    @staticmethod
    def collect():
        Gc.collected += 1

    @staticmethod
    def mem_free():
        return 60000 + Gc.collected


def case_heap_free():
    """Behind a collection."""
    board = _board()
    kept, _MCU.gc = _MCU.gc, Gc
    assert board.heap_free() == 60001
    _MCU.gc = kept
