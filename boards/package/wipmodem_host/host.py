"""The host's end of a serial line: commands with their responses, and unsolicited lines."""

import re
import time
from typing import NamedTuple

_RESULT = re.compile(r"OK|ERROR|\+CM[ES] ERROR: \d+|CONNECT( .*)?")
_CALL_RESULT = re.compile(r"NO CARRIER|BUSY|NO ANSWER|NO DIALTONE")
_CALL = re.compile(r"AT[ADO]", re.IGNORECASE)
_NAME = re.compile(r"\+([A-Z]+): ")


class Answer(NamedTuple):
    """The response to a command.

    lines: the lines before the result code; result: OK, ERROR, +CME ERROR: 838, CONNECT and so on.
    """

    lines: list[str]
    result: str


class Host:
    """A host program for tests, which sends commands and waits for responses.

    `line` is an open pyserial port. `urcs` is the list of unsolicited lines that no wait() has
    returned yet, the oldest first. Result codes must be verbose and enabled (V1, Q0). Host reads
    no byte after a result code, so after CONNECT a test can read the data from `line`.
    """

    def __init__(self, line, patience_s):
        """line: an open pyserial port; patience_s: default time limit of ask() and wait() in s."""
        self.line = line
        self.urcs = []
        self._patience_s = patience_s
        self._command = ""  # the last command, which A/ repeats
        self._partial = bytearray()  # received bytes of a line that is not complete yet

    def close(self):
        """Close the port."""
        self.line.close()

    def ask(self, command, patience_s=None):
        """Send a command and return its Answer, without the echo. An error is a normal result.

        A line `+NAME: ...` whose NAME is not in the command counts as unsolicited. Raises
        AssertionError, with the bytes received, if no result arrives in time. AT+WIPXSEND and
        AT+WIPXRECV, which carry data, are not supported.
        """
        self._command = self._command if command.upper() == "A/" else command
        self.line.write(command.encode("latin-1") + (b"" if command.upper() == "A/" else b"\r"))
        lines = []
        for line in self._lines(patience_s, f"{command}: no result"):
            if line == command:
                # This line is the echo. The lines before the echo are unsolicited.
                self.urcs += lines
                lines = []
            elif self._is_result(line):
                return Answer(lines, line)
            elif self._is_unsolicited(line):
                self.urcs.append(line)
            else:
                lines.append(line)
        raise AssertionError  # not reached, because _lines() always ends with an exception

    def wait(self, beginning, patience_s=None):
        """Return the oldest unsolicited line that starts with `beginning`, and remove it.

        Other lines stay in `urcs`. Raises AssertionError, with the bytes received, if no such line
        arrives in time.
        """
        for line in self.urcs:
            if line.startswith(beginning):
                self.urcs.remove(line)
                return line
        for line in self._lines(patience_s, f"no line {beginning!r}"):
            if line.startswith(beginning):
                return line
            self.urcs.append(line)
        raise AssertionError  # not reached, because _lines() always ends with an exception

    def _is_result(self, line):
        of_call = _CALL.match(self._command) and _CALL_RESULT.fullmatch(line)
        return bool(of_call or _RESULT.fullmatch(line))

    def _is_unsolicited(self, line):
        name = _NAME.match(line)
        if name:
            return name[1] not in self._command.upper()
        return line == "RING" or bool(_CALL_RESULT.fullmatch(line))

    def _lines(self, patience_s, complaint):
        """Yield each received line that is not empty.

        Raise AssertionError after patience_s seconds.
        """
        patience_s = self._patience_s if patience_s is None else patience_s
        deadline = time.monotonic() + patience_s
        before = self.line.timeout
        self._set_timeout(patience_s)
        came = bytearray()
        try:
            while True:
                byte = self.line.read(1)
                came += byte
                late = not byte or time.monotonic() > deadline
                assert not late, f"{complaint} in time, but {bytes(came)!r} came"
                if line := self._add(byte):
                    yield line
        finally:
            self._set_timeout(before)

    def _set_timeout(self, seconds):
        """Set the port's timeout if it differs. With RFC 2217 each setting takes long."""
        if self.line.timeout != seconds:
            self.line.timeout = seconds

    def _add(self, byte):
        """Add a byte to the current line. Return the line if it is complete, else ""."""
        self._partial += byte
        if byte != b"\n":
            return ""
        line = self._partial.strip(b"\r\n").decode("latin-1")
        self._partial.clear()
        return line
