"""The name under which hosts find the pty: a symbolic link that is ours as long as it says so."""

import os
import stat

from .failure import Refused


class Symlink:
    """Made at once or not at all; remove() leaves alone what has been put in its place since."""

    def __init__(self, path, target):
        self.path = path
        self._target = target
        try:
            if _is_stale(path, target):
                os.unlink(path)
            os.symlink(target, path)
        except FileExistsError:
            raise Refused(f"pty:{path}: {_what_is_there(path)}") from None
        except OSError as error:
            raise Refused(f"pty:{path}: {error.strerror}") from error

    def remove(self):
        if _target_of(self.path) == self._target:
            os.unlink(self.path)


def _is_stale(path, target):
    """A link left behind: it leads nowhere, or to a pty that died, or that is now our own."""
    there = _target_of(path)
    if there is None:
        return False
    return there == target or not os.path.exists(path) or _is_dead_pty(there)


def _is_dead_pty(name):
    if not name.startswith("/dev/pts/"):
        return False
    try:
        os.close(os.open(name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
    except PermissionError:
        # Somebody else's terminal, very much alive.
        return False
    except OSError:
        return True
    return False


def _target_of(path):
    """Where the link leads, None when it is no link."""
    try:
        return os.readlink(path)
    except OSError:
        return None


def _what_is_there(path):
    target = _target_of(path)
    if target:
        return f"in use already (it leads to {target})"
    if stat.S_ISDIR(os.lstat(path).st_mode):
        return "a directory of that name exists"
    return "a file of that name exists"
