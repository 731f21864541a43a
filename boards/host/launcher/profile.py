"""Check and lock the files of --profile, so that one modem at a time uses a file.

The modem writes PATH.new and renames it to PATH. PATH.lock exists while a modem runs. The kernel
releases the lock when the launcher ends for any reason.
"""

import contextlib
import fcntl
import os

from .failure import Refused


class Profiles:
    """The locks on the profiles of all modems."""

    def __init__(self):
        self._locks = []

    def take(self, options):
        """Lock the profile of each modem, or raise Refused. close() unlocks the profiles.

        If options.profile is a symbolic link, the option is changed to the link's target, because
        the modem's rename would replace the link.
        """
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
        """Unlock all profiles."""
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
    """Raise Refused unless the profile is missing or readable, and can be replaced."""
    if os.path.lexists(profile):
        if os.path.islink(profile) or not os.path.isfile(profile):
            raise Refused(f"--profile {profile}: not a file")
        if not os.access(profile, os.R_OK):
            raise Refused(f"--profile {profile}: cannot be read")
    if os.path.isdir(f"{profile}.new"):
        raise Refused(f"--profile {profile}: the folder {profile}.new is in the way")


def _locked(path):
    """Lock a file and return its descriptor. Raises BlockingIOError if the file is locked.

    Tries again if another process has unlinked the file before it was locked.
    """
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
