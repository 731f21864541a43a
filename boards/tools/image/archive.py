"""Access to Debian's archive through apt, one suite after the other.

The suites may differ from the suite of this machine, so apt runs with a private folder and
configuration. The machine's settings do not change; its list of sources gives the address of the
archive.
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
# Lines in the machine's list of sources that make apt trust the archive.
_TRUST = re.compile(r"^(Signed-By|Trusted):.*(\n .*)*", re.MULTILINE)


class Archive:
    """A finder and downloader of pinned files in Debian's archive.

    folder: for the private apt folders; suites: names in the order of the search; etc: apt's
    configuration on this machine; log: the Log for the output of apt. The list of a suite is only
    read if the suites before it do not have a file.
    """

    def __init__(self, folder, suites, etc, log):
        self._folder = folder
        self._suites = suites
        self._etc = etc
        self._log = log

    def find(self, pin):
        """Return (suite, version) of the package with exactly this file, or raise Failure."""
        for suite in self._suites:
            for record in self._records(suite, pin):
                if pin.sha256 in record:
                    return suite, _version(record)
        raise Failure(self._not_found(pin))

    def _not_found(self, pin):
        """Return the error text for a file that no suite has.

        The text lists the versions that Debian has, and names a remedy.
        """
        others = [
            f"{_version(record)} in {suite}"
            for suite in self._suites
            for record in self._records(suite, pin)
        ]
        has = f"but {pin.package} {', '.join(others)}" if others else f"nor any {pin.package}"
        return (
            f"Debian no longer has {pin.file}, {has}: pin another version in"
            " boards/tools/image/pins.py, or use a checkout of MicroPython: MPY_DIR=FOLDER"
        )

    def fetch(self, pin, found, target):
        """Download a file into the folder `target` and check its hash.

        found: the result of find(). Raise Failure if apt fails or the hash is wrong.
        """
        suite, version = found
        get = ["download"] if pin.binary else ["source", "--download-only", "--tar-only"]
        command = ["apt-get", *get, f"{pin.package}={version}"]
        self._log.run(f"apt-get {get[0]}", command, env=self._environment(suite), cwd=target)
        if hashlib.sha256((target / pin.file).read_bytes()).hexdigest() != pin.sha256:
            raise Failure(f"{pin.file} does not have the SHA-256 in pins.py")

    def _records(self, suite, pin):
        """Return apt's records of the package in a suite, one text for each version."""
        command = ["apt-cache", "show" if pin.binary else "showsrc", pin.package]
        environment = self._environment(suite)
        shown = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        ).stdout
        return [record for record in shown.split("\n\n") if record.strip()]

    def _environment(self, suite):
        """Return the environment for apt with the private folder of a suite.

        The first call creates the folder and reads the list of the suite.
        """
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
    """Return a list of sources for `suite`, with the archive from the machine's list in `etc`."""
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
    raise Failure(f"no source of Debian packages in {etc}: use a MicroPython checkout, MPY_DIR=")
