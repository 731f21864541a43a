"""A frame of the view as an SVG."""

from boards.tools import svg

_WIDTH = 100
_HEIGHT = 30


def picture(frame):
    """Of a terminal of 100 columns and 30 lines."""
    return svg.render(frame, "monitor", _WIDTH, _HEIGHT)
