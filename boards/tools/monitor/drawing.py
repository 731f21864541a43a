"""Frames on a terminal: one for a log, or all on the whole screen."""

from rich.console import Console
from rich.live import Live


def once(told):
    """The first of these frames, with all that there is; None if there was none."""
    frame = next(told, None)
    if frame:
        Console().print(frame, height=frame.height())
    return frame


def live(told):
    """All of them, on the whole screen: the last one."""
    shown = None
    with Live(screen=True, auto_refresh=False) as screen:
        for shown in told:
            screen.update(shown, refresh=True)
    return shown
