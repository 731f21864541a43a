"""Runs other programs: what they say goes to a log, and what went wrong to the person."""

import re
import subprocess

from . import Failure

_ERROR = re.compile(r"(^|[\s:])(fatal )?error:? |\w+Error: |^E: ", re.IGNORECASE)
_LONGEST = 200


class Log:
    """All output of one build, in a file."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("w")

    def run(self, what, command, watch=None, **options):
        """Run a command to its end; `watch` is given each line. Fails if the command does."""
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
    """The first line that names an error, with what it announces; else the last line."""
    lines = [line.strip() for line in lines if line.strip()] or ["it said nothing"]
    named = [at for at, line in enumerate(lines) if _ERROR.search(line)]
    if not named:
        return lines[-1][:_LONGEST]
    first, last = named[0], named[0]
    if lines[first].endswith(":") and named[1:]:
        last = named[1]
    return " ".join(lines[first : last + 1])[:_LONGEST]
