"""Serial ports of the tools: which one is meant, and why one does not open.

A port is what pyserial takes (a device, a pty, rfc2217://HOST:PORT), or as with mpremote `auto`,
the first USB serial port, or `id:SERIAL`, the one of the device with this serial number.
"""

import errno
import glob
import os
import sys
import tempfile
import termios

import serial.tools.list_ports

LOST = (OSError, termios.error)

_SERVED = "/tmp"  # where make serve has its line unless it is told another place
_HERE = ("*.console", "wipmodem-*/*.console")  # of make serve, of make run
_REASONS = {
    errno.ENOENT: "does not exist",
    errno.EBUSY: "is in use by another program",
    errno.EAGAIN: "is in use by another program",
    errno.EACCES: "may not be opened by you: are you in the group dialout?",
    errno.ENOTTY: "is not a serial port",
    errno.EISDIR: "is not a serial port",
    errno.ENXIO: "is not a serial port",
    errno.ENODEV: "is not a serial port",
    errno.EIO: "does not answer: the device has gone",
}


class NoPort(Exception):
    """What the user is told."""


def named(port):
    """The port that is meant: `auto` and `id:SERIAL` are looked up. Raises NoPort."""
    if port == "auto":
        found = [each.device for each in _usb() if os.access(each.device, os.R_OK | os.W_OK)]
        trouble = "auto: there is no USB serial port that you may open"
    elif port and port.startswith("id:"):
        found = [each.device for each in _usb() if each.serial_number == port[len("id:") :]]
        trouble = f"{port}: no device has this serial number"
    else:
        return port
    if not found:
        raise NoPort(trouble)
    return found[0]


def _usb():
    return sorted(each for each in serial.tools.list_ports.comports() if each.vid is not None)


def program(name):
    """What the user has typed to start this tool."""
    return sys.argv[0] if sys.argv[0].startswith("wipmodem ") else name


def console_here(name, example):
    """The console of the only modem on this PC, for the tool of this name; make serve and make run
    put theirs where temporary files are. `example`: another port. Raises NoPort."""
    folders = {_SERVED, tempfile.gettempdir()}
    paths = {path for each in folders for path in _consoles(each)}
    packaged = sys.argv[0].startswith("wipmodem ")
    hint = f"{program(name)} --port {example}" if packaged else f"make {name} PORT={example}"
    if len(paths) > 1:
        raise NoPort(f"several modems run here: {', '.join(sorted(paths))}; say which: {hint}")
    if not paths:
        raise NoPort(f"no port is given, and no modem runs here: {hint}")
    return paths.pop()


def _consoles(folder):
    """Links that lead nowhere are none."""
    paths = [path for name in _HERE for path in glob.glob(os.path.join(folder, name))]
    return filter(os.path.exists, paths)


def hopeless(port):
    """Why this port will not open, however long one waits; "" if it may. Another program may
    leave it, and a board that starts anew comes back."""
    if "://" in port:
        return ""
    try:
        line = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        waits = error.errno in (errno.EBUSY, errno.EAGAIN)
        return "" if waits else told(port, error)
    try:
        termios.tcgetattr(line)
    except termios.error as error:
        return told(port, error)
    finally:
        os.close(line)
    return ""


def told(port, error):
    """One line about a port that does not open, or was lost."""
    reason = _REASONS.get(_number(error))
    return f"{port} {reason}" if reason else f"{port}: {error}"


def _number(error):
    """Of the system's error, 0 if there is none. pyserial has made text of some."""
    if isinstance(error.__context__, termios.error):
        error = error.__context__
    if isinstance(error, termios.error):
        return error.args[0]
    return getattr(error, "errno", 0) or 0
