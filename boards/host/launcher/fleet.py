"""Options of --count N: the lines, addresses, heap and descriptors of N modems in one process."""

import re
import resource

from .failure import Refused

MAX_COUNT = 4096  # Linux' default limit for the number of ptys

# Number of descriptors that a process needs for each modem with a few sockets, and for itself. The
# number is that of the launcher or of the modem process, whichever is larger.
_EACH = 6
_COMMON = 64

# MicroPython's heap in KB for the firmware, and for each modem. A modem needs 58 KB with its
# buffers and 20 KB more with all its sockets. The remaining heap makes garbage collections rare: a
# collection takes 40 ms with a thousand modems.
_COMMON_KB = 2048
_EACH_KB = 96
_MAX_PORT = 65535


def check(options):
    """Raise Refused if --count is out of range or does not fit the other options."""
    count = options.count
    if not 1 <= count <= MAX_COUNT:
        raise Refused(f"--count {count}: expected 1 to {MAX_COUNT}")
    if count == 1:
        return
    if options.console:
        raise Refused("--count with --console: only a single modem has a console")
    if options.radio:
        raise Refused("--count with --radio: only a single modem can use the simulated radio")
    if options.profile and "%d" not in options.profile:
        raise Refused(f"--profile {options.profile}: expected a %d for the number of the modem")


def heap(count):
    """Return MicroPython's -X heapsize for `count` modems, such as `2144K`."""
    return f"{_COMMON_KB + count * _EACH_KB}K"


def raise_limit(count):
    """Raise the soft limit of open files to the hard limit, which the modem process inherits.

    Raises Refused if the hard limit is too low for `count` modems.
    """
    needed = _COMMON + count * _EACH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Refused(
            f"--count {count}: needs {needed} open files, {hard} are allowed (ulimit -Hn)"
        )
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def home_of(number):
    """Return the address on which the servers of modem `number` listen.

    number: from 1, as in member.py.
    """
    return f"127.1.{number >> 8}.{number & 255}"


def lines_of(spec, count):
    """Return the --dte option of each modem, as a list.

    In the path of a pty, the number of the modem, from 1, replaces %d; without %d the number is
    appended as -1, -2 ... A TCP port increases by one for each modem. Raises Refused if there are
    not enough ports.
    """
    if count == 1:
        return [spec]
    kind, _, where = spec.partition(":")
    if kind == "pty":
        pattern = where if "%d" in where or not where else where + "-%d"
        return [f"pty:{pattern.replace('%d', str(number))}" for number in range(1, count + 1)]
    if not re.fullmatch("[1-9][0-9]*", where):
        # The port is 0 (any free port), or a value that open_dte() will refuse.
        return [spec] * count
    first = int(where)
    if first + count - 1 > _MAX_PORT:
        raise Refused(f"--dte {spec} --count {count}: the last port would be {first + count - 1}")
    return [f"{kind}:{port}" for port in range(first, first + count)]
