"""What the launcher has to say, one line each, on stderr or in the log file."""

import sys


class Journal:
    """`say` always speaks, `detail` only when verbose, `fail` also to the user at the terminal.

    A line that cannot be written is counted in `lost`: once the terminal is gone there is nobody
    left to tell, and the end of everything else must not depend on it.
    """

    def __init__(self, verbose=False, file=None, about=""):
        self.verbose = verbose
        self.lost = 0
        self._file = file
        self._about = about  # what each line begins with

    def about(self, whom):
        """The same journal for one of many."""
        return Journal(self.verbose, self._file, f"{whom}: ")

    def fileno(self):
        """Where the modem's own stderr goes."""
        return (self._file or sys.stderr).fileno()

    def say(self, text):
        self._write(self._file or sys.stderr, self._about + text)

    def detail(self, text):
        if self.verbose:
            self.say(text)

    def fail(self, failure):
        if self._file:
            self._write(self._file, failure)
        self._write(sys.stderr, failure)

    def _write(self, stream, text):
        try:
            stream.write(f"wipmodem: {text}\n")
            stream.flush()
        except OSError:
            self.lost += 1
