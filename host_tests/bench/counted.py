"""Instructions of MicroPython for a piece of work, counted by callgrind; they repeat to
a few in ten thousand. And how long an idle pass takes, by the number of open sockets.
"""

import re
import subprocess

from interpreters import COMMANDS, environment

_PROBE = "host_tests/bench/work_probe.py"
_HEAP = ["-X", "heapsize=512wK"]
_FEW, _MANY = 50, 150
_IDLE_PASSES = 20_000
_KB = 2  # of a piece of to_peer and to_host
WORKS = {"a command, AT": ("command", 1), "a KB to the peer": ("to_peer", _KB)}
WORKS["a KB to the host"] = ("to_host", _KB)
SOCKETS = range(0, 17, 2)


def instructions(root, work, *arguments):
    """Of one piece, the slope between few and many."""
    few, many = (_counted(root, work, n, *arguments) for n in (_FEW, _MANY))
    return (many - few) / (_MANY - _FEW)


def _counted(root, work, n, *arguments):
    callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    said = _run(root, callgrind, work, n, *arguments).stderr
    (count,) = re.findall(r"Collected : (\d+)", said)
    return int(count)


def idle_ns(root, sockets):
    """One pass of the loop in which nothing happens."""
    return int(_run(root, [], "idle", _IDLE_PASSES, sockets).stdout.split()[-1])


def _run(root, before, *arguments):
    command = [*before, *COMMANDS["micropython"], *_HEAP, _PROBE, *map(str, arguments)]
    return subprocess.run(
        command, cwd=root, env=environment(), capture_output=True, text=True, check=True
    )
