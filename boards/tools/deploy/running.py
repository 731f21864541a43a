"""Checks after the reset: the console reports the start, or the modem answers on its host line."""

import contextlib
import re
import time

import serial

from . import Failure
from .link import LOST

_STARTED = re.compile(rb"wipmodem: \S+ started\r?\n")
_ERROR = re.compile(rb"Traceback \(most recent call last\):\r?\n(?: .*\n)*(\S.*?)\r?\n")
_PROMPT = b">>> "
_TURN_S = 0.5  # longest wait in s for bytes before ATI is sent again
_IDENTITY = re.compile(rb"(wipmodem [^\r\n]+)\r\n\r\nOK\r\n")


def started(port, patience_s):
    """Return True if the console reports the start within patience_s seconds, otherwise False.

    Raise Failure if the console shows an error or the REPL's prompt.
    """
    output = b""
    for piece in _read(port, patience_s):
        output += piece
        if _STARTED.search(output):
            return True
        error = _ERROR.search(output)
        if error or output.endswith(_PROMPT):
            reason = error[1].decode(errors="replace") if error else "main.py has ended"
            raise Failure(f"the modem does not start: {reason}")
    return False


def ask(port, speed, patience_s):
    """Send ATI on the host line of the running modem and return the response.

    port, speed: name of the line and its speed in bit/s. Raise Failure after patience_s seconds
    without a response.
    """
    output = b""
    for piece in _read(port, patience_s, speed, b"ATI\r"):
        output += piece
        identity = _IDENTITY.search(output)
        if identity:
            return identity[1].decode()
    raise Failure(f"the modem does not answer on {port}")


def _read(port, patience_s, speed=115200, question=b""):
    """Yield received bytes, or b"" if none have arrived. Reopen the port after it disappeared."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        with contextlib.suppress(*LOST), _open(port, speed) as line:
            while time.monotonic() < deadline:
                line.write(question)
                yield line.read(max(line.in_waiting, 1))
        time.sleep(_TURN_S / 2)


def _open(port, speed):
    return serial.serial_for_url(port, speed, timeout=_TURN_S, exclusive=True)
