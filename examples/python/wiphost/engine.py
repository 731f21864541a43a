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
# How data mode is left. An escape without an OK leaves it unknown whether the modem is in command
# mode. A second escape comes before AT, as AT would reach the peer if the first one has failed.
_WAYS_OUT = (b"+++", b"+++", b"AT\r", b"+++", b"AT\r")

_FAILED = re.compile(r"ERROR|\+CM[ES] ERROR: (\d+)")
# What was held back in data mode stands before the OK of the escape, each line in its frame.
_LEFT = re.compile(rb"((?:\r\n\+[A-Z]+: [^\r\n]+\r\n)*)\r\nOK\r\n")


class Engine:
    """`port` is a serial.Serial, or what has its timeout, in_waiting, read, write and flush.

    `strays` counts bytes that a peer may have received as data: the `+++` of escapes that had no
    OK, and the AT after them.
    """

    def __init__(self, port):
        self.urcs = collections.deque()
        self.strays = 0
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
        for _ in range(_ESCAPES):
            self._silence(SILENCE_S)
            self._port.write(b"+++")
            self._silence(SILENCE_S)
            # The first AT ends a line that was begun earlier: any result will do.
            self._answers()
            if self._answers():
                break
        self.ask("ATE0")

    def _answers(self):
        """Return True if AT is answered with OK."""
        with contextlib.suppress(CommandError, NoAnswer):
            self.ask("AT", 1)
            return True
        return False

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
        """Return the peer's bytes up to the OK of the escape; lines of the modem go to `urcs`.

        Raises EscapeFailed.
        """
        data = bytearray()
        for way in _WAYS_OUT:
            data += self._escape() if way == b"+++" else self._probe(way)
            deadline = time.monotonic() + _LATEST_S
            while not (left := self._end_of_data()) and self._more(deadline):
                pass
            if left:
                return bytes(data + self._split(left))
            self.strays += len(way)
        raise EscapeFailed("+++")

    def _escape(self):
        """Send `+++` after a silence. Return the bytes that came before the modem can have left.

        This process may be delayed at any point: the time is taken before the plusses are sent,
        and after bytes were read. So the OK is never among the returned bytes.
        """
        data = self._silence(SILENCE_S)
        earliest = time.monotonic() + EARLIEST_S
        self._port.write(b"+++")
        self._port.flush()
        early = 0
        while self._more(earliest) and time.monotonic() < earliest:
            early = len(self._came)
        data += self._came[:early]
        del self._came[:early]
        return data

    def _probe(self, command):
        """Send a command that only command mode answers. Return the bytes that came before it."""
        data = bytes(self._came)
        self._came.clear()
        self._port.write(command)
        return data

    def _end_of_data(self):
        """Return the match of the modem's lines and OK, or None. The last one counts: a peer's
        bytes may look the same, and nothing of the peer's comes after the modem's OK."""
        ends = list(_LEFT.finditer(self._came))
        return ends[-1] if ends else None

    def _split(self, left):
        """Take the modem's lines out of what came. Return the peer's bytes before them."""
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
