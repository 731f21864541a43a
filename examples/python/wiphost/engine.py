"""The AT engine: commands and their results, unsolicited lines, data mode and the way out of it.

All waits have a deadline. Unsolicited lines are put into `urcs`, whenever they come.
"""

import collections
import contextlib
import re
import time

from . import urc
from .errors import CommandError, EscapeFailed, NoAnswer

ANSWER_S = 5.0
# The modem's guard is a second. We keep silent longer, and listen for its OK a little earlier.
SILENCE_S = 1.2
EARLIEST_S = 0.9
_LATEST_S = 3
_ESCAPES = 3

_FAILED = re.compile(r"ERROR|\+CM[ES] ERROR: (\d+)")
# What was held back in data mode stands before the OK of the escape, each line in its frame.
_LEFT = re.compile(rb"((?:\r\n\+[A-Z]+: [^\r\n]+\r\n)*)\r\nOK\r\n")


class Engine:
    """`port` is a serial.Serial, or what has its timeout, in_waiting, read, write and flush."""

    def __init__(self, port):
        self.urcs = collections.deque()
        self._port = port
        self._came = bytearray()  # from the modem, not yet looked at

    # Command mode

    def ask(self, command, limit_s=ANSWER_S, answer=""):
        """Do a command; gives the lines that stand before its OK or CONNECT.

        answer: lines that begin so are the answer, even if they look like unsolicited ones.
        Raises CommandError and NoAnswer.
        """
        self._port.write(command.encode("latin-1") + b"\r")
        deadline = time.monotonic() + limit_s
        lines = []
        while (line := self._line(deadline)) not in ("OK", "CONNECT"):
            if line is None:
                raise NoAnswer(command)
            if failed := _FAILED.fullmatch(line):
                raise CommandError(command, int(failed[1] or 0))
            if answer and line.startswith(answer):
                lines.append(line)
            elif line != command and not self._unsolicited(line):
                lines.append(line)
        return lines

    def listen(self, limit_s):
        """Wait for a line that comes unasked; False if there was none."""
        line = self._line(time.monotonic() + limit_s)
        if line is None:
            return False
        self._unsolicited(line)
        return True

    def wake(self):
        """To command mode, whatever went before. Raises NoAnswer."""
        self._silence(SILENCE_S)
        self._port.write(b"+++")
        self._silence(SILENCE_S)
        # The first ends a line that somebody has begun: any result will do.
        for _ in range(2):
            with contextlib.suppress(CommandError, NoAnswer):
                self.ask("AT", 1)
        self.ask("ATE0")

    # Data mode

    def visit(self, command, data, complete):
        """Go to data mode by this command, send, receive, leave. Gives all bytes that came.

        complete(bytes) says whether what has come will do; it is not asked for longer than
        ANSWER_S. Raises CommandError, NoAnswer, EscapeFailed.
        """
        self.ask(command)
        self._port.write(data)
        self._port.flush()
        deadline = time.monotonic() + ANSWER_S
        while not complete(self._came) and self._more(deadline):
            pass
        return self._leave()

    def _leave(self):
        """What came until the OK of the escape, without the lines that belong to the modem.

        Until EARLIEST_S after the plusses the modem cannot have left: all is the peer's.
        """
        data = bytearray()
        for _ in range(_ESCAPES):
            data += self._silence(SILENCE_S)
            self._port.write(b"+++")
            self._port.flush()
            data += self._silence(EARLIEST_S)
            deadline = time.monotonic() + _LATEST_S
            while not (left := _LEFT.search(self._came)) and self._more(deadline):
                pass
            if left:
                return bytes(data + self._split(left))
        raise EscapeFailed("+++")

    def _split(self, left):
        data = self._came[: left.start()]
        for line in left[1].decode("latin-1").split("\r\n"):
            self._unsolicited(line)
        del self._came[: left.end()]
        return data

    # Bytes and lines

    def _silence(self, seconds):
        """Say nothing so long; what came meanwhile."""
        deadline = time.monotonic() + seconds
        while self._more(deadline):
            pass
        came = bytes(self._came)
        self._came.clear()
        return came

    def _unsolicited(self, line):
        if told := urc.parse(line):
            self.urcs.append(told)
        return told is not None

    def _line(self, deadline):
        """The next line that is not empty; None if the deadline passes."""
        while True:
            end = self._came.find(b"\n")
            if end >= 0:
                line = self._came[:end].strip(b"\r").decode("latin-1")
                del self._came[: end + 1]
                if line:
                    return line
            elif not self._more(deadline):
                return None

    def _more(self, deadline):
        """Read what there is, or wait for it; how many bytes that were."""
        self._port.timeout = max(0, deadline - time.monotonic())
        came = self._port.read(max(1, self._port.in_waiting))
        self._came += came
        return len(came)
