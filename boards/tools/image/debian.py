"""MicroPython from Debian's archive: the files that pins.py names, and no others.

Debian leaves the folders of other projects' code empty; they are filled from those projects'
packages.
"""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import Failure, patches
from .archive import Archive
from .pins import MICROPYTHON, PINS, SUITES
from .progress import say

# Package -> the command that it is there for.
_COMPILER = {
    "gcc-arm-none-eabi": "arm-none-eabi-gcc",
    "libnewlib-arm-none-eabi": None,
    "libstdc++-arm-none-eabi-newlib": None,
    "cmake": "cmake",
    "ninja-build": "ninja",
    "g++": "g++",
    "make": "make",
}


def installed():
    """Versions of the compiler's packages that are installed, by name."""
    if not shutil.which("dpkg-query"):
        return {}
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status} ${Version}\n", *_COMPILER]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    fields = (line.split(" ") for line in listed.splitlines())  # not installed: no version
    return {name: version for name, status, version in fields if status == "installed"}


def _missing():
    """On other systems than Debian's the libraries come with the compiler."""
    have = installed()
    commands = [
        name for name, command in _COMPILER.items() if command and not shutil.which(command)
    ]
    libraries = [name for name, command in _COMPILER.items() if have and not command]
    return commands + [name for name in libraries if name not in have]


def install_compiler(log):
    """Install what is missing, if that is ours to do."""
    missing = _missing()
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise Failure(f"the tools of Debian's packages {names} are missing")
    if os.geteuid():
        raise Failure(f"packages are missing, install them first: apt-get install {names}")
    say(f"installing {names}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log.run("apt-get update", ["apt-get", "update"])
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    log.run("apt-get install", install, env=quiet)


@dataclass
class Sources:
    """The tree of the pinned files, below `folder`. It is unpacked once and kept until the pins or
    the patches change."""

    folder: Path
    pins: tuple = PINS
    suites: tuple = SUITES
    etc: Path = Path("/etc/apt")

    name = "debian"

    @property
    def tree(self):
        return self.folder / "micropython"

    @property
    def _stamp(self):
        return self.folder / "made_of"

    @property
    def _wanted(self):
        """What the tree is to be made of: the pins and the patches."""
        patched = hashlib.sha256(repr(patches.PATCHES).encode()).hexdigest()
        lines = [f"{pin.sha256}  {pin.file}" for pin in self.pins]
        return "\n".join([*lines, f"{patched}  patches", ""])

    @property
    def identity(self):
        """Text that tells one tree from another; None until the wanted one is unpacked."""
        wanted = self._wanted
        return wanted if self._stamp.exists() and self._stamp.read_text() == wanted else None

    def prepare(self, log):
        """Fetch, unpack and patch the pinned files, unless that is done. Fail if one of them is no
        longer in Debian's archive."""
        if self.identity:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        packages = self.folder / "packages"
        packages.mkdir(parents=True)
        say(f"fetching MicroPython {MICROPYTHON} and its libraries from Debian")
        archive = Archive(self.folder / "apt", self.suites, self.etc, log)
        places = [archive.find(pin) for pin in self.pins]
        for pin, place in zip(self.pins, places, strict=True):
            archive.fetch(pin, place, packages)
        say("unpacking")
        for pin in self.pins:
            _unpack(packages / pin.file, self.tree / pin.folder, log)
        _leave_out_drivers(self.tree)
        patches.apply(self.tree)
        shutil.rmtree(self.folder / "apt")
        self._stamp.write_text(self._wanted)


def _unpack(archive, folder, log):
    """The content of a package into an empty folder of the tree."""
    if archive.suffix != ".deb":
        folder.mkdir(parents=True, exist_ok=True)
        log.run("tar", ["tar", "-xf", archive, "-C", folder, "--strip-components=1"])
        return
    opened = archive.parent / "opened"
    log.run("dpkg-deb", ["dpkg-deb", "-x", archive, opened])
    (content,) = (opened / "usr/src").iterdir()
    folder.rmdir()
    content.rename(folder)
    shutil.rmtree(opened)


def _leave_out_drivers(tree):
    """micropython-lib is no package: do without the drivers that the port takes from there."""
    (tree / "lib/micropython-lib/README.md").touch()
    manifest = tree / "ports/rp2/boards/manifest.py"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if not line.startswith("require(")))
