"""--count N: what each of N modems in one process gets, and whether there is room for them."""

import re
import resource

from .failure import Refused

MOST = 4096  # Linux has no more ptys, unless it is told to

# Descriptors: of a modem with some sockets here or there, whichever needs more; of a process.
_EACH = 6
_COMMON = 64

# MicroPython's heap in KB: the firmware; a modem, which has 58 with its buffers and 20 more with
# all its sockets, and room so that a collection, 40 ms with a thousand modems, comes seldom.
_COMMON_KB = 2048
_EACH_KB = 96
_LARGEST_PORT = 65535


def check(options):
    """Refused, if there cannot be so many or not of that kind."""
    count = options.count
    if not 1 <= count <= MOST:
        raise Refused(f"--count {count}: expected 1 to {MOST}")
    if count == 1:
        return
    if options.console:
        raise Refused("--count with --console: one modem has one, many have none")
    if options.radio:
        raise Refused("--count with --radio: a simulated radio is for one modem")
    if options.profile and "%d" not in options.profile:
        raise Refused(f"--profile {options.profile}: expected a %d in it, for each modem's number")


def heap(count):
    """MicroPython's -X heapsize for so many modems."""
    return f"{_COMMON_KB + count * _EACH_KB}K"


def make_room(count):
    """As many descriptors as this process may have, or Refused: the modem's inherits them."""
    needed = _COMMON + count * _EACH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Refused(
            f"--count {count}: needs {needed} open files, {hard} are allowed (ulimit -Hn)"
        )
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def home_of(number):
    """Where the servers of a modem listen: member.py says the same."""
    return f"127.1.{number >> 8}.{number & 255}"


def lines_of(spec, count):
    """The --dte of each modem: %d in a pty's path, or -1, -2 ... behind it; ports counted up."""
    if count == 1:
        return [spec]
    kind, _, where = spec.partition(":")
    if kind == "pty":
        pattern = where if "%d" in where or not where else where + "-%d"
        return [f"pty:{pattern.replace('%d', str(number))}" for number in range(1, count + 1)]
    if not re.fullmatch("[1-9][0-9]*", where):
        return [spec] * count  # any free ones, or what will be refused
    first = int(where)
    if first + count - 1 > _LARGEST_PORT:
        raise Refused(f"--dte {spec} --count {count}: the last port would be {first + count - 1}")
    return [f"{kind}:{port}" for port in range(first, first + count)]
