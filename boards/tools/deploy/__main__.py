"""Command line of make deploy: read the options, then copy, check and start the firmware."""

import argparse
import contextlib
import sys

from rich.console import Console
from rich.progress import Progress

from boards.tools import ports

from . import Failure, compiler, running
from .board import read
from .link import Link, ScriptError
from .manifest import Manifest
from .target import Target

# The class of the module `network` that each kind of bearer needs.
_CLASSES = {"ppp": "PPP", "wlan": "WLAN"}


def main(arguments=None):
    """Deploy the firmware. Return the exit status: 0, 1 after a failure, 130 after Ctrl-C."""
    options = _options(arguments)
    try:
        _deploy(read(options.board), options)
    except Failure as failure:
        print(f"deploy: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deploy: interrupted; deploy again", file=sys.stderr)
        return 130
    return 0


def say(text):
    """Print one line of progress."""
    print(f"deploy: {text}", flush=True)


def _spinner(text):
    """Return a context manager that shows a spinner if the output is a terminal."""
    return Console().status(f"deploy: {text}") if sys.stdout.isatty() else contextlib.nullcontext()


def _options(arguments):
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__)
    parser.add_argument("--board", required=True, help="a folder of boards/")
    parser.add_argument(
        "--port",
        required=True,
        help="the board's console, named as for mpremote; auto: the first USB serial port",
    )
    parser.add_argument("--dte", help="the modem's host line; sends ATI there too")
    parser.add_argument(
        "--patience",
        type=float,
        default=20,
        help="longest wait for the board, s (default %(default)s)",
    )
    return parser.parse_args(arguments)


def _deploy(board, options):
    entries = Manifest(board.manifest).entries
    options.port = _port(options.port)
    link = Link(options.port, options.patience)
    with _spinner(
        f"looking for MicroPython on {options.port}, for at most {options.patience:g} s"
    ):
        link.open(None if sys.stdout.isatty() else say)
    with link:
        (found,) = link.values("look")
        check_board(board, found)
        version = ".".join(map(str, found["version"]))
        say(f"MicroPython {version} on {found['machine']}")
        tool = compiler.for_board(found["mpy"], found["version"])
        wanted = dict(compiler.content(entry, tool) for entry in entries)
        target = Target(link, wanted)
        target.require_room(found["space"])
        target.require_heap(found["heap"])
        summary = _copy(target, wanted)
        target.verify()
        say(summary)
        say(f"the copied firmware answers ATI: {_ask(link)}")
        link.reset()
    with _spinner("starting the modem"):
        outcome = _watch(options, board)
    say(outcome)


def _port(port):
    try:
        return ports.resolve(port)
    except ports.NoPort as error:
        raise Failure(str(error)) from error


def check_board(board, found):
    """Raise Failure if the connected board does not match the board file.

    board: the Board to deploy to; found: the properties that on_board/look.py has printed.
    """
    name, version = board.name, found["version"]
    if found["platform"] != board.platform:
        raise Failure(
            f"{name} needs MicroPython's port {board.platform}, but the connected board has"
            f" {found['platform']}: {found['machine']}"
        )
    if version < board.firmware or not found["mpy"]:
        oldest, present = (".".join(map(str, each)) for each in (board.firmware, version))
        raise Failure(
            f"{name} needs MicroPython {oldest} or later, but the connected board has {present}"
        )
    wanted = _CLASSES[board.bearer]
    if wanted not in found["bearers"]:
        raise Failure(f"{name} needs network.{wanted}, which this image of MicroPython lacks")


def _copy(target, wanted):
    """Copy changed files and remove stale ones. Return a summary for the user."""
    changed, stale = target.changed(), target.stale()
    for path in stale:
        target.remove(path)
        say(f"removed {path}")
    total = sum(len(wanted[path]) for path in changed)
    shows = sys.stdout.isatty()
    with Progress(disable=not shows, transient=True) as progress:
        bar = progress.add_task("deploy: copying", total=total)
        for path in changed:
            target.write(path, lambda n: progress.advance(bar, n))
            if not shows:
                say(f"copied {path}")
    same = len(wanted) - len(changed)
    return f"{len(changed)} copied ({total} bytes), {same} unchanged, {len(stale)} removed"


def _ask(link):
    """Run the copied firmware without its ports, and return its response to ATI."""
    try:
        (output,) = link.values("ask")
    except ScriptError as failure:
        raise Failure(f"the copied firmware does not run: {failure}") from failure
    answer = output.replace(b"ATE0I\r", b"").split(b"\r\n")
    if answer[-2:] != [b"OK", b""]:
        raise Failure(f"the copied firmware does not answer ATI; its output is {output!r}")
    return answer[1].decode()


def _watch(options, board):
    """Wait for the start of the modem after the reset. Return the result as one line of text."""
    if options.dte:
        identity = running.ask(options.dte, board.speed, options.patience)
        return f"the modem runs: {identity} answers on {options.dte}"
    if running.started(options.port, options.patience):
        return "the modem has started"
    return "the board was reset; its console did not show whether the modem has started"


if __name__ == "__main__":
    sys.exit(main())
