"""Builds an image for a board: MicroPython with PPP over lwIP, and the modem frozen into it.

    python -m boards.tools.image --board pico

The sources are Debian's source packages, or a checkout named with --mpy-dir.
"""


class Failure(Exception):
    """Ends the tool. The text is the line that the user reads."""
