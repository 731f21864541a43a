"""The ways in which the launcher gives up: each is one line on stderr and an exit status."""

import contextlib
import errno

# No descriptor for this process, for the system, no memory of the kernel's for one.
_SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Failure(Exception):
    """Ends the launcher. The text is the line that the user reads."""

    status = 1


class ModemDied(Failure):
    """The modem process ended, or never came up, without being asked to."""


class Refused(Failure):
    """What the user asked for cannot be done: a bad argument, a busy port, a missing file."""

    status = 2


def is_short(error):
    """True if the cause of an OSError, or of a Refused, is that descriptors are used up: what was
    tried may work later."""
    return getattr(error.__cause__ or error, "errno", 0) in _SHORT


@contextlib.contextmanager
def descriptors():
    """In its block, a lack of descriptors is Refused."""
    try:
        yield
    except OSError as error:
        if not is_short(error):
            raise
        raise Refused(f"{error.strerror}: ulimit -n allows too few") from error
