"""The connection to the modem's console: request reports, read them, and reopen a lost port.

Each call of `poll` takes about 0.2 s at most; while the port is missing it calls `pause`.
"""

import termios

from .report import Reader

LOOK_S = 0.2  # read timeout of the port in s
# Time in s after which a request without a response counts as lost. The modem checks for requests
# once a second.
ASK_AGAIN_S = 2
OPEN_AGAIN_S = 1  # pause in s before the next attempt to open the port
GONE = (OSError, termios.error)  # exceptions that pyserial raises when the port is lost
_REQUEST = b"?"


class Link:
    """The open console of a modem.

    open_line: function that returns a pyserial port or raises OSError; pause: function that waits
    for a number of seconds; now_s: present time in s. The constructor opens the port, and raises
    OSError if the port cannot be opened.
    """

    def __init__(self, open_line, pause, now_s):
        self.error = ""  # reason why the port is missing, or "" while the port is open
        self._open_line = open_line
        self._pause = pause
        self._read_s = self._asked_s = now_s  # time in s of the last line and of the last request
        self._reader = Reader()
        self._begin(open_line(), now_s)

    def close(self):
        """Close the port, if it is open."""
        if self._line is not None:
            self._line.close()

    def silent_s(self, now_s):
        """Return the seconds since the last line of a report."""
        return now_s - self._read_s

    def poll(self, now_s):
        """Read the port and send a request if needed. Return the list of new Reports."""
        try:
            if self._line is None:
                self._begin(self._open_line(), now_s)
            if now_s - self._asked_s >= ASK_AGAIN_S:
                self._ask(now_s)
            return self._read(now_s)
        except GONE as error:
            self._lose(error)
            return []

    def _begin(self, line, now_s):
        """Start to read a port that was just opened. Drop an incomplete report from before."""
        self._line = line
        self._reader = Reader()
        self.error = ""
        self._ask(now_s)

    def _ask(self, now_s):
        self._asked_s = now_s
        self._line.write(_REQUEST)

    def _read(self, now_s):
        """Read reports, and request the next report after each one.

        The request is sent at once, because the modem checks for requests only once a second.
        """
        before = self._reader.lines
        reports = self._reader.feed(self._line.read(max(self._line.in_waiting, 1)))
        if self._reader.lines > before:
            self._read_s = self._asked_s = now_s
        if reports:
            self._ask(now_s)
        return reports

    def _lose(self, error):
        """Close the port after an error, and wait before the next attempt."""
        self.error = str(error)
        self.close()
        self._line = None
        self._pause(OPEN_AGAIN_S)
