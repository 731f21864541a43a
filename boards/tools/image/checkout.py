"""MicroPython from a checkout of the user, with its submodules. The tool does not change it."""

from dataclasses import dataclass
from pathlib import Path

from . import Failure

_SUBMODULES = ("lib/lwip", "lib/mbedtls", "lib/micropython-lib", "lib/pico-sdk", "lib/tinyusb")


@dataclass
class Sources:
    """A checkout. It has no identity, because the user can change the sources at any time."""

    tree: Path
    board: Path

    name = "checkout"
    identity = None

    def prepare(self, _log):
        """Raise Failure if the tree is not a checkout, or if a submodule is missing."""
        if not (self.tree / "ports/rp2/CMakeLists.txt").exists():
            raise Failure(f"{self.tree} is not a checkout of MicroPython")
        empty = [name for name in _SUBMODULES if not any((self.tree / name).glob("*"))]
        if empty:
            port = self.tree / "ports/rp2"
            command = f"make -C {port} BOARD_DIR={self.board} submodules"
            raise Failure(f"{empty[0]} in {self.tree} is empty; first run: {command}")
