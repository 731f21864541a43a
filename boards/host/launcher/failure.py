"""Errors that end the launcher, each with one line on stderr and an exit status."""

import contextlib
import errno

# The process, or the system, has no free descriptor, or the kernel has no memory for one.
_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Failure(Exception):
    """Base class. The text is the line that the user reads."""

    status = 1


class ModemDied(Failure):
    """The modem process ended unexpectedly, or did not start."""


class Refused(Failure):
    """An option cannot be met: a bad value, a port in use, a missing file."""

    status = 2


def is_short(error):
    """Return True if an OSError, or the cause of a Refused, is a lack of descriptors.

    The failed operation may succeed later.
    """
    return getattr(error.__cause__ or error, "errno", 0) in _NO_DESCRIPTOR


@contextlib.contextmanager
def descriptors():
    """Convert a lack of descriptors inside the block into Refused."""
    try:
        yield
    except OSError as error:
        if not is_short(error):
            raise
        raise Refused(f"{error.strerror}: raise the limit (ulimit -n)") from error
