"""Show the flight recorder of a modem: `make recorder`, `make recorder PORT=/dev/ttyUSB0`.

    python -m boards.tools.recorder [--port PORT] [--speed 115200]

Without a port: the modem on this PC, if there is one, by its console, while it works. PORT is a
console, too, or the modem's own line; there the modem has to be in command mode. It is what
pyserial takes: a device, a pty, rfc2217://127.0.0.1:7001; or auto, the first USB serial port.
"""

import argparse
import sys
import time

import serial

from . import ports

_PREFIX = b"+WIPXLOG: "
_REPORT = b"+WIPXHEALTH: "  # a console tells more than the recorder
_ENDS = (b"OK", b"ERROR")
_PATIENCE_S = 5  # of silence
_ALL = 64  # entries that a modem keeps
_AWAY_S = 4  # a console tells all of them to whoever has not asked for 3 s
_COLOURS = {"error": "31", "stall": "31", "start": "33", "urc": "36"}


class Silent(Exception):
    """What the user is told."""


def read_log(line, sleep=time.sleep):
    """[(time, kind, text)] of a modem on an open serial line, whose read times out."""
    entries, console = _ask(line)
    complete = len(entries) == _ALL or (entries and entries[0][1] == "start")
    if console and not complete:  # another program has been told the rest
        sleep(_AWAY_S)
        entries, _ = _ask(line)
    return entries


def _ask(line):
    """The entries, and whether the line is a console."""
    line.reset_input_buffer()
    line.write(b"AT+WIPXLOG?\r")
    entries = []
    console = False
    while True:
        said = line.readline()
        if not said.endswith(b"\n"):
            raise Silent("no answer: wrong port, wrong speed, or the modem is in data mode")
        said = said.strip()
        console = console or said.startswith(_REPORT)
        if said.startswith(_PREFIX):
            entries.append(said[len(_PREFIX) :].decode("ascii", "replace").split(",", 2))
        elif said in _ENDS or said.startswith(b"+CME ERROR"):
            if said != b"OK":
                raise Silent("this modem has no flight recorder")
            return entries, console


def shown(entries, coloured):
    """A line each, below a title."""
    yield "s since start  what   text"
    for when, kind, text in entries:
        row = f"{when:>13}  {kind:<5}  {text}"
        colour = _COLOURS.get(kind) if coloured else None
        yield f"\x1b[{colour}m{row}\x1b[0m" if colour else row


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog=ports.program("recorder"), description="Show the flight recorder of a modem."
    )
    parser.add_argument(
        "--port", help="the modem's console or line, as pyserial takes it; auto: the first USB one"
    )
    parser.add_argument("--speed", type=int, default=115200, help="(%(default)s)")
    return parser.parse_args(arguments)


def main(arguments=None):
    given = _options(arguments)
    port = given.port
    try:
        port = ports.named(port) or ports.console_here("recorder", "/dev/ttyUSB0")
        with serial.serial_for_url(port, given.speed, timeout=_PATIENCE_S, exclusive=True) as line:
            entries = read_log(line)
    except ports.NoPort as error:
        return _failed(error)
    except (Silent, ValueError) as error:
        return _failed(f"{port}: {error}")
    except ports.LOST as error:
        return _failed(ports.told(port, error))
    print("\n".join(shown(entries, sys.stdout.isatty())))
    return 0


def _failed(words):
    print(f"recorder: {words}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
