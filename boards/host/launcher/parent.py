"""The process that --until names, most often a test runner: with it the launcher ends, too.

However it ends: a pidfd becomes readable when a process has gone, killed or not. Without --until
nothing is watched, so that a launcher that was started to stay (nohup) does.
"""

import os
import select
import shutil

from .eventloop import READ
from .failure import Refused


class Parent:
    """Calls on_end() at its end. `scratch`: a folder of its, removed by close() if it has gone."""

    def __init__(self, pid, scratch, loop, on_end):
        self._scratch = scratch
        self._loop = loop
        self._fd = None
        self._ended = False
        if pid is None:
            return
        try:
            self._fd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._ended = True
            loop.after(0, on_end)
        except OSError as error:
            raise Refused(f"--until {pid}: {error.strerror}") from error
        else:
            loop.watch(self._fd, READ, lambda _events: on_end())

    def close(self):
        """Last of all: nothing is in the folder any more that somebody uses."""
        if self._fd is not None:
            self._loop.unwatch(self._fd)
            self._ended = bool(select.select([self._fd], [], [], 0)[0])
            os.close(self._fd)
        if self._ended and self._scratch and os.path.isdir(self._scratch):
            shutil.rmtree(self._scratch)
