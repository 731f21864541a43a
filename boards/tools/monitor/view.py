"""A frame: the modem, its sockets, what they carry, the log and the losses, in any terminal."""

from dataclasses import dataclass

from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from . import log, sockets, words
from .header import header
from .history import SECONDS, History

_BORDER = 2  # lines of a panel's frame
_FRAME = 4  # columns of it, with a space at each side
_HEADER = 2 + _BORDER
_RATES = 2 + _BORDER
_TITLES = 1  # line above the sockets
_LOG_LEAST = 3 + _BORDER
_LOSSES = 28  # columns
_RATE = 11  # columns of a rate and the space before it


@dataclass
class Frame:
    """history: with a report at least; notice: what is wrong with the line now, or nothing."""

    history: History
    port: str
    notice: str = ""

    def __rich_console__(self, console, options):
        height = options.height or options.max_height
        return self._layout(options.max_width, height).__rich_console__(console, options)

    def height(self):
        """Lines that show everything."""
        told = max(len(log.lines(self.history.log)), len(_losses(self.history)), 1)
        return _HEADER + self._sockets_height() + _RATES + told + _BORDER

    def _layout(self, width, height):
        left = height - _HEADER - _RATES
        middle = max(min(self._sockets_height(), left - _LOG_LEAST), _TITLES + _BORDER)
        layout = Layout()
        layout.split_column(
            Layout(self._header(), size=_HEADER),
            Layout(self._sockets(width - _FRAME, middle - _TITLES - _BORDER), size=middle),
            Layout(self._rates(width - _FRAME), size=_RATES),
            below := Layout(),
        )
        told = left - middle - _BORDER
        below.split_row(Layout(self._log(told)), Layout(self._losses(), size=_LOSSES))
        return layout

    def _sockets_height(self):
        return len(self.history.report.sockets) + _TITLES + _BORDER

    def _header(self):
        title = f"wipmodem at {self.port}"
        if self.notice:
            return _panel(header(self.history.report), title, self.notice, "red")
        return _panel(header(self.history.report), title)

    def _sockets(self, width, most):
        rows = sockets.rows(self.history)
        if not rows:
            return _panel(Text("none", "dim"), "sockets")
        hidden = len(rows) - most  # the panel cuts them off
        title = f"sockets at {rows[0].socket.local_address}"
        below = f"{hidden} more: the terminal has too few lines" if hidden > 0 else ""
        return _panel(sockets.table(rows, width), title, below)

    def _rates(self, width):
        """Both in one scale. There are none until a second report has come."""
        traffic = self.history.modem
        bars = min(width - len("out ") - _RATE, SECONDS)
        most = max([*traffic.received.seconds, *traffic.sent.seconds, 0])
        grid = Table.grid(padding=(0, 1))
        for name, rate in (("in", traffic.received), ("out", traffic.sent)):
            line = Text(words.sparkline(rate.seconds, bars, most), "bright_cyan")
            now = words.rate(rate.seconds[-1]) if rate.seconds else ""
            grid.add_row(Text(name, "dim"), line, Text(now))
        scale = f", the highest bar {words.rate(most)}" if most else ""
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
    """[(name, how many, fresh)], those that have just grown first."""
    losses = sorted(history.losses(), key=lambda loss: not loss[2])
    if history.unreadable:
        losses.append(("unreadable here", history.unreadable, False))
    return losses


def _panel(content, title, below="", colour="bright_black"):
    """What others have named is no markup."""
    shown = Text(below, "bold red") if below else None
    return Panel(content, title=Text(title, "bold"), subtitle=shown, border_style=colour)
