"""A frame of the view: header, sockets, byte rates, log and losses, for any size of terminal."""

from dataclasses import dataclass

from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from . import log, sockets, words
from .header import header
from .history import SECONDS, History

_BORDER = 2  # number of lines that the border of a panel takes
_FRAME = 4  # number of columns that the border of a panel takes, with a space at each side
_HEADER = 2 + _BORDER  # height of the header in lines
_RATES = 2 + _BORDER  # height of the byte rates, in lines
_TITLES = 1  # the line with the titles of the table of sockets
_MIN_LOG = 3 + _BORDER  # minimum height of the log, in lines
_LOSSES = 28  # width of the panel with the loss counters, in columns
_RATE = 11  # width of a rate and of the space before it, in columns


@dataclass
class Frame:
    """A frame, which rich can print."""

    history: History  # data of the view, with at least one report
    port: str
    notice: str = ""  # text about a problem with the serial line, or ""

    def __rich_console__(self, console, options):
        height = options.height or options.max_height
        return self._layout(options.max_width, height).__rich_console__(console, options)

    def height(self):
        """Return the number of lines that show everything."""
        below = max(len(log.lines(self.history.log)), len(_losses(self.history)), 1)
        return _HEADER + self._sockets_height() + _RATES + below + _BORDER

    def _layout(self, width, height):
        left = height - _HEADER - _RATES
        middle = max(min(self._sockets_height(), left - _MIN_LOG), _TITLES + _BORDER)
        layout = Layout()
        layout.split_column(
            Layout(self._header(), size=_HEADER),
            Layout(self._sockets(width - _FRAME, middle - _TITLES - _BORDER), size=middle),
            Layout(self._rates(width - _FRAME), size=_RATES),
            below := Layout(),
        )
        log_height = left - middle - _BORDER
        below.split_row(Layout(self._log(log_height)), Layout(self._losses(), size=_LOSSES))
        return layout

    def _sockets_height(self):
        return len(self.history.report.sockets) + _TITLES + _BORDER

    def _header(self):
        title = f"wipmodem at {self.port}"
        if self.notice:
            return _panel(header(self.history.report), title, self.notice, "red")
        return _panel(header(self.history.report), title)

    def _sockets(self, width, max_rows):
        rows = sockets.rows(self.history)
        if not rows:
            return _panel(Text("none", "dim"), "sockets")
        hidden = len(rows) - max_rows  # number of rows that the panel cuts off
        title = f"sockets at {rows[0].socket.local_address}"
        below = f"{hidden} more: the terminal has too few lines" if hidden > 0 else ""
        return _panel(sockets.table(rows, width), title, below)

    def _rates(self, width):
        """Return the panel with the rates of both directions.

        Both rates have the same scale. The panel is empty until the second report.
        """
        traffic = self.history.modem
        bars = min(width - len("out ") - _RATE, SECONDS)
        max_rate = max([*traffic.received.seconds, *traffic.sent.seconds, 0])
        grid = Table.grid(padding=(0, 1))
        for name, rate in (("in", traffic.received), ("out", traffic.sent)):
            line = Text(words.sparkline(rate.seconds, bars, max_rate), "bright_cyan")
            now = words.rate(rate.seconds[-1]) if rate.seconds else ""
            grid.add_row(Text(name, "dim"), line, Text(now))
        scale = f", the highest bar {words.rate(max_rate)}" if max_rate else ""
        return _panel(grid, f"bytes of the last {bars} s{scale}")

    def _log(self, height):
        return _panel(log.pane(self.history.log, height), "log")

    def _losses(self):
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(no_wrap=True, ratio=1)
        grid.add_column(no_wrap=True, justify="right")
        for name, count, fresh in _losses(self.history):
            style = "bold red" if fresh else "yellow"
            grid.add_row(Text(name, style), Text(words.amount(count), style))
        return _panel(grid if grid.rows else Text("nothing", "dim"), "lost or refused")


def _losses(history):
    """Return (name, count, fresh) for each loss counter.

    Counters that have just grown come first.
    """
    losses = sorted(history.losses(), key=lambda loss: not loss[2])
    if history.unreadable:
        losses.append(("unreadable lines", history.unreadable, False))
    return losses


def _panel(content, title, below="", colour="bright_black"):
    """Return a panel. The title is a Text, because it can contain names with brackets."""
    shown = Text(below, "bold red") if below else None
    return Panel(content, title=Text(title, "bold"), subtitle=shown, border_style=colour)
