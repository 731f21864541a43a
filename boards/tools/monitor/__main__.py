"""Shows a modem at work, live: `make monitor PORT=/dev/ttyACM0`; q or Ctrl-C leaves."""

import argparse
import contextlib
import signal
import sys
import time

import serial
from rich.console import Console
from rich.live import Live

from . import Failure
from .history import History
from .keyboard import keys
from .link import GONE, LOOK_S, Link
from .view import Frame

_PATIENCE_S = 5
_NO_MEMORY = 802


def main(arguments=None):
    given = _options(arguments)
    if not given.port:
        print("monitor: PORT is missing: make monitor PORT=/dev/ttyACM0", file=sys.stderr)
        return 1
    try:
        with contextlib.closing(_link(given)) as link:
            show = once if given.once or not sys.stdout.isatty() else live
            show(link, given.port)
    except (Failure, ValueError, *GONE) as error:
        print(f"monitor: {given.port}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _options(arguments):
    parser = argparse.ArgumentParser(prog="monitor", description=__doc__)
    parser.add_argument("--port", required=True, help="the modem's console, as pyserial takes it")
    parser.add_argument("--speed", type=int, default=115200, help="(%(default)s)")
    parser.add_argument("--once", action="store_true", help="one frame, on no full screen")
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


def once(link, port):
    """The first frame, with all that there is."""
    frame = next(filter(None, frames(link, port)))
    Console().print(frame, height=frame.height())


def live(link, port):
    """Who is told to end leaves the terminal as it was, too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with keys() as leaving, Live(screen=True, auto_refresh=False) as screen:
        for frame in frames(link, port):
            if leaving():
                return
            if frame:
                screen.update(frame, refresh=True)


if __name__ == "__main__":
    sys.exit(main())
