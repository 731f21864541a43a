"""Show the flight recorder of a modem, over its own line: `make recorder PORT=/dev/ttyUSB0`.

    python -m boards.tools.recorder --port PORT [--speed 115200]

PORT is what pyserial takes: a device, a pty, rfc2217://127.0.0.1:7001. The modem has to be in
command mode.
"""

import argparse
import sys

import serial
from rich.console import Console
from rich.table import Table

_PREFIX = b"+WIPXLOG: "
_ENDS = (b"OK", b"ERROR")
_PATIENCE_S = 5  # of silence
_COLOURS = {"error": "red", "stall": "red", "start": "bold yellow", "urc": "cyan"}


class Silent(Exception):
    """What the user is told."""


def read_log(line):
    """[(time, kind, text)] of a modem on an open serial line, whose read times out."""
    line.reset_input_buffer()
    line.write(b"AT+WIPXLOG?\r")
    entries = []
    while True:
        said = line.readline()
        if not said.endswith(b"\n"):
            raise Silent("no answer: wrong port, wrong speed, or the modem is in data mode")
        said = said.strip()
        if said.startswith(_PREFIX):
            entries.append(said[len(_PREFIX) :].decode("ascii", "replace").split(",", 2))
        elif said in _ENDS or said.startswith(b"+CME ERROR"):
            if said != b"OK":
                raise Silent("this modem has no flight recorder")
            return entries


def table(entries):
    shown = Table("s since start", "what", "text", box=None)
    for time, kind, text in entries:
        shown.add_row(time, kind, text, style=_COLOURS.get(kind))
    return shown


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="recorder", description=__doc__.splitlines()[0])
    parser.add_argument("--port", required=True, help="the modem's own line, as pyserial takes it")
    parser.add_argument("--speed", type=int, default=115200, help="(%(default)s)")
    given = parser.parse_args(arguments)
    if not given.port:
        print("recorder: PORT is missing: make recorder PORT=/dev/ttyUSB0", file=sys.stderr)
        return 1
    try:
        with serial.serial_for_url(given.port, given.speed, timeout=_PATIENCE_S) as line:
            entries = read_log(line)
    except (Silent, OSError, ValueError) as error:
        print(f"recorder: {given.port}: {error}", file=sys.stderr)
        return 1
    Console().print(table(entries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
