"""Shows a modem at work, live: `make monitor PORT=/dev/ttyACM0`; q or Ctrl-C leaves.

Without a port: the modem on this PC, if there is one.
"""

import signal

if __name__ == "__main__":
    # Until it asks, Ctrl-C ends this without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import contextlib
import sys
import time
from pathlib import Path

import serial

from boards.tools import ports

from . import Failure
from .exit_request import leaving
from .history import History
from .link import LOOK_S, Link

_PATIENCE_S = 5
_NO_MEMORY = 802


def main(arguments=None):
    given = _options(arguments)
    try:
        given.port = ports.resolve(given.port) or ports.console_on_pc("monitor", "/dev/ttyACM0")
        return _watch(given)
    except ports.NoPort as error:
        return _failed(error)
    except (Failure, ValueError) as error:
        return _failed(f"{given.port}: {error}")
    except ports.LOST as error:
        return _failed(ports.describe(given.port, error))


def _watch(given):
    # rich draws, and everything but --help needs it.
    from .drawing import live, once
    from .picture import picture

    with (
        contextlib.closing(_link(given)) as link,
        contextlib.closing(watched(link, given.port)) as told,
    ):
        frame = once(told) if given.once or not sys.stdout.isatty() else live(told)
        if given.svg and frame:
            Path(given.svg).write_text(picture(frame), encoding="utf-8")
    return 0


def _failed(words):
    print(f"monitor: {words}", file=sys.stderr)
    return 1


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog=ports.program("monitor"),
        description="Show a modem at work, live. q or Ctrl-C leaves. Without --port: the modem on "
        "this PC, if there is one.",
    )
    parser.add_argument(
        "--port", help="the modem's console, as pyserial takes it; auto: the first USB serial port"
    )
    parser.add_argument("--speed", type=int, default=115200, help="(%(default)s)")
    parser.add_argument("--once", action="store_true", help="one frame, on no full screen")
    parser.add_argument("--svg", metavar="FILE", help="the last frame as a picture, at the end")
    return parser.parse_args(arguments)


def _link(given):
    options = {"timeout": LOOK_S, "exclusive": True}
    if "://" not in given.port:  # pyserial knows none for rfc2217
        options["write_timeout"] = _PATIENCE_S

    def open_line():
        return serial.serial_for_url(given.port, given.speed, **options)

    return Link(open_line, time.sleep, time.monotonic())


def frames(link, port, clock=time.monotonic):
    """A Frame at each turn: None as long as there is nothing new to show."""
    from .view import Frame  # rich draws it

    history = History()
    shown = None
    while True:
        now_s = clock()
        reports = link.turn(now_s)
        for report in reports:
            history.add(_granted(report))
        notice = _notice(link, now_s)
        if history.report is None and link.silent_s(now_s) >= _PATIENCE_S:
            raise Failure(f"no answer: {link.trouble or 'wrong port, or no modem runs there'}")
        changed = history.report is not None and (reports or notice != shown)
        shown = notice
        yield Frame(history, port, notice) if changed else None


def _granted(report):
    if report.refusal == _NO_MEMORY:
        raise Failure("the modem has no memory for it")
    if report.refusal:
        raise Failure(f"the modem refuses it: {report.refusal}")
    return report


def _notice(link, now_s):
    """What the view says of the line."""
    silent_s = int(link.silent_s(now_s))
    if silent_s < _PATIENCE_S and not link.trouble:
        return ""
    return f"no answer for {silent_s} s" + (f": {link.trouble}" if link.trouble else "")


def watched(link, port):
    """Each Frame that is new, until somebody leaves."""
    with leaving() as wanted:
        for frame in frames(link, port):
            if wanted():
                return
            if frame:
                yield frame


if __name__ == "__main__":
    sys.exit(main())
