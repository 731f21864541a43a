"""The view after some reports, as an SVG."""

from boards.tools import svg

from .history import History
from .view import Frame

_WIDTH = 100
_HEIGHT = 30


def picture(reports, port="/tmp/modem.console"):
    """The SVG of a terminal of 100 columns and 30 lines."""
    history = History()
    for report in reports:
        history.add(report)
    return svg.drawn(Frame(history, port), "monitor", _WIDTH, _HEIGHT)
