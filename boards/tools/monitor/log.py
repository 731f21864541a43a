"""The log of the view: one line for each entry; an error number follows its command."""

from rich.text import Text

from . import words

_STYLES = {"start": "bold yellow", "line": "green", "urc": "cyan", "stall": "magenta"}
# colour of an error without its command, of lost entries, and of unknown kinds of entries
_OTHER = "red"
_WORDS = {
    "start": "started: {}",
    "line": "AT{}",
    "error": "{}",
    "urc": "{}",
    "stall": "poll gap of {} ms",
    "lost": "{} entries were overwritten",
}
_PLAIN_ERROR = "0"
_TIME = 12  # width of the time column, in characters


def lines(entries):
    """Return (entry, error) for each line.

    An error is joined to the last command before the error.
    """
    found = []
    command = None  # index of the newest command without an error
    for entry in entries:
        if entry.kind == "error" and command is not None:
            found[command] = found[command][0], _number(entry.text)
            command = None
            continue
        if entry.kind in ("line", "start"):
            command = len(found) if entry.kind == "line" else None
        found.append((entry, ""))
    return found


def pane(entries, height):
    """Return the text of the newest lines that fit into `height` lines."""
    shown = [_text(*line) for line in lines(entries)[-height:]] if height > 0 else []
    return Text("\n", no_wrap=True, overflow="ellipsis").join(shown)


def _text(entry, error):
    time = "" if entry.time_ms is None else words.clock(entry.time_ms)
    style = _OTHER if error else _STYLES.get(entry.kind, _OTHER)
    line = _WORDS.get(entry.kind, "{}").replace("{}", _number(entry.text, entry.kind))
    text = Text.assemble((time.rjust(_TIME) + "  ", "dim"), (line, style))
    return text.append(f"   {error}", "bold red") if error else text


def _number(text, kind="error"):
    """Return the text of an entry. An error with the number 0 is shown as plain ERROR."""
    return "ERROR" if kind == "error" and text == _PLAIN_ERROR else text
