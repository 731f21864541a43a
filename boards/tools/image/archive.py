"""Debian's archive as apt sees it, one suite after the other.

Another suite than the machine's own is read through a private apt folder: the machine's settings
stay as they are, and its own list of sources says where packages come from.
"""

import hashlib
import os
import re
import subprocess

from . import Failure

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
{trust}
"""
# Why apt trusts an archive: lines of the machine's own source.
_TRUST = re.compile(r"^(Signed-By|Trusted):.*(\n .*)*", re.MULTILINE)


class Archive:
    """Finds and fetches pinned files. The list of a suite is read when the suites before it do not
    have a file."""

    def __init__(self, folder, suites, etc, log):
        self._folder = folder
        self._suites = suites
        self._etc = etc
        self._log = log

    def find(self, pin):
        """(suite, version) that has exactly this file. Fail if no suite has it."""
        for suite in self._suites:
            for record in self._records(suite, pin):
                if pin.sha256 in record:
                    return suite, _version(record)
        raise Failure(self._moved(pin))

    def _moved(self, pin):
        """A line about a file that no suite has: what Debian has instead, and what to do."""
        now = [
            f"{_version(record)} in {suite}"
            for suite in self._suites
            for record in self._records(suite, pin)
        ]
        has = f"but has {pin.package} {', '.join(now)}" if now else f"nor any {pin.package}"
        return (
            f"Debian no longer has {pin.file}, {has}: pin that in boards/tools/image/pins.py,"
            " or name a checkout of MicroPython: MPY_DIR=FOLDER"
        )

    def fetch(self, pin, place, target):
        """Download a file that was found at `place`, and check its hash."""
        suite, version = place
        get = ["download"] if pin.binary else ["source", "--download-only", "--tar-only"]
        command = ["apt-get", *get, f"{pin.package}={version}"]
        self._log.run(f"apt-get {get[0]}", command, env=self._environment(suite), cwd=target)
        if hashlib.sha256((target / pin.file).read_bytes()).hexdigest() != pin.sha256:
            raise Failure(f"{pin.file} has another SHA-256 than in pins.py")

    def _records(self, suite, pin):
        """What apt knows of the package in a suite: a text for each version."""
        command = ["apt-cache", "show" if pin.binary else "showsrc", pin.package]
        environment = self._environment(suite)
        shown = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        ).stdout
        return [record for record in shown.split("\n\n") if record.strip()]

    def _environment(self, suite):
        """For apt: the private folder of a suite, whose list is read the first time."""
        apt = self._folder / suite
        environment = {**os.environ, "APT_CONFIG": str(apt / "apt.conf")}
        if not (apt / "apt.conf").exists():
            for folder in ("lists/partial", "cache/archives/partial"):
                (apt / folder).mkdir(parents=True)
            (apt / "machine.sources").write_text(sources_of(self._etc, suite))
            (apt / "apt.conf").write_text(_APT_CONF.format(here=apt))
            update = ["apt-get", "update", "--error-on=any"]
            self._log.run("apt-get update", update, env=environment)
        return environment


def _version(record):
    return re.search(r"^Version: *(.*)$", record, re.MULTILINE)[1]


def sources_of(etc, suite):
    """The machine's own list of sources, cut down to its archive and turned to another suite."""
    for path in sorted(etc.glob("sources.list.d/*.sources")):
        for stanza in path.read_text().split("\n\n"):
            uris = re.search(r"^URIs: *(\S*/debian/?)$", stanza, re.MULTILINE)
            if uris:
                kept = [found[0] for found in _TRUST.finditer(stanza)]
                return _STANZA.format(uris=uris[1], suite=suite, trust="\n".join(kept))
    for path in [etc / "sources.list", *sorted(etc.glob("sources.list.d/*.list"))]:
        text = path.read_text() if path.exists() else ""
        found = re.search(r"^deb +(?:\[.*\] +)?(\S*/debian/?) ", text, re.MULTILINE)
        if found:
            return _STANZA.format(uris=found[1], suite=suite, trust="")
    raise Failure(f"no source of Debian packages in {etc}: name a MicroPython checkout instead")
