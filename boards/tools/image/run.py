"""Run other programs, write their output to a log, and find the reason of a failure."""

import re
import subprocess

from . import Failure

_ERROR = re.compile(r"(^|[\s:])(fatal )?error:? |\w+Error: |^E: ", re.IGNORECASE)
_LONGEST = 200  # maximum length in characters of the error reason that the user sees


class Log:
    """A log file with all output of one build."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("w")

    def run(self, what, command, watch=None, **options):
        """Run a command and wait for its end. Raise Failure if the command fails.

        what: name of the step for the error; watch: function that gets each line of output;
        options: for subprocess.Popen.
        """
        lines = []
        with subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **options,
        ) as process:
            for line in process.stdout:
                self._file.write(line)
                lines.append(line)
                if watch:
                    watch(line)
        self._file.flush()
        if process.returncode:
            raise Failure(f"{what} failed: {_reason(lines)} (see {self.path})")


def _reason(lines):
    """Return the first line of output with an error.

    If that line ends in a colon, the next line is appended. If no line has an error, return the
    last line.
    """
    lines = [line.strip() for line in lines if line.strip()] or ["no output"]
    errors = [at for at, line in enumerate(lines) if _ERROR.search(line)]
    if not errors:
        return lines[-1][:_LONGEST]
    first, last = errors[0], errors[0]
    if lines[first].endswith(":") and errors[1:]:
        last = errors[1]
    return " ".join(lines[first : last + 1])[:_LONGEST]
