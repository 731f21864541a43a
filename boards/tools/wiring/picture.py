"""The picture of a board: the board in the middle, the host at the left, the radio at the right.

The colours of the picture follow the light or dark scheme of the page.
"""

_STYLE = """\
text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}
.big{font-size:17px;font-weight:bold}.pin{font-weight:bold;fill:#fff}
.small{font-size:11px;fill:#59636e}.role{font-size:11px;fill:#a9d8bd}
.card{fill:#fff;stroke:#d1d9e0}.box{fill:#f6f8fa;stroke:#818b98}
.pcb{fill:#14532d;stroke:#0b3b1e}.chip{fill:#1b1f24;stroke:#39424c}.metal{fill:#c9ced6}
.on{fill:#fff}.pad{fill:#e0b13a}.hole{fill:#0b3b1e}
line{stroke-width:2}.data{stroke:#0969da;fill:#0969da}.flow{stroke:#8250df;fill:#8250df}
.control{stroke:#bc4c00;fill:#bc4c00}.ground{stroke:#818b98;fill:#818b98}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9198a1}
.pin,.on{fill:#fff}.role{fill:#a9d8bd}.card{fill:#0d1117;stroke:#3d444d}.box{fill:#1b222c}
.data{stroke:#4493f8;fill:#4493f8}.flow{stroke:#b78cff;fill:#b78cff}
.control{stroke:#f0883e;fill:#f0883e}}
"""
_WIDTH, _TOP, _STEP = 860, 112, 28
_BOX = 128  # width of the boxes of host and radio in the picture
# x positions: inner edges of the two boxes, edges of the board
_EDGES, _BOARD = (152, 708), (264, 596)


def _text(x, y, words, kind="", anchor="middle"):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{kind}>{words}</text>'


def _rect(x, y, width, height, kind, radius=8):
    size = f'width="{width}" height="{height}" rx="{radius}"'
    return f'<rect x="{x}" y="{y}" {size} class="{kind}"/>'


def _wire(side, y, kind, line, pin, role, inward=None):
    """Yield the SVG of one wire: the line, its arrow (none for ground), the names at its ends."""
    edge, board = _EDGES[side], _BOARD[side]
    out = -1 if side else 1  # direction from the box to the board: 1 is right, -1 is left
    ends = ("end", "start") if side == 0 else ("start", "end")
    start, stop = edge + 4 * out, board - 10 * out
    yield f'<line x1="{start}" y1="{y}" x2="{stop}" y2="{y}" class="{kind}"/>'
    if inward is not None:
        tip, back = (stop + out, stop - 9 * out) if inward else (start - out, start + 9 * out)
        points = f"{tip},{y} {back},{y - 5} {back},{y + 5}"
        yield f'<polygon points="{points}" class="{kind}"/>'
    yield f'<circle cx="{board}" cy="{y}" r="7" class="pad"/>'
    yield f'<circle cx="{board}" cy="{y}" r="3" class="hole"/>'
    yield _text(edge - 12 * out, y + 4.5, line, anchor=ends[0])
    yield _text(board + 16 * out, y + 4.5, pin, "pin", ends[1])
    yield _text(board + 82 * out, y + 4.5, role, "role", ends[1])


def picture(board):
    """Return the SVG of a Board."""
    rows = sorted({wire.row for wire in board.wires})
    places = {row: _TOP + n * _STEP for n, row in enumerate([*rows, "ground"])}
    end = places["ground"] + 26
    middle, width = _WIDTH // 2, _BOARD[1] - _BOARD[0]
    chip = (_TOP + places["ground"]) // 2
    size = f'width="{_WIDTH}" height="{end + 58}" viewBox="0 0 {_WIDTH} {end + 58}"'
    title = f"wiring of {board.name}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{title}">',
        f"<style>\n{_STYLE}</style>",
        _rect(0.5, 0.5, _WIDTH - 1, end + 57, "card", 12),
        _rect(middle - 26, end - 8, 52, 20, "metal", 4),
        _rect(_BOARD[0], 24, width, end - 24, "pcb", 12),
        _rect(middle - 28, chip - 28, 56, 56, "chip", 6),
        _text(middle, chip + 4, board.tables["PLATFORM"], "role"),
        _text(middle, 54, board.name, "big on"),
        _text(middle, 76, f"{' or '.join(board.bearers)}, MicroPython {board.firmware}+", "role"),
        _text(middle, end + 32, f"console: {board.console}", "small"),
        *_legend(end + 32, board),
    ]
    for side, name in enumerate(("Host", "Radio")):
        if board.end(side):
            parts += _box(board, side, name, places["ground"], end)
    for wire in board.wires:
        names = wire.line, wire.pin, wire.role
        parts += _wire(wire.side, places[wire.row], wire.kind, *names, wire.inward)
    return "\n".join([*parts, "</svg>", ""])


def _box(board, side, name, ground, end):
    """Yield the SVG of the host's or radio's box, and of the ground wire to the board."""
    edge = _EDGES[side]
    left = edge if side else edge - _BOX
    yield _rect(left, 24, _BOX, end - 24, "box")
    yield _text(left + _BOX // 2, 54, name, "big")
    yield _text(left + _BOX // 2, 76, ("the DTE", "the data call")[side], "small")
    for y, words in zip((54, 72), board.speed(side), strict=True):
        yield _text((edge + _BOARD[side]) // 2, y, words, "small")
    yield from _wire(side, ground, "ground", "GND", "GND", "")


def _legend(y, board):
    x = 24
    for kind in dict.fromkeys(wire.kind for wire in board.wires):
        yield f'<line x1="{x}" y1="{y - 4}" x2="{x + 18}" y2="{y - 4}" class="{kind}"/>'
        yield _text(x + 24, y, kind, "small", "start")
        x += 38 + 7 * len(kind)
    yield _text(_WIDTH - 24, y, "3.3 V on all pins", "small", "end")
