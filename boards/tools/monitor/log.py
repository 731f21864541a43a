"""The log: a line each, with the number behind a command that was refused."""

from rich.text import Text

from . import words

_STYLES = {"start": "bold yellow", "line": "green", "urc": "cyan", "stall": "magenta"}
_OTHER = "red"  # an error that follows no command, entries that are lost, what no monitor knows
_WORDS = {
    "start": "started: {}",
    "line": "AT{}",
    "error": "{}",
    "urc": "{}",
    "stall": "not looked for {} ms",
    "lost": "{} entries were overwritten",
}
_PLAIN_ERROR = "0"
_TIME = 12  # characters of it


def lines(entries):
    """[(entry, error)]: an error stands with its command, unless it was told of already."""
    told = []
    command = None  # where in them the newest is that has no error yet
    for entry in entries:
        if entry.kind == "error" and command is not None:
            told[command] = told[command][0], _number(entry.text)
            command = None
            continue
        if entry.kind in ("line", "start"):
            command = len(told) if entry.kind == "line" else None
        told.append((entry, ""))
    return told


def pane(entries, height):
    """The newest that fit."""
    shown = [_text(*line) for line in lines(entries)[-height:]] if height > 0 else []
    return Text("\n", no_wrap=True, overflow="ellipsis").join(shown)


def _text(entry, error):
    time = "" if entry.time_ms is None else words.clock(entry.time_ms)
    style = _OTHER if error else _STYLES.get(entry.kind, _OTHER)
    said = _WORDS.get(entry.kind, "{}").replace("{}", _number(entry.text, entry.kind))
    text = Text.assemble((time.rjust(_TIME) + "  ", "dim"), (said, style))
    return text.append(f"   {error}", "bold red") if error else text


def _number(text, kind="error"):
    """0 stands for a plain ERROR."""
    return "ERROR" if kind == "error" and text == _PLAIN_ERROR else text
