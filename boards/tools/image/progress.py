"""What the person sees: one line a step, and a line that moves for what takes long."""

import sys

_STEP_PERCENT = 20  # what is written to a file tells of every fifth part only


def say(text):
    print(f"image: {text}", flush=True)


class Meter:
    """`with Meter("building") as meter: meter.at(done, total)`."""

    def __init__(self, text):
        self._text = text
        self._shown = -1
        self._moves = sys.stdout.isatty()

    def __enter__(self):
        self.at(0, 1)
        return self

    def __exit__(self, *_):
        if self._moves:
            print(flush=True)

    def at(self, done, total):
        percent = 100 * done // total
        if self._moves:
            print(f"\rimage: {self._text} {percent:3}%", end="", flush=True)
        elif percent // _STEP_PERCENT > self._shown // _STEP_PERCENT:
            say(f"{self._text} {percent:3}%")
        self._shown = percent
