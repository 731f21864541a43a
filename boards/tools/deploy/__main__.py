"""The command: which board, on which port."""

import argparse
import contextlib
import sys

from rich.console import Console
from rich.progress import Progress

from boards.tools import ports

from . import Failure, compiler, running
from .board import read
from .link import Link, Wrong
from .manifest import Manifest
from .target import Target

_CLASSES = {"ppp": "PPP", "wlan": "WLAN"}


def main(arguments=None):
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
    print(f"deploy: {text}", flush=True)


def _patient(text):
    """Something moves while a person waits."""
    return Console().status(f"deploy: {text}") if sys.stdout.isatty() else contextlib.nullcontext()


def _options(arguments):
    parser = argparse.ArgumentParser(prog="deploy", description=__doc__)
    parser.add_argument("--board", required=True, help="a folder of boards/")
    parser.add_argument(
        "--port",
        required=True,
        help="the board's console, as mpremote takes it; auto: the first USB serial port",
    )
    parser.add_argument("--dte", help="the modem's line, to ask it there as well")
    parser.add_argument(
        "--patience", type=float, default=20, help="s to wait for it (%(default)s)"
    )
    return parser.parse_args(arguments)


def _deploy(board, options):
    entries = Manifest(board.manifest).entries
    options.port = _port(options.port)
    link = Link(options.port, options.patience)
    with _patient(f"looking for MicroPython on {options.port}, {options.patience:g} s at most"):
        link.open(None if sys.stdout.isatty() else say)
    with link:
        (here,) = link.values("look")
        judge(board, here)
        version = ".".join(map(str, here["version"]))
        say(f"MicroPython {version} on {here['machine']}")
        tool = compiler.fitting(here["mpy"], here["version"])
        wanted = dict(compiler.content(entry, tool) for entry in entries)
        target = Target(link, wanted)
        target.require_room(here["space"])
        target.require_heap(here["heap"])
        summary = _copy(target, wanted)
        target.verify()
        say(summary)
        say(f"ATI is answered by {_ask(link)}")
        link.reset()
    with _patient("starting the modem"):
        outcome = _watch(options, board)
    say(outcome)


def _port(port):
    try:
        return ports.named(port)
    except ports.NoPort as error:
        raise Failure(str(error)) from error


def judge(board, here):
    """Refuse a board that is another one, or cannot do."""
    name, version = board.name, here["version"]
    if here["platform"] != board.platform:
        raise Failure(
            f"{name} is of the port {board.platform}, but here is {here['platform']}:"
            f" {here['machine']}"
        )
    if version < board.firmware or not here["mpy"]:
        needed, found = (".".join(map(str, each)) for each in (board.firmware, version))
        raise Failure(f"{name} needs MicroPython {needed} or later, but here is {found}")
    wanted = _CLASSES[board.bearer]
    if wanted not in here["bearers"]:
        raise Failure(f"{name} needs network.{wanted}, which this image of MicroPython lacks")


def _copy(target, wanted):
    """Bring the files up to date; gives what was done, in a line."""
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
    try:
        (said,) = link.values("ask")
    except Wrong as failure:
        raise Failure(f"what was copied does not run: {failure}") from failure
    answer = said.replace(b"ATE0I\r", b"").split(b"\r\n")
    if answer[-2:] != [b"OK", b""]:
        raise Failure(f"what was copied does not answer ATI, it says {said!r}")
    return answer[1].decode()


def _watch(options, board):
    """What became of it after the reset."""
    if options.dte:
        identity = running.ask(options.dte, board.speed, options.patience)
        return f"the modem runs: {identity} answers on {options.dte}"
    if running.started(options.port, options.patience):
        return "the modem has started"
    return "the board was reset; its console did not show whether the modem has started"


if __name__ == "__main__":
    sys.exit(main())
