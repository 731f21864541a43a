"""The files of Debian's archive that an image is made of, each with its SHA-256.

They are upstream's own archives where Debian has them as a file, so a new revision of a Debian
package changes nothing. When Debian has replaced one of these files, `make image` fails and says
what Debian has instead. Then write the new file and its SHA-256 here, check patches.py against the
new sources, and run `make test-chip`.
"""

from dataclasses import dataclass

# The suites in which a file is looked for, in this order. Testing (forky) keeps a version for
# longer than unstable (sid), and stable (trixie) has what has not changed since its release.
SUITES = ("forky", "sid", "trixie")


@dataclass(frozen=True)
class Pin:
    """One file: its folder in MicroPython's tree, its name in Debian's archive, its SHA-256."""

    folder: str
    file: str
    sha256: str

    @property
    def package(self):
        return self.file.partition("_")[0]

    @property
    def binary(self):
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
