"""Build of an image from a source tree. Later builds only compile what has changed.

The images with and without the modem differ in one manifest, which includes the manifest of the
board or of MicroPython's port, and in the value of WIPMODEM_PLAIN for the board's C files. Each
of the two has its own build folder.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import Failure
from .progress import Meter, say
from .run import Log

_CORES = str(os.cpu_count() or 2)
_RAM_START = 0x20000000
_FLASH_START = 0x10000000
# Maps the chip in mpconfigboard.cmake to the family in the UF2 file.
_FAMILIES = {"rp2040": "RP2040", "rp2350": "RP2350_ARM_S"}
# Folders into which newer libraries have moved headers. MicroPython's build does not know these
# folders, and would not find the names in the headers.
_MOVED_HEADERS = ("lib/pico-sdk/src/rp2_common/pico_platform_common/include",)


@dataclass
class Build:
    """The build of one board from one source tree."""

    board: Path  # path of the board's folder
    tree: Path  # path of MicroPython's sources
    identity: str | None  # text that identifies the content of the tree; None for a checkout
    folder: Path  # folder for all output except the image
    log: Log
    plain: bool  # True for the image without the modem

    @property
    def _cmake(self):
        return self.folder / ("plain" if self.plain else "cmake")

    @property
    def _mpy_cross(self):
        return self.folder / "mpy-cross"

    @property
    def _environment(self):
        """Return the environment for make, cmake and ninja.

        If the tree comes from an archive, the build must not take the version of this project from
        git, and must not use the present date.
        """
        environment = {**os.environ, "MICROPY_MPYCROSS": str(self._mpy_cross / "mpy-cross")}
        if self.identity:
            modified_s = (self.tree / "py/mpconfig.h").stat().st_mtime
            environment["SOURCE_DATE_EPOCH"] = str(int(modified_s))
            environment["GIT_CEILING_DIRECTORIES"] = str(self.tree.parent)
        return environment

    def make(self, image):
        """Build the image and write it to the path `image`. Return a line with its sizes."""
        self._clean_if_changed()
        manifest = "$(PORT_DIR)/boards" if self.plain else self.board
        self._write_manifest(f'include("{manifest}/manifest.py")\n')
        self._make_mpy_cross()
        self._configure()
        self._compile()
        self._write_uf2(image)
        return self._sizes()

    def _run(self, what, command, watch=None):
        self.log.run(what, command, watch, env=self._environment)

    @property
    def _settings(self):
        headers = [self.tree / folder for folder in _MOVED_HEADERS]
        settings = {
            "MICROPY_BOARD": self.board.name,
            "MICROPY_BOARD_DIR": self.board,
            "MICROPY_FROZEN_MANIFEST": self.folder / "manifest.py",
            "MICROPY_CPP_INC_EXTRA": ";".join(str(path) for path in headers if path.exists()),
            "PICO_CLIB": "newlib",
            "PICO_NO_PICOTOOL": "1",
        }
        return [f"-D{name}={value}" for name, value in settings.items()]

    def _clean_if_changed(self):
        """Empty the build folder if the tree or the settings differ from those of the last build.

        The times of the files do not show that the source folder or the settings have changed.
        """
        made_for = self.folder / "made_for"
        wanted = repr((self.tree, self.identity, self._settings))
        if not made_for.exists() or made_for.read_text() != wanted:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            made_for.write_text(wanted)

    def _write_manifest(self, manifest):
        """Write the manifest and remove the frozen code, so that all modules are frozen again.

        MicroPython compares the times of files, which is wrong after files were replaced.
        """
        (self.folder / "manifest.py").write_text(manifest)
        (self._cmake / "frozen_content.c").unlink(missing_ok=True)
        shutil.rmtree(self._cmake / "frozen_mpy", ignore_errors=True)

    def _make_mpy_cross(self):
        if not self._mpy_cross.exists():
            say("building mpy-cross")
        source = self.tree / "mpy-cross"
        self._run("mpy-cross", ["make", "-C", source, f"-j{_CORES}", f"BUILD={self._mpy_cross}"])

    def _configure(self):
        if (self._cmake / "build.ninja").exists():
            return
        say("configuring")
        command = ["cmake", "-G", "Ninja", "-S", self.tree / "ports/rp2", "-B", self._cmake]
        try:
            self._run("cmake", [*command, *self._settings, f"-DWIPMODEM_PLAIN={int(self.plain)}"])
        except (Failure, KeyboardInterrupt):
            # A later run of cmake would not repair an incomplete configuration, so it is removed.
            shutil.rmtree(self._cmake, ignore_errors=True)
            raise

    def _compile(self):
        with Meter("building") as meter:

            def watch(line):
                done = re.match(r"\[(\d+)/(\d+)\]", line)
                if done:
                    meter.at(int(done[1]), int(done[2]))

            self._run("the build", ["ninja", "-C", self._cmake, "-j", _CORES], watch)

    def _write_uf2(self, image):
        chip = _setting(self.board / "mpconfigboard.cmake", r'PICO_PLATFORM "?(rp2\d+)')
        converter = [sys.executable, self.tree / "tools/uf2conv.py", "--convert"]
        place = ["--base", hex(_FLASH_START), "--family", _FAMILIES[chip]]
        files = ["--output", image, self._cmake / "firmware.bin"]
        self._run("uf2conv", [*converter, *place, *files])

    def _sizes(self):
        symbols = _symbols(self._cmake / "firmware.elf")
        flash = (self._cmake / "firmware.bin").stat().st_size
        static = symbols["__GcHeapStart"] - _RAM_START
        heap = symbols["__GcHeapEnd"] - symbols["__GcHeapStart"]
        return f"{_kb(flash)} of flash, {_kb(static)} of static RAM, {_kb(heap)} of heap"


def _kb(count):
    return f"{count / 1024:.1f} KB"


def _setting(path, pattern):
    found = re.search(pattern, path.read_text())
    if not found:
        raise Failure(f"{path} does not name a chip of the rp2 port")
    return found[1]


def _symbols(elf):
    """Return {symbol: address} of an ELF file."""
    listed = subprocess.run(["arm-none-eabi-nm", str(elf)], stdout=subprocess.PIPE, check=True)
    fields = (line.split() for line in listed.stdout.decode().splitlines())
    return {words[2]: int(words[0], 16) for words in fields if len(words) == 3}
