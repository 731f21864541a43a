"""Copy the firmware to a board that runs MicroPython, check it there and start it.

    python -m boards.tools.deploy --board pico --port /dev/ttyACM0

Files that are up to date stay as they are; files that an earlier version left are removed.
"""


class Failure(Exception):
    """An error that ends the tool. Its text is one line for the user."""
