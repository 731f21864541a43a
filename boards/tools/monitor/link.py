"""The modem's console: asks, hears reports, and opens again what has gone.

Each call of `turn` takes some 0.2 s at most, or `pause` does while there is no console.
"""

import termios

from .report import Reader

LOOK_S = 0.2  # how long bytes are awaited at once
ASK_AGAIN_S = 2  # after which a question has been lost: the modem looks once a second
OPEN_AGAIN_S = 1
GONE = (OSError, termios.error)
_QUESTION = b"?"


class Link:
    """open_line: returns a pyserial port, or raises OSError; so does this at the first time.
    trouble: why there is no console just now, or nothing."""

    def __init__(self, open_line, pause, now_s):
        self.trouble = ""
        self._open_line = open_line
        self._pause = pause
        self._heard_s = self._asked_s = now_s
        self._reader = Reader()
        self._begin(open_line(), now_s)

    def close(self):
        if self._line is not None:
            self._line.close()

    def silent_s(self, now_s):
        """Since a line of a report has come."""
        return now_s - self._heard_s

    def turn(self, now_s):
        """[Report] that have come."""
        try:
            if self._line is None:
                self._begin(self._open_line(), now_s)
            if now_s - self._asked_s >= ASK_AGAIN_S:
                self._ask(now_s)
            return self._hear(now_s)
        except GONE as error:
            self._lose(error)
            return []

    def _begin(self, line, now_s):
        """Half a report that had come is none; what others had asked for pyserial drops."""
        self._line = line
        self._reader = Reader()
        self.trouble = ""
        self._ask(now_s)

    def _ask(self, now_s):
        self._asked_s = now_s
        self._line.write(_QUESTION)

    def _hear(self, now_s):
        """A report is asked for as soon as one is there: the modem looks once a second."""
        before = self._reader.lines
        reports = self._reader.feed(self._line.read(max(self._line.in_waiting, 1)))
        if self._reader.lines > before:
            self._heard_s = self._asked_s = now_s
        if reports:
            self._ask(now_s)
        return reports

    def _lose(self, error):
        self.trouble = str(error)
        self.close()
        self._line = None
        self._pause(OPEN_AGAIN_S)
