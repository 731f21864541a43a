"""Show a running modem, live: `make monitor PORT=/dev/ttyACM0`. q or Ctrl-C ends the tool.

Without a port the tool shows the modem that runs on this PC.
"""

import signal

if __name__ == "__main__":
    # While the modules below are loaded, Ctrl-C ends the tool without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import argparse
import contextlib
import sys
import time
from pathlib import Path

import serial

from boards.tools import ports

from . import Failure
from .exit_request import exit_requests
from .history import History
from .link import LOOK_S, Link

_PATIENCE_S = 5  # time in s without a report line after which the view shows a notice
_NO_MEMORY = 802  # error number that the modem reports if it lacks memory for a report


def main(arguments=None):
    """Show the modem until the user ends the tool. Return the exit status, 0 or 1."""
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
    # These modules need rich, which may be missing: --help works without it.
    from .drawing import live, once
    from .picture import picture

    with (
        contextlib.closing(_link(given)) as link,
        contextlib.closing(new_frames(link, given.port)) as new,
    ):
        frame = once(new) if given.once or not sys.stdout.isatty() else live(new)
        if given.svg and frame:
            Path(given.svg).write_text(picture(frame), encoding="utf-8")
    return 0


def _failed(words):
    print(f"monitor: {words}", file=sys.stderr)
    return 1


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog=ports.program("monitor"),
        description="Show a running modem, live. q or Ctrl-C ends the tool. Without --port it "
        "shows the modem that runs on this PC.",
    )
    parser.add_argument(
        "--port", help="the modem's console, a name for pyserial; auto: the first USB serial port"
    )
    parser.add_argument("--speed", type=int, default=115200, help="bit/s (default %(default)s)")
    parser.add_argument(
        "--once", action="store_true", help="print one frame and end; use no full screen"
    )
    parser.add_argument("--svg", metavar="FILE", help="at the end write the last frame to FILE")
    return parser.parse_args(arguments)


def _link(given):
    options = {"timeout": LOOK_S, "exclusive": True}
    # pyserial does not support a write timeout for rfc2217.
    if "://" not in given.port:
        options["write_timeout"] = _PATIENCE_S

    def open_line():
        return serial.serial_for_url(given.port, given.speed, **options)

    return Link(open_line, time.sleep, time.monotonic())


def frames(link, port, clock=time.monotonic):
    """Yield a Frame after each poll of the link, or None if there is nothing new to show.

    clock: function that returns the time in seconds. Raise Failure if the modem does not answer or
    refuses the report.
    """
    from .view import Frame  # import here, because the module needs rich

    history = History()
    last_notice = None
    while True:
        now_s = clock()
        reports = link.poll(now_s)
        for report in reports:
            history.add(_check(report))
        notice = _notice(link, now_s)
        if history.report is None and link.silent_s(now_s) >= _PATIENCE_S:
            raise Failure(f"no answer: {link.error or 'wrong port, or no modem runs there'}")
        changed = history.report is not None and (reports or notice != last_notice)
        last_notice = notice
        yield Frame(history, port, notice) if changed else None


def _check(report):
    """Return the report, or raise Failure if the modem has refused it."""
    if report.refusal == _NO_MEMORY:
        raise Failure("the modem has no memory for a report")
    if report.refusal:
        raise Failure(f"the modem refuses to report: error {report.refusal}")
    return report


def _notice(link, now_s):
    """Return the view's notice about the serial line, or "" if the line works."""
    silent_s = int(link.silent_s(now_s))
    if silent_s < _PATIENCE_S and not link.error:
        return ""
    return f"no answer for {silent_s} s" + (f": {link.error}" if link.error else "")


def new_frames(link, port):
    """Yield each new Frame until the user ends the tool."""
    with exit_requests() as requested:
        for frame in frames(link, port):
            if requested():
                return
            if frame:
                yield frame


if __name__ == "__main__":
    sys.exit(main())
