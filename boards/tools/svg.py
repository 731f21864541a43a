"""What rich shows, as an SVG that is the same each time: it names no fonts of the web."""

import io
import re

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

_FONTS = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)  # nobody is asked for them
_NOTES = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_CODE_FORMAT = _NOTES.sub("", _FONTS.sub("", CONSOLE_SVG_FORMAT))


def drawn(shown, name, width, height=None):
    """The SVG of a terminal of so many columns; name: its own among the SVGs of a page."""
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(shown, height=height)
    return console.export_svg(title="wipmodem", code_format=_CODE_FORMAT, unique_id=name)
