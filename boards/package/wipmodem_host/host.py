"""The host's end of a line: commands with their answers, and lines that come unasked."""

import re
import time
from typing import NamedTuple

_RESULT = re.compile(r"OK|ERROR|\+CM[ES] ERROR: \d+|CONNECT( .*)?")
_OF_A_CALL = re.compile(r"NO CARRIER|BUSY|NO ANSWER|NO DIALTONE")
_CALL = re.compile(r"AT[ADO]", re.IGNORECASE)
_NAME = re.compile(r"\+([A-Z]+): ")


class Answer(NamedTuple):
    """The lines before the result, and the result: OK, ERROR, +CME ERROR: 838, CONNECT."""

    lines: list[str]
    result: str


class Host:
    """`line` is an open pyserial port. Its results have to be words (V1, Q0). `urcs` are the
    unsolicited lines that came and that no wait() has taken, the oldest first.

    No byte behind a result is read: after CONNECT they are data, on `line`.
    """

    def __init__(self, line, patience_s):
        self.line = line
        self.urcs = []
        self._patience_s = patience_s
        self._command = ""
        self._came = bytearray()  # of the line under way

    def close(self):
        self.line.close()

    def ask(self, command, patience_s=None):
        """Send a command; its Answer, whatever the result is. An echo is no part of it.

        A line `+NAME: ...` whose NAME is not in the command has come unasked. AssertionError,
        with what came, if there is no result in time. Not for AT+WIPXSEND and AT+WIPXRECV.
        """
        self._command = self._command if command.upper() == "A/" else command
        self.line.write(command.encode("latin-1") + (b"" if command.upper() == "A/" else b"\r"))
        lines = []
        for said in self._lines(patience_s, f"{command}: no result"):
            if said == command:  # the echo: what stands before it came unasked
                self.urcs += lines
                lines = []
            elif self._is_result(said):
                return Answer(lines, said)
            elif self._is_unasked(said):
                self.urcs.append(said)
            else:
                lines.append(said)
        raise AssertionError  # not reached: _lines() ends by raising

    def wait(self, beginning, patience_s=None):
        """The oldest unsolicited line that begins so; those that do not stay in `urcs`.

        AssertionError, with what came, if there is none in time.
        """
        for said in self.urcs:
            if said.startswith(beginning):
                self.urcs.remove(said)
                return said
        for said in self._lines(patience_s, f"no line {beginning!r}"):
            if said.startswith(beginning):
                return said
            self.urcs.append(said)
        raise AssertionError  # not reached

    def _is_result(self, said):
        calls = _CALL.match(self._command) and _OF_A_CALL.fullmatch(said)
        return bool(calls or _RESULT.fullmatch(said))

    def _is_unasked(self, said):
        name = _NAME.match(said)
        if name:
            return name[1] not in self._command.upper()
        return said == "RING" or bool(_OF_A_CALL.fullmatch(said))

    def _lines(self, patience_s, complaint):
        """Each line that comes, as long as one is wanted, but for empty ones."""
        patience_s = self._patience_s if patience_s is None else patience_s
        deadline = time.monotonic() + patience_s
        before = self.line.timeout
        self._wait_at_most(patience_s)
        came = bytearray()
        try:
            while True:
                byte = self.line.read(1)
                came += byte
                late = not byte or time.monotonic() > deadline
                assert not late, f"{complaint} in time, but {bytes(came)!r} came"
                if said := self._line_that_ends(byte):
                    yield said
        finally:
            self._wait_at_most(before)

    def _wait_at_most(self, seconds):
        """pyserial sets up the whole port for that, which takes its time with RFC 2217."""
        if self.line.timeout != seconds:
            self.line.timeout = seconds

    def _line_that_ends(self, byte):
        """The line, "" as long as it has no end, or if it is empty."""
        self._came += byte
        if byte != b"\n":
            return ""
        said = self._came.strip(b"\r\n").decode("latin-1")
        self._came.clear()
        return said
