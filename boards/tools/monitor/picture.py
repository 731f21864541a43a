"""Conversion of a frame to SVG."""

from boards.tools import svg

_WIDTH = 100
_HEIGHT = 30


def picture(frame):
    """Return the SVG of a frame in a terminal of 100 columns and 30 lines."""
    return svg.render(frame, "monitor", _WIDTH, _HEIGHT)
