"""The public name of a pty: a symbolic link, such as /tmp/modem."""

import os
import stat

from .failure import Refused


class Symlink:
    """A symbolic link from `path` to the pty `target`."""

    def __init__(self, path, target):
        """Create the link; replace a stale one. Raises Refused if another file is in its place."""
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
        """Remove the link, unless another file has replaced it."""
        if _target_of(self.path) == self._target:
            os.unlink(self.path)


def _is_stale(path, target):
    """Return True if the path is a link to nothing, to a closed pty, or already to `target`."""
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
        # The pty exists and belongs to another user, so the link to the pty is in use.
        return False
    except OSError:
        return True
    return False


def _target_of(path):
    """Return the target of a link, or None if the path is no link."""
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
