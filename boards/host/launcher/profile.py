"""The file of --profile: one modem has it at a time, and it can be written, or nothing starts.

The modem writes PATH.new and renames it. PATH.lock stands beside it while a modem runs; the lock
on it ends with the launcher, however that ends.
"""

import contextlib
import fcntl
import os

from .failure import Refused


class Profiles:
    """The locks on the profiles of all modems, from take() to close()."""

    def __init__(self):
        self._locks = []

    def take(self, options):
        """All of them, or Refused. `options.profile` becomes the path of the file itself where it
        was a symbolic link, which the rename would replace."""
        if not options.profile:
            return
        if options.count == 1:
            options.profile = os.path.realpath(options.profile)
            paths = [options.profile]
        else:
            numbers = range(1, options.count + 1)
            paths = [options.profile.replace("%d", str(number)) for number in numbers]
        for path in paths:
            self._locks.append(_Lock(path))

    def close(self):
        while self._locks:
            self._locks.pop().close()


class _Lock:
    def __init__(self, profile):
        self._path = f"{profile}.lock"
        try:
            _check(profile)
            self._fd = _locked(self._path)
        except BlockingIOError:
            raise Refused(f"--profile {profile}: another modem uses it") from None
        except OSError as error:
            raise Refused(f"--profile {profile}: {error.strerror}") from error

    def close(self):
        os.unlink(self._path)
        os.close(self._fd)


def _check(profile):
    """There is nothing, or a file that can be read, and nothing in the way of a new one."""
    if os.path.lexists(profile):
        if os.path.islink(profile) or not os.path.isfile(profile):
            raise Refused(f"--profile {profile}: not a file")
        if not os.access(profile, os.R_OK):
            raise Refused(f"--profile {profile}: cannot be read")
    if os.path.isdir(f"{profile}.new"):
        raise Refused(f"--profile {profile}: the folder {profile}.new is in the way")


def _locked(path):
    """The descriptor of the lock file, which another process may unlink until it is locked."""
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(fd), os.stat(path)):
                    return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
