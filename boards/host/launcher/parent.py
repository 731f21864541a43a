"""End the launcher together with the process that --until names, usually a test runner.

A pidfd becomes readable when its process ends for any reason. Without --until no process is
watched, so that a launcher can stay after its shell has ended (nohup).
"""

import os
import select
import shutil

from .eventloop import READ
from .failure import Refused


class Parent:
    """A watch on the process with the number `pid`."""

    def __init__(self, pid, scratch, loop, on_end):
        """Call on_end() in the loop when the process ends. Raises Refused.

        pid: number of the process, or None to watch no process; scratch: a folder of the process,
        or None. close() removes the folder if the process has ended.
        """
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
        """Remove the folder if the process has ended.

        Called when no file in the folder is in use.
        """
        if self._fd is not None:
            self._loop.unwatch(self._fd)
            self._ended = bool(select.select([self._fd], [], [], 0)[0])
            os.close(self._fd)
        if self._ended and self._scratch and os.path.isdir(self._scratch):
            shutil.rmtree(self._scratch)
