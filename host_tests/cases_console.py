"""The console of ports/mcu.py over stand-ins of `select` and `sys`: it never waits. Both
interpreters."""

from chip_modules import Machine, RingUART, Select, Time, load
from chip_stdio import Sys

_CONSOLE = load("mcu", machine=Machine(RingUART), select=Select, sys=Sys, time=Time)


def _console():
    Sys.stdin.data = bytearray()
    Sys.stdout.data = bytearray()
    return _CONSOLE.Console()


def case_asked():
    """Any bytes are a request, and one; without them nothing is read."""
    console = _console()
    assert console.asked() is False
    for typed in (b"?", b"??\r\n"):
        Sys.stdin.data += typed
        assert [console.asked(), console.asked()] == [True, False], typed


def case_asked_without_end():
    """What a cat on the keyboard types is taken piece by piece: the modem has other work."""
    console = _console()
    Sys.stdin.data += b"x" * 100
    asked = [console.asked()]
    assert len(Sys.stdin.data) == 36
    assert asked + [console.asked(), console.asked()] == [True, True, False]


def case_write():
    """As it is; while nobody reads, not at all."""
    console = _console()
    assert console.write(b"abcdef", 2, 3) == 3 and Sys.stdout.data == b"cde"
    Sys.stdout.stuck = True
    assert console.write(b"abcdef", 0, 6) == 0
    Sys.stdout.stuck = False
    assert console.write(b"abcdef", 0, 2) == 2 and Sys.stdout.data == b"cdeab"
