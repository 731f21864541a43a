"""The files from Debian's archive that an image is built from, each with its SHA-256.

Where possible the files are the original archives of the projects, which do not change with a new
revision of the Debian package. If Debian has replaced a file, `make image` fails and reports the
version that Debian has now. Then write the new file and its SHA-256 here, check patches.py against
the new sources, and run `make test-chip`.
"""

from dataclasses import dataclass

# Suites to search, in this order. Testing (forky) keeps a version for longer than unstable (sid);
# stable (trixie) has the packages that have not changed since its release.
SUITES = ("forky", "sid", "trixie")


@dataclass(frozen=True)
class Pin:
    """One pinned file of Debian's archive."""

    folder: str  # target folder in MicroPython's source tree
    file: str  # name of the file in Debian's archive
    sha256: str

    @property
    def package(self):
        """Name of the package."""
        return self.file.partition("_")[0]

    @property
    def binary(self):
        """True for a binary package, False for an archive of sources."""
        return self.file.endswith(".deb")


MICROPYTHON = "1.26.1"
PINS = (
    Pin(
        "",
        "micropython_1.26.1+ds.orig.tar.xz",
        "f5ad2ec89d3e921f753d448955af98b6005655f84ba26087dde6ba0e8d062f34",
    ),
    Pin(
        "lib/lwip",
        "lwip_2.2.1+dfsg1.orig.tar.xz",
        "83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1",
    ),
    Pin(
        "lib/pico-sdk",
        "pico-sdk_2.2.0.orig.tar.gz",
        "dbd8db79015aced4ef35cbaa88051b0d451775010d20202e1c7d2bee69c25b35",
    ),
    Pin(
        "lib/tinyusb",
        "tinyusb-source_0.18.0+dfsg-1_all.deb",
        "01ce2c645df68f14a8a7dcfc8fb355713152543757955820479a87949a61154e",
    ),
)
