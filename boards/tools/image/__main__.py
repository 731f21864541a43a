"""Command line of make image: read the options, then build the image if an input has changed."""

import argparse
import contextlib
import fcntl
import sys
from pathlib import Path

from . import Failure, checkout, debian
from .build import Build
from .key import inputs, key_of
from .progress import say
from .run import Log

ROOT = Path(__file__).parents[3]
# Maps a word in mpconfigboard.cmake to the port of MicroPython whose own tools build the image.
_OTHER_PORTS = {"IDF_TARGET": "esp32"}


def main(arguments=None, root=ROOT):
    """Build an image. Return the exit status: 0, 1 after a failure, 130 after Ctrl-C."""
    options = _options(arguments)
    try:
        board = _board(root, options)
        with _build_lock(root / "build"):
            _build_if_changed(root, board, options)
    except Failure as failure:
        print(f"image: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _options(arguments):
    parser = argparse.ArgumentParser(prog="image", description=__doc__)
    parser.add_argument("--board", required=True, help="a folder of boards/")
    parser.add_argument("--plain", action="store_true", help="build the image without the modem")
    parser.add_argument(
        "--mpy-dir", type=Path, help="use this MicroPython checkout, not Debian's sources"
    )
    return parser.parse_args(arguments)


def _board(root, options):
    """Return the board's folder. Raise Failure if this tool cannot build an image for it."""
    name = options.board
    board = root / "boards" / name
    definition = board / "mpconfigboard.cmake"
    if definition.exists():
        text = definition.read_text()
        for word, port in _OTHER_PORTS.items():
            if word in text:
                port = (options.mpy_dir or Path("MPY_DIR")) / "ports" / port
                command = f"make -C {port} BOARD_DIR={board}"
                raise Failure(f"{name} needs the build tools of its manufacturer: {command}")
        return board
    if (board / "board.py").exists():
        raise Failure(f"{name} uses the standard image of MicroPython; this project builds none")
    known = ", ".join(sorted(p.parent.name for p in root.glob("boards/*/mpconfigboard.cmake")))
    raise Failure(f"there is no board {name or 'given'}; boards with an image: {known}")


@contextlib.contextmanager
def _build_lock(build):
    """Allow only one build at a time: all builds share the sources and the board's folder."""
    build.mkdir(exist_ok=True)
    with (build / "image.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting until another build has ended")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build_if_changed(root, board, options):
    """Build the image, unless the stamp beside it shows that all inputs are unchanged."""
    image = root / "build" / board.name / f"{_prefix(options)}-{board.name}.uf2"
    sources = _sources(root, board, options)
    stamp = image.with_suffix(".stamp")
    if image.exists() and stamp.exists() and sources.identity:
        made_of, sizes = stamp.read_text().splitlines()
        if made_of == _key(root, board, options, sources):
            return _report(root, image, f"nothing to do; {sizes}")
    log = Log(image.with_suffix(".log"))
    sources.prepare(log)
    debian.install_compiler(log)
    key = _key(root, board, options, sources)
    stamp.unlink(missing_ok=True)
    folder = image.parent / sources.name
    build = Build(board, sources.tree, sources.identity, folder, log, options.plain)
    sizes = build.make(image)
    stamp.write_text(f"{key}\n{sizes}\n")
    return _report(root, image, sizes)


def _prefix(options):
    return "plain" if options.plain else "wipmodem"


def _sources(root, board, options):
    if options.mpy_dir:
        return checkout.Sources(options.mpy_dir.resolve(), board)
    return debian.Sources(root / "build/sources")


def _key(root, board, options, sources):
    files = inputs(root, board, options.plain)
    return key_of(files, sources.tree, sources.identity, sorted(debian.installed().items()))


def _report(root, image, text):
    say(f"{image.relative_to(root)}: {text}")


if __name__ == "__main__":
    sys.exit(main())
