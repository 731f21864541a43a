"""Build an image for a board: MicroPython with PPP over lwIP, and the modem as frozen modules.

    python -m boards.tools.image --board pico

The sources are Debian's source packages, or the checkout given by --mpy-dir.
"""


class Failure(Exception):
    """An error that ends the tool. Its text is one line for the user."""
