"""Output of frames: one frame as text, or all frames on the full screen."""

from rich.console import Console
from rich.live import Live


def once(frames):
    """Print the first frame at its full height. Return this frame, or None if there is none."""
    frame = next(frames, None)
    if frame:
        Console().print(frame, height=frame.height())
    return frame


def live(frames):
    """Show all frames on the full screen. Return the last frame, or None if there is none."""
    frame = None
    with Live(screen=True, auto_refresh=False) as screen:
        for frame in frames:
            screen.update(frame, refresh=True)
    return frame
