"""The ways in which the launcher gives up: each is one line on stderr and an exit status."""


class Failure(Exception):
    """Ends the launcher. The text is the line that the user reads."""

    status = 1


class ModemDied(Failure):
    """The modem process ended, or never came up, without being asked to."""


class Refused(Failure):
    """What the user asked for cannot be done: a bad argument, a busy port, a missing file."""

    status = 2
