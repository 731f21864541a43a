"""Draw the session of README.md, which a test replays, as two terminals: write session.svg.

python -m boards.tools.session
"""

import re
import sys

from rich.table import Table
from rich.text import Text

from . import facts, svg

_ROOT = facts.BOARDS.parent
PICTURE = _ROOT / "session.svg"
_BLOCK = re.compile(r"^```session\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"(modem|peer) +([$<>]) (.*)")
_WIDTH = 92
_STYLES = {"$": "bold", ">": "bold bright_white", "<": "bright_cyan"}
_RESULTS = {"OK": "bright_green", "CONNECT": "bright_green", "ERROR": "bright_red"}


def steps(readme):
    """Yield (terminal, sign, words, remark) for each step of the session in a README."""
    for line in _BLOCK.search(readme)[1].splitlines():
        step = _STEP.fullmatch(line)
        if step:
            words, _, remark = step[3].partition("  # ")
            yield step[1], step[2], words, remark


def picture(readme):
    """Return the SVG of the session in a README."""
    table = Table("the modem", "a peer", box=None, padding=(0, 2), header_style="dim")
    for terminal, sign, words, remark in steps(readme):
        cell = _line(sign, words, remark)
        table.add_row(*((cell, "") if terminal == "modem" else ("", cell)))
    return svg.render(table, "session", _WIDTH)


def _line(sign, words, remark):
    style = _RESULTS.get(words, _STYLES[sign]) if sign == "<" else _STYLES[sign]
    text = Text("$ " + words if sign == "$" else words, style)
    return text.append(f"  {remark.split(',')[0]}", "dim") if remark else text


def main():
    PICTURE.write_text(picture((_ROOT / "README.md").read_text()))
    print(f"session: wrote {PICTURE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
