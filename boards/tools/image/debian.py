"""MicroPython from Debian's archive: only the files that pins.py lists.

In Debian's sources of MicroPython the folders with code of other projects are empty. This module
fills them from the packages of those projects.
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

# Maps each package to the command that the build uses from it; None for a library.
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
    """Return {package: version} of the compiler's packages that are installed."""
    if not shutil.which("dpkg-query"):
        return {}
    command = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status} ${Version}\n", *_COMPILER]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    # a missing package has no version in the output
    fields = (line.split(" ") for line in listed.splitlines())
    return {name: version for name, status, version in fields if status == "installed"}


def _missing():
    """Return the names of the missing packages.

    On systems other than Debian the libraries come with the compiler, and are not checked.
    """
    present = installed()
    commands = [
        name for name, command in _COMPILER.items() if command and not shutil.which(command)
    ]
    libraries = [name for name, command in _COMPILER.items() if present and not command]
    return commands + [name for name in libraries if name not in present]


def install_compiler(log):
    """Install missing packages as root on Debian; otherwise raise Failure if any is missing."""
    missing = _missing()
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise Failure(f"the tools of Debian's packages {names} are missing")
    if os.geteuid():
        raise Failure(f"packages are missing; first run as root: apt-get install {names}")
    say(f"installing {names}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log.run("apt-get update", ["apt-get", "update"])
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    log.run("apt-get install", install, env=quiet)


@dataclass
class Sources:
    """The source tree from the pinned files, below `folder`.

    The tree is unpacked once, and again after a change of the pins or patches.
    """

    folder: Path
    pins: tuple = PINS
    suites: tuple = SUITES
    etc: Path = Path("/etc/apt")  # apt's configuration on this machine

    name = "debian"

    @property
    def tree(self):
        return self.folder / "micropython"

    @property
    def _stamp(self):
        return self.folder / "made_of"

    @property
    def _wanted(self):
        """Return the text of the stamp for a tree with the present pins and patches."""
        patched = hashlib.sha256(repr(patches.PATCHES).encode()).hexdigest()
        lines = [f"{pin.sha256}  {pin.file}" for pin in self.pins]
        return "\n".join([*lines, f"{patched}  patches", ""])

    @property
    def identity(self):
        """Text that identifies the content of the tree; None if the tree is not up to date."""
        wanted = self._wanted
        return wanted if self._stamp.exists() and self._stamp.read_text() == wanted else None

    def prepare(self, log):
        """Download, unpack and patch the pinned files, unless the tree is up to date.

        Raise Failure if a file is no longer in Debian's archive.
        """
        if self.identity:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        packages = self.folder / "packages"
        packages.mkdir(parents=True)
        say(f"downloading MicroPython {MICROPYTHON} and its libraries from Debian")
        archive = Archive(self.folder / "apt", self.suites, self.etc, log)
        found = [archive.find(pin) for pin in self.pins]
        for pin, package in zip(self.pins, found, strict=True):
            archive.fetch(pin, package, packages)
        say("unpacking")
        for pin in self.pins:
            _unpack(packages / pin.file, self.tree / pin.folder, log)
        _leave_out_drivers(self.tree)
        patches.apply(self.tree)
        shutil.rmtree(self.folder / "apt")
        self._stamp.write_text(self._wanted)


def _unpack(archive, folder, log):
    """Unpack a package into an empty folder of the tree."""
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
    """Remove the drivers of micropython-lib from the port's manifest: Debian has no package."""
    (tree / "lib/micropython-lib/README.md").touch()
    manifest = tree / "ports/rp2/boards/manifest.py"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if not line.startswith("require(")))
