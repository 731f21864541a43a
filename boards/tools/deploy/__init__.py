"""Copies the firmware to a board that runs MicroPython, checks it there and starts it.

    python -m boards.tools.deploy --board pico --port /dev/ttyACM0

What is the same already is left alone, what a former version left behind is removed.
"""


class Failure(Exception):
    """Ends the tool. The text is the line that the user reads."""
