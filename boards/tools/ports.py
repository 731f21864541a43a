"""Serial ports for the tools: find the port that the user means, and explain why a port fails.

A port is a name that pyserial accepts (a device, a pty, rfc2217://HOST:PORT). As in mpremote,
`auto` is the first USB serial port, and `id:SERIAL` is the port of the device with this serial
number.
"""

import errno
import glob
import os
import sys
import tempfile
import termios

import serial.tools.list_ports

LOST = (OSError, termios.error)  # exceptions that pyserial raises when a port fails

_SERVED = "/tmp"  # default folder for the serial lines of make serve
# patterns for the consoles of make serve and make run
_CONSOLES = ("*.console", "wipmodem-*/*.console")
_REASONS = {
    errno.ENOENT: "does not exist",
    errno.EBUSY: "is in use by another program",
    errno.EAGAIN: "is in use by another program",
    errno.EACCES: "cannot be opened without permission: are you in the group dialout?",
    errno.ENOTTY: "is not a serial port",
    errno.EISDIR: "is not a serial port",
    errno.ENXIO: "is not a serial port",
    errno.ENODEV: "is not a serial port",
    errno.EIO: "does not answer: the device has been removed",
}


class NoPort(Exception):
    """The error that there is no suitable port. Its text is one line for the user."""


def resolve(port):
    """Return the device for `auto` or `id:SERIAL`, and any other port unchanged. Raise NoPort."""
    if port == "auto":
        found = [each.device for each in _usb() if os.access(each.device, os.R_OK | os.W_OK)]
        problem = "auto: there is no USB serial port that you have permission to open"
    elif port and port.startswith("id:"):
        found = [each.device for each in _usb() if each.serial_number == port[len("id:") :]]
        problem = f"{port}: no device has this serial number"
    else:
        return port
    if not found:
        raise NoPort(problem)
    return found[0]


def _usb():
    return sorted(each for each in serial.tools.list_ports.comports() if each.vid is not None)


def program(name):
    """Return the command that started the tool `name`: `wipmodem NAME` in the package."""
    return sys.argv[0] if sys.argv[0].startswith("wipmodem ") else name


def console_on_pc(name, example):
    """Return the console of the only modem that make serve or make run has started on this PC.

    name: the tool; example: a port for its usage line. Raise NoPort if there is not exactly one.
    """
    folders = {_SERVED, tempfile.gettempdir()}
    paths = {path for each in folders for path in _consoles(each)}
    packaged = sys.argv[0].startswith("wipmodem ")
    usage = f"{program(name)} --port {example}" if packaged else f"make {name} PORT={example}"
    if len(paths) > 1:
        found = ", ".join(sorted(paths))
        raise NoPort(f"several modems run on this PC: {found}; choose one: {usage}")
    if not paths:
        raise NoPort(f"no port given, and no modem runs on this PC: {usage}")
    return paths.pop()


def _consoles(folder):
    """Return the consoles in a folder, without symbolic links whose target does not exist."""
    paths = [path for name in _CONSOLES for path in glob.glob(os.path.join(folder, name))]
    return filter(os.path.exists, paths)


def permanent_problem(port):
    """Return the reason why a port can never open, or "" if it opens or may open later.

    A port in use may become free, and the port of a board in reset comes back.
    """
    if "://" in port:
        return ""
    try:
        line = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        in_use = error.errno in (errno.EBUSY, errno.EAGAIN)
        return "" if in_use else describe(port, error)
    try:
        termios.tcgetattr(line)
    except termios.error as error:
        return describe(port, error)
    finally:
        os.close(line)
    return ""


def describe(port, error):
    """Return one line of text about an error of a port."""
    reason = _REASONS.get(_number(error))
    return f"{port} {reason}" if reason else f"{port}: {error}"


def _number(error):
    """Return the errno of an error, 0 if unknown. pyserial turns some errors into plain text."""
    if isinstance(error.__context__, termios.error):
        error = error.__context__
    if isinstance(error, termios.error):
        return error.args[0]
    return getattr(error, "errno", 0) or 0
