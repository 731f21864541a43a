"""SVG output of rich.

The SVG of the same content is always the same, and refers to no fonts on the web.
"""

import io
import re

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

# The @font-face rules of a picture. They are removed, so that a viewer downloads no fonts.
_FONTS = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
_NOTES = re.compile(r"<!--.*?-->\s*", re.DOTALL)
_CODE_FORMAT = _NOTES.sub("", _FONTS.sub("", CONSOLE_SVG_FORMAT))


def render(content, name, width, height=None):
    """Return the SVG of a terminal that shows `content`, an object that rich can print.

    name: prefix of the SVG's ids, unique on the page; width, height: columns and lines.
    """
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(content, height=height)
    return console.export_svg(title="wipmodem", code_format=_CODE_FORMAT, unique_id=name)
