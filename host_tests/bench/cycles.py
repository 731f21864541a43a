"""Where the emulated chip's cycles go while TCP fills its fastest line: `--profile`.

By source file of the image's C code, the frozen Python being py/'s, and within the calls that move
a block, with all that they call. Cycles asleep are not counted.
"""

import re
from bisect import bisect_right
from collections import Counter
from pathlib import Path

from rich.table import Table

from bench.carry import WAYS, carry

_SPEED = 921600
_LEAST = 1  # percent of a row
# Functions that Python calls by a pointer, the only ones that can be watched.
_WATCHED = {
    "network_ppp_poll": "PPP.poll()",
    "mp_machine_uart_read": "UART.read(), PPP.poll()'s too",
    "mp_machine_uart_write": "UART.write(), PPP's too",
}
_SECTION = re.compile(r"^ \.(\S+)\n? +0x([0-9a-f]+) +0x([0-9a-f]+) (\S+)$", re.M)
_CODE_FROM = 0x10000000  # below are the boot ROM, and the sections that were left out
_ROM = "boot ROM"
_TREE = re.compile(r".*/(?=(?:py|extmod|shared|lib|ports|drivers)/)|.*[/(]|\.o\)?$")


class Code:
    """What a linker's map says: which function and which file an address belongs to."""

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

    def file(self, address):
        if address < _CODE_FROM:
            return _ROM
        *_, file = self._sections[bisect_right(self._begins, address) - 1]
        return _TREE.sub("", file)


def profile(image, way):
    """({what: share in percent}, bytes a second) of one transfer."""
    code = Code(linker_map(image))
    watched = code.addresses(_WATCHED)
    rates, seen = carry(image, _SPEED, way, lambda chip: chip.profiled(list(watched)))
    total = sum(seen["cycles"].values())
    files = Counter()
    for address, n in seen["cycles"].items():
        files[code.file(address)] += n
    within = {_WATCHED[watched[address]]: n for address, n in seen["within"].items()}
    shares = {what: 100 * n / total for counts in (within, files) for what, n in counts.items()}
    return shares, rates


def linker_map(image):
    """The text that belongs to an image, of the newest build."""
    folder = "plain" if Path(image).name.startswith("plain") else "cmake"
    maps = Path(image).parent.glob(f"*/{folder}/firmware.elf.map")
    return max(maps, key=lambda path: path.stat().st_mtime).read_text()


def show(image, tell):
    """A table of all ways; `tell(way)` before each."""
    shares, shown = {}, Table("of all cycles, %")
    for way in WAYS:
        tell(way)
        shares[way], rates = profile(image, way)
        shown.add_column(
            f"{way}\n" + " and ".join(f"{rate:.0f} B/s" for rate in rates), justify="right"
        )
    most = {
        what: max(of.get(what, 0) for of in shares.values())
        for of in shares.values()
        for what in of
    }
    for what in sorted(most, key=lambda what: (what not in _WATCHED.values(), -most[what])):
        if most[what] >= _LEAST:
            shown.add_row(what, *(f"{of.get(what, 0):.1f}" for of in shares.values()))
    return shown
