"""Figures as a file, pictures and a table.

A row is {"name", "value", "unit", "goal", "good": "low" or "high", "note"}; without a goal it is
None. bench-chip.json of `make bench-chip` has such rows, too.
"""

import json

import pygal
from pygal.style import CleanStyle
from rich.table import Table

_STYLE = CleanStyle(font_family="sans-serif", background="white")


def row(name, value, unit, goal=None, good="high", note=""):
    return {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "goal": goal,
        "good": good,
        "note": note,
    }


def missed(figure):
    value, goal = figure["value"], figure["goal"]
    if goal is None:
        return False
    return value < goal if figure["good"] == "high" else value > goal


def table(rows):
    shown = Table("figure", "value", "goal", "note")
    for each in rows:
        value = f"{each['value']:g} {each['unit']}"
        style = "red" if missed(each) else None
        goal = "" if each["goal"] is None else f"{each['goal']:g}"
        shown.add_row(each["name"], value, goal, each["note"], style=style)
    return shown


def fleets(figures):
    """A table of [(interpreter, fleet.Figures)]."""
    shown = Table("modems", "on", "up after", "PSS", "a modem", "RSS", "CPU, idle", "lines/s, all")
    for py, each in figures:
        shown.add_row(
            str(each.modems),
            py,
            f"{each.start_s:.2f} s",
            f"{each.pss_kb / 1024:.1f} MB",
            f"{each.each_kb():.0f} KB",
            f"{each.rss_kb / 1024:.1f} MB",
            f"{each.idle_percent:.1f} %",
            f"{each.lines:.0f}",
        )
    return shown


def fleet_rows(py, each):
    name = f"{each.modems} modems, {py}"
    yield row(f"{name}: a modem", each.each_kb(), "KB", good="low", note="PSS")
    yield row(f"{name}: CPU, idle", each.idle_percent, "% of a core", good="low")
    yield row(f"{name}: up after", 1000 * each.start_s, "ms", good="low")
    yield row(f"{name}: lines answered", each.lines, "a second")


def write(folder, rows, idle):
    """bench.json; bench.svg of the shares, bench-idle.svg of [(sockets, share)]."""
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(
        json.dumps({"rows": rows, "idle": [list(pair) for pair in idle]}, indent=2) + "\n"
    )
    _shares(rows).render_to_file(str(folder / "bench.svg"))
    _idle(idle).render_to_file(str(folder / "bench-idle.svg"))


def _shares(rows):
    chart = pygal.HorizontalBar(
        style=_STYLE,
        show_legend=False,
        js=(),
        height=120 + 26 * len(rows),
        title="% of a bare loop, or of the line",
        range=(0, 120),
        print_values=True,
    )
    shares = [each for each in rows if each["unit"] == "%"]
    chart.x_labels = [each["name"] for each in reversed(shares)]
    values = [
        {"value": each["value"], "color": "#c0504d" if missed(each) else "#4f81bd"}
        for each in reversed(shares)
    ]
    chart.add("", values)
    return chart


def _idle(idle):
    chart = pygal.XY(
        style=_STYLE,
        show_legend=False,
        js=(),
        height=320,
        title="an idle pass, % of one without a socket",
        x_title="open sockets",
        range=(0, 150),
    )
    chart.add("", idle)
    return chart
