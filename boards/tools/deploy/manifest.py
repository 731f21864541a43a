"""Reader of a board's manifest.py, in the format that MicroPython's build uses.

A manifest is Python source that calls include(), package() and module(), and runs in its own
folder. Files below $(PORT_DIR) and $(MPY_DIR) belong to MicroPython: the board has them already.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from . import Failure

_OF_MICROPYTHON = ("$(PORT_DIR)", "$(MPY_DIR)", "$(MPY_LIB_DIR)")


@dataclass(frozen=True)
class Entry:
    """A file of the firmware."""

    path: str  # path on the board, such as wipmodem/modem.py
    source: Path  # path of the file on this PC


class Manifest:
    """A board's manifest: `entries` lists each file once; a later entry replaces an earlier one.

    path: path of manifest.py. Raise Failure if the manifest cannot be read or run.
    """

    def __init__(self, path):
        self._board = path.parent
        self._found = {}
        self._run(path)
        self.entries = list(self._found.values())

    def _run(self, path):
        words = {
            "include": self._include,
            "package": self._package,
            "module": self._module,
            "metadata": lambda **_: None,
        }
        with contextlib.chdir(path.parent):
            try:
                exec(compile(path.read_text(), str(path), "exec"), words)
            except (OSError, NameError, TypeError, SyntaxError) as error:
                raise Failure(f"{os.path.relpath(path)}: {error}") from error

    def _include(self, name, **_):
        if not name.startswith(_OF_MICROPYTHON):
            path = self._resolve(name)
            self._run(path if path.suffix == ".py" else path / "manifest.py")

    def _package(self, name, files=None, base_path=".", **_):
        base = self._resolve(base_path)
        if files is None:
            files = sorted(
                str(file.relative_to(base / name)) for file in (base / name).rglob("*.py")
            )
        for file in files:
            self._add(f"{name}/{file}", base)

    def _module(self, name, base_path=".", **_):
        self._add(name, self._resolve(base_path))

    def _add(self, path, base):
        source = base / path
        if not source.is_file():
            raise FileNotFoundError(f"there is no {path} in {base}")
        self._found[path] = Entry(path, source)

    def _resolve(self, name):
        return Path(name.replace("$(BOARD_DIR)", str(self._board))).resolve()
