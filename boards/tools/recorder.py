"""Show the flight recorder of a modem: `make recorder`, `make recorder PORT=/dev/ttyUSB0`.

    python -m boards.tools.recorder [--port PORT] [--speed 115200]

Without PORT the tool uses the console of the modem that runs on this PC; the modem can be in use.
PORT is a console, or the modem's host line while the modem is in command mode. It is a name that
pyserial accepts: a device, a pty, rfc2217://127.0.0.1:7001; or auto, the first USB serial port.
"""

import argparse
import sys
import time

import serial

from . import ports

_PREFIX = b"+WIPXLOG: "
_REPORT = b"+WIPXHEALTH: "  # start of a line that only the report of a console contains
_ENDS = (b"OK", b"ERROR")
_PATIENCE_S = 5  # longest time in s without a byte
_ALL = 64  # maximum number of entries that a modem keeps
# Pause in s, after which a console reports all entries again. A console does so after no program
# has requested a report for 3 s.
_AWAY_S = 4
_COLOURS = {"error": "31", "stall": "31", "start": "33", "urc": "36"}


class NoLog(Exception):
    """The error that the modem sends no log. Its text is one line for the user."""


def read_log(line, sleep=time.sleep):
    """Return the entries of the flight recorder as a list of [time, kind, text].

    line: an open serial line with a read timeout. Raise NoLog if there is no usable response.
    """
    entries, console = _ask(line)
    complete = len(entries) == _ALL or (entries and entries[0][1] == "start")
    # The report omits entries that the console has already sent to another program.
    if console and not complete:
        sleep(_AWAY_S)
        entries, _ = _ask(line)
    return entries


def _ask(line):
    """Request the log. Return its entries, and True if the line is a console."""
    line.reset_input_buffer()
    line.write(b"AT+WIPXLOG?\r")
    entries = []
    console = False
    while True:
        answer = line.readline()
        if not answer.endswith(b"\n"):
            raise NoLog("no answer: wrong port, wrong speed, or the modem is in data mode")
        answer = answer.strip()
        console = console or answer.startswith(_REPORT)
        if answer.startswith(_PREFIX):
            entries.append(answer[len(_PREFIX) :].decode("ascii", "replace").split(",", 2))
        elif answer in _ENDS or answer.startswith(b"+CME ERROR"):
            if answer != b"OK":
                raise NoLog("this modem has no flight recorder")
            return entries, console


def format_log(entries, coloured):
    """Yield a title line and one line for each entry, with colour codes if `coloured`."""
    yield "s since start  kind   text"
    for when, kind, text in entries:
        row = f"{when:>13}  {kind:<5}  {text}"
        colour = _COLOURS.get(kind) if coloured else None
        yield f"\x1b[{colour}m{row}\x1b[0m" if colour else row


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog=ports.program("recorder"), description="Show the flight recorder of a modem."
    )
    parser.add_argument(
        "--port",
        help="the modem's console or host line, a name for pyserial; auto: the first USB port",
    )
    parser.add_argument("--speed", type=int, default=115200, help="bit/s (default %(default)s)")
    return parser.parse_args(arguments)


def main(arguments=None):
    """Show the log. Return the exit status, 0 or 1."""
    given = _options(arguments)
    port = given.port
    try:
        port = ports.resolve(port) or ports.console_on_pc("recorder", "/dev/ttyUSB0")
        with serial.serial_for_url(port, given.speed, timeout=_PATIENCE_S, exclusive=True) as line:
            entries = read_log(line)
    except ports.NoPort as error:
        return _failed(error)
    except (NoLog, ValueError) as error:
        return _failed(f"{port}: {error}")
    except ports.LOST as error:
        return _failed(ports.describe(port, error))
    print("\n".join(format_log(entries, sys.stdout.isatty())))
    return 0


def _failed(words):
    print(f"recorder: {words}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
