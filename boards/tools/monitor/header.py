"""The header of the view: uptime, session, signal and heap."""

from rich.table import Table
from rich.text import Text

from . import words
from .report import UNKNOWN

_BARS = "▂▄▆█"
_NO_BAR = "▁"


def header(report):
    """Return a table of two lines and three columns for a Report."""
    grid = Table.grid(padding=(0, 1), expand=True)
    for _ in range(3):
        grid.add_column(ratio=1, no_wrap=True)
    grid.add_row(_uptime(report), _session(report), _signal(report.signal))
    grid.add_row(_started(report), _redials(report), _heap(report))
    return grid


def _pair(name, figure):
    return Text.assemble((f"{name} ", "dim"), figure)


def _uptime(report):
    return _pair("up", words.duration(report.figure("uptime_s")))


def _started(report):
    return _pair("started by", report.reset)


def _session(report):
    if not report.session:
        return _pair("session", Text("down", "bold red"))
    up = f"up {words.duration(report.figure('session_s'))}"
    return _pair("session", Text(up, "green"))


def _redials(report):
    redials = report.figure("redials")
    return _pair("redials", Text(str(redials), "yellow" if redials else ""))


def _signal(signal):
    if signal == UNKNOWN:
        return _pair("signal", "unknown")
    bars = words.signal_bars(signal)
    shown = _BARS[:bars].ljust(len(_BARS), _NO_BAR)
    style = "green" if bars > 1 else "red"
    return _pair("signal", Text.assemble((shown, style), f" {words.dbm(signal)}"))


def _heap(report):
    """Return the free heap and its minimum, or "" if the modem does not measure them."""
    free, minimum = report.figure("heap_free"), report.figure("heap_min")
    if not free:
        return ""
    return _pair("heap", f"{words.amount(free)}, min {words.amount(minimum)}")
