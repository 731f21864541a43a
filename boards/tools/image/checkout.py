"""MicroPython from the user's own checkout, with its own submodules, left as it is."""

from dataclasses import dataclass
from pathlib import Path

from . import Failure

_SUBMODULES = ("lib/lwip", "lib/mbedtls", "lib/micropython-lib", "lib/pico-sdk", "lib/tinyusb")


@dataclass
class Sources:
    """A tree that its owner may change at any time: nobody but the build knows what is new."""

    tree: Path
    board: Path

    name = "checkout"
    identity = None

    def prepare(self, _log):
        if not (self.tree / "ports/rp2/CMakeLists.txt").exists():
            raise Failure(f"{self.tree} is no MicroPython checkout")
        empty = [name for name in _SUBMODULES if not any((self.tree / name).glob("*"))]
        if empty:
            port = self.tree / "ports/rp2"
            command = f"make -C {port} BOARD_DIR={self.board} submodules"
            raise Failure(f"{empty[0]} of {self.tree} is empty, first run: {command}")
