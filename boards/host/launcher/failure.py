"""Errors that end the launcher, each with one line on stderr and an exit status."""

import contextlib
import errno

# The process, or the system, has no free descriptor, or the kernel has no memory for one.
_NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Failure(Exception):
    """Base class of these errors. The text is one line for the user."""

    status = 1


class ModemDied(Failure):
    """The modem process did not start, or ended unexpectedly."""


class Refused(Failure):
    """An option cannot be used: a bad value, a port in use, a missing file."""

    status = 2


def is_short(error):
    """Return True if an error is a lack of descriptors, so that another attempt may succeed.

    error: an OSError, or a Refused that was caused by an OSError.
    """
    return getattr(error.__cause__ or error, "errno", 0) in _NO_DESCRIPTOR


@contextlib.contextmanager
def descriptors():
    """Raise Refused if the `with` block fails for lack of descriptors."""
    try:
        yield
    except OSError as error:
        if not is_short(error):
            raise
        raise Refused(f"{error.strerror}: raise the limit (ulimit -n)") from error
