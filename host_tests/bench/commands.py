"""Who answers AT command lines on a pty: the modem, a bare loop, pyatcommand's AtServer.

ATE0 is asked, for AtServer knows few by itself and none at all by others' handlers (0.5.3).
"""

import contextlib
import functools
import os
import time
from pathlib import Path

from serial import Serial

from bench.lines import ask, modem, process, raw_pty
from interpreters import COMMANDS

_BARE = Path(__file__).with_name("bare.py")
_OK = b"\r\nOK\r\n"


@contextlib.contextmanager
def _modem(interpreter):
    with modem(interpreter) as (host, _):
        yield host


@contextlib.contextmanager
def _bare(interpreter):
    with raw_pty() as (ours, theirs):
        command = [*COMMANDS[interpreter], str(_BARE), "commands", str(theirs)]
        with process(command, theirs):
            yield ours


@contextlib.contextmanager
def _pyatcommand():
    from pyatcommand import AtServer  # only `make bench` installs it

    with raw_pty() as (ours, theirs), Serial(os.ttyname(theirs)) as port:
        server = AtServer()
        server._serial = port
        server._stop.set()  # it starts only what was stopped
        server.echo = False
        server.start()
        try:
            yield ours
        finally:
            server.stop()


ANSWERERS = {
    **{f"the modem, {py}": functools.partial(_modem, py) for py in COMMANDS},
    **{f"a bare loop, {py}": functools.partial(_bare, py) for py in COMMANDS},
    "pyatcommand": _pyatcommand,
}


def rate(host, count):
    """Lines answered in a second, one after the other."""
    ask(host, b"ATE0", _OK)
    began_s = time.monotonic()
    for _ in range(count):
        if ask(host, b"ATE0", _OK) != _OK:
            raise AssertionError("more than OK came")
    return count / (time.monotonic() - began_s)
