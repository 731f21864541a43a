"""Progress output: one line for each step, and a percentage for long steps."""

import sys

_STEP_PERCENT = 20  # step in percent between two lines of progress in a file


def say(text):
    """Print one line of progress."""
    print(f"image: {text}", flush=True)


class Meter:
    """A percentage: `with Meter("building") as meter: meter.at(done, total)`."""

    def __init__(self, text):
        self._text = text
        self._shown = -1  # percentage that is shown now, or -1 before the first one
        self._moves = sys.stdout.isatty()  # True if the line of progress can be overwritten

    def __enter__(self):
        self.at(0, 1)
        return self

    def __exit__(self, *_):
        if self._moves:
            print(flush=True)

    def at(self, done, total):
        """Show the percentage of `done` steps of `total`."""
        percent = 100 * done // total
        if self._moves:
            print(f"\rimage: {self._text} {percent:3}%", end="", flush=True)
        elif percent // _STEP_PERCENT > self._shown // _STEP_PERCENT:
            say(f"{self._text} {percent:3}%")
        self._shown = percent
