"""MicroPython from Debian's source packages, fetched with apt on a Debian machine.

A newer suite than the machine's own is read through a private apt folder: the machine's settings
stay as they are, and its own list of sources says where packages come from. Debian leaves the
folders of other projects' code empty; they are filled from those projects' packages.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import Failure
from .progress import say

SUITE = "sid"
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
_PROJECT = "micropython"
# Folder in MicroPython's tree -> the source package that belongs there.
_SOURCES = {"": _PROJECT, "lib/lwip": "lwip", "lib/mbedtls": "mbedtls"}
# The same for packages that hold their sources as files.
_BINARIES = {"lib/pico-sdk": "pico-sdk-source", "lib/tinyusb": "tinyusb-source"}

_APT_CONF = """\
Dir::Etc::sourcelist "{here}/machine.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "{here}/lists";
Dir::Cache "{here}/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
"""
_STANZA = """\
Types: deb deb-src
URIs: {uris}
Suites: {suite}
Components: main
{signed_by}
"""


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
    """The tree below `folder`, unpacked once and kept until the folder is deleted."""

    folder: Path
    suite: str = SUITE

    @property
    def name(self):
        return f"debian-{self.suite}"

    @property
    def tree(self):
        return self.folder / _PROJECT

    @property
    def _stamp(self):
        return self.folder / "versions"

    @property
    def identity(self):
        """Tells one tree from another: the files it was unpacked from; None before that."""
        return self._stamp.read_text() if self._stamp.exists() else None

    def prepare(self, log):
        if self.identity:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        packages = self.folder / "packages"
        packages.mkdir(parents=True)
        say(f"fetching MicroPython and its libraries from Debian {self.suite}")
        _fetch(self.folder / "apt", self.suite, packages, log)
        names = sorted(path.name for path in packages.iterdir())
        say(f"unpacking {_version(names)}")
        _unpack(packages, self.tree, log)
        _leave_out_drivers(self.tree)
        self._stamp.write_text("\n".join(names) + "\n")


def _fetch(apt, suite, target, log):
    for folder in ("lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True)
    (apt / "machine.sources").write_text(sources_of(Path("/etc/apt"), suite))
    (apt / "apt.conf").write_text(_APT_CONF.format(here=apt))
    options = {"env": {**os.environ, "APT_CONFIG": str(apt / "apt.conf")}, "cwd": target}
    log.run("apt-get update", ["apt-get", "update", "--error-on=any"], **options)
    sources = ["apt-get", "source", "--download-only", "--tar-only", *_SOURCES.values()]
    log.run("apt-get source", sources, **options)
    log.run("apt-get download", ["apt-get", "download", *_BINARIES.values()], **options)


def sources_of(etc, suite):
    """The machine's own list of sources, cut down to its archive and turned to another suite."""
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        for stanza in path.read_text().split("\n\n"):
            uris = re.search(r"^URIs: *(\S*/debian/?)$", stanza, re.MULTILINE)
            if uris:
                signed_by = re.search(r"^Signed-By:.*(\n .*)*", stanza, re.MULTILINE)
                kept = signed_by[0] if signed_by else ""
                return _STANZA.format(uris=uris[1], suite=suite, signed_by=kept)
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        text = path.read_text() if path.exists() else ""
        found = re.search(r"^deb +(?:\[.*\] +)?(\S*/debian/?) ", text, re.MULTILINE)
        if found:
            return _STANZA.format(uris=found[1], suite=suite, signed_by="")
    raise Failure(f"no source of Debian packages in {etc}: name a MicroPython checkout instead")


def _version(names):
    archive = next(name for name in names if name.startswith(_PROJECT + "_"))
    return f"MicroPython {re.split('[_+-]', archive)[1]}"


def _unpack(packages, tree, log):
    for folder, name in _SOURCES.items():
        (archive,) = packages.glob(f"{name}_*.orig.tar.*")
        (tree / folder).mkdir(parents=True, exist_ok=True)
        log.run("tar", ["tar", "-xf", archive, "-C", tree / folder, "--strip-components=1"])
    for folder, name in _BINARIES.items():
        (archive,) = packages.glob(f"{name}_*.deb")
        opened = packages.parent / "opened"
        log.run("dpkg-deb", ["dpkg-deb", "-x", archive, opened])
        (tree / folder).rmdir()
        (opened / "usr/src" / name.removesuffix("-source")).rename(tree / folder)


def _leave_out_drivers(tree):
    """micropython-lib is no package: do without the drivers that the port takes from there."""
    (tree / "lib/micropython-lib/README.md").touch()
    manifest = tree / "ports/rp2/boards/manifest.py"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if not line.startswith("require(")))
