"""After the reset: the console says that the modem has started, or the modem answers its DTE."""

import contextlib
import re
import time

import serial

from . import Failure
from .link import LOST

_STARTED = re.compile(rb"wipmodem: \S+ started\r?\n")
_ERROR = re.compile(rb"Traceback \(most recent call last\):\r?\n(?: .*\n)*(\S.*?)\r?\n")
_PROMPT = b">>> "
_TURN_S = 0.5
_IDENTITY = re.compile(rb"(wipmodem [^\r\n]+)\r\n\r\nOK\r\n")


def started(port, patience_s):
    """Has the console shown the start? False if it showed nothing; Failure if it failed."""
    said = b""
    for piece in _hear(port, patience_s):
        said += piece
        if _STARTED.search(said):
            return True
        error = _ERROR.search(said)
        if error or said.endswith(_PROMPT):
            reason = error[1].decode(errors="replace") if error else "main.py has ended"
            raise Failure(f"the modem does not start: {reason}")
    return False


def ask(port, speed, patience_s):
    """The answer of the running modem to ATI, on its DTE's line."""
    said = b""
    for piece in _hear(port, patience_s, speed, b"ATI\r"):
        said += piece
        identity = _IDENTITY.search(said)
        if identity:
            return identity[1].decode()
    raise Failure(f"the modem does not answer on {port}")


def _hear(port, patience_s, speed=115200, question=b""):
    """What comes, b"" where nothing does; the port may vanish and come back."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        with contextlib.suppress(*LOST), _open(port, speed) as line:
            while time.monotonic() < deadline:
                line.write(question)
                yield line.read(max(line.in_waiting, 1))
        time.sleep(_TURN_S / 2)


def _open(port, speed):
    return serial.serial_for_url(port, speed, timeout=_TURN_S, exclusive=True)
