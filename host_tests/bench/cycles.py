"""Where the emulated chip's cycles go while TCP fills its fastest line: `--profile`.

By part of the image, Python being the interpreter's, and within the calls that move a block, with
all that they call. Cycles asleep are not counted.
"""

import re
from bisect import bisect_right
from collections import Counter
from pathlib import Path

from rich.table import Table

from bench.carry import carry

_SPEED = 921600
# Functions that Python calls by a pointer, the only ones that can be watched.
_WATCHED = {
    "network_ppp_poll": "within PPP.poll()",
    "mp_machine_uart_read": "within UART.read(), PPP's too",
    "mp_machine_uart_write": "within UART.write(), PPP's too",
}
_SECTION = re.compile(r"^ \.(\S+)\n? +0x([0-9a-f]+) +0x([0-9a-f]+) (\S+)$", re.M)
_CODE_FROM = 0x10000000  # below are the boot ROM, and the sections that were left out
# What an object file's path says of the part it is of; the first that does.
_PARTS = {
    "/machine_uart.c": "the UARTs' driver, its interrupts too",
    "/lib/lwip/": "lwIP, PPP included",
    "/py/": "the interpreter",
}
_REST = "the rest"


class Code:
    """What a linker's map says: which function and which part an address belongs to."""

    def __init__(self, text):
        found = (
            (int(at, 16), int(size, 16), name, file)
            for name, at, size, file in _SECTION.findall(text)
        )
        self._sections = sorted(each for each in found if each[0] >= _CODE_FROM and each[1])
        self._begins = [at for at, *_ in self._sections]

    def addresses(self, functions):
        """{address: function}"""
        wanted = {f"text.{function}": function for function in functions}
        return {at: wanted[name] for at, _, name, _ in self._sections if name in wanted}

    def part(self, address):
        if address < _CODE_FROM:
            return _REST
        *_, file = self._sections[bisect_right(self._begins, address) - 1]
        return next((part for word, part in _PARTS.items() if word in file), _REST)


def profile(image, way):
    """({what: share in percent}, bytes a second) of one transfer."""
    code = Code(linker_map(image))
    watched = code.addresses(_WATCHED)
    rates, seen = carry(image, _SPEED, way, lambda chip: chip.profiled(list(watched)))
    total = sum(seen["cycles"].values())
    parts = Counter(dict.fromkeys((*_PARTS.values(), _REST), 0))
    for address, n in seen["cycles"].items():
        parts[code.part(address)] += n
    within = {_WATCHED[watched[address]]: n for address, n in seen["within"].items()}
    shares = {what: 100 * n / total for counts in (parts, within) for what, n in counts.items()}
    return shares, rates


def linker_map(image):
    """The text that belongs to an image, of the newest build."""
    folder = "plain" if Path(image).name.startswith("plain") else "cmake"
    maps = Path(image).parent.glob(f"*/{folder}/firmware.elf.map")
    return max(maps, key=lambda path: path.stat().st_mtime).read_text()


def show(image, ways):
    """A table of these ways."""
    shown = Table("of all cycles, %")
    lines = {}
    for way in ways:
        shares, rates = profile(image, way)
        shown.add_column(way, justify="right")
        for what, share in shares.items():
            lines.setdefault(what, []).append(f"{share:.1f}")
        lines.setdefault("bytes a second", []).append(" and ".join(f"{n:.0f}" for n in rates))
    for what, row in lines.items():
        shown.add_row(what, *row)
    return shown
