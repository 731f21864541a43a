"""Pinned sources of an image: real apt on a small archive of Debian's kind, in a folder."""

import hashlib
import io
import shutil
import subprocess
import tarfile

import pytest

from boards.tools.image import Failure, patches
from boards.tools.image.debian import Sources
from boards.tools.image.pins import PINS, Pin
from boards.tools.image.run import Log

pytestmark = pytest.mark.skipif(not shutil.which("apt-get"), reason="apt is Debian's")

_SDK = {"pico-sdk-2.2.0/sdk.cmake": "the SDK"}
_LWIP = {"lwip/src/core.c": "lwIP"}
_MACHINE = "Types: deb\nURIs: file:{}/debian\nSuites: stable\nComponents: main\nTrusted: yes\n"


def micropython():
    """Files that have each text that is patched."""
    files = {
        "micropython/lib/micropython-lib/": "",
        "micropython/lib/tinyusb/": "",
        "micropython/ports/rp2/boards/manifest.py": 'freeze("x")\nrequire("neopixel")\n',
    }
    for name, old, _ in patches.PATCHES:
        files[f"micropython/{name}"] = files.get(f"micropython/{name}", "") + old
    return files


def packed(files):
    """A .tar.xz; a name that ends in a slash is an empty folder."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:xz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name.rstrip("/"))
            entry.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            entry.mode = 0o755
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Archive:
    """A Debian archive in `home`, and the files of a machine that reads it."""

    def __init__(self, home):
        self.home = home / "debian"
        self.etc = home / "etc"
        (self.home / "pool").mkdir(parents=True)
        (self.etc / "sources.list.d").mkdir(parents=True)
        (self.etc / "sources.list.d/debian.sources").write_text(_MACHINE.format(home))

    def source(self, package, version, data):
        """Put an upstream archive into the pool: (its pin without a folder, its record)."""
        file = f"{package}_{version.rpartition('-')[0]}.orig.tar.xz"
        (self.home / "pool" / file).write_bytes(data)
        record = (
            f"Package: {package}\nBinary: {package}\nVersion: {version}\nArchitecture: any\n"
            f"Format: 3.0 (quilt)\nDirectory: pool\n"
            f"Checksums-Sha256:\n {sha256(data)} {len(data)} {file}\n"
        )
        return (file, sha256(data)), record

    def binary(self, package, version, name, text):
        """The same of a package that has one file in a folder of /usr/src."""
        root = self.home.parent / package
        (root / "DEBIAN").mkdir(parents=True)
        control = f"Package: {package}\nVersion: {version}\nArchitecture: all\n"
        control += "Maintainer: Test <test@example.com>\nDescription: test\n"
        (root / "DEBIAN/control").write_text(control)
        (root / "usr/src" / name).parent.mkdir(parents=True)
        (root / "usr/src" / name).write_text(text)
        deb = self.home / "pool" / f"{package}_{version}_all.deb"
        subprocess.run(["dpkg-deb", "-b", root, deb], check=True, capture_output=True)
        data = deb.read_bytes()
        shutil.rmtree(root)
        placed = f"Filename: pool/{deb.name}\nSize: {len(data)}\nSHA256: {sha256(data)}\n"
        return (deb.name, sha256(data)), control + placed

    def suite(self, name, sources, binaries=()):
        """Write the lists of a suite."""
        machine = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
        dists = self.home / "dists" / name
        lists = {
            "main/source/Sources": "\n".join(sources),
            f"main/binary-{machine}/Packages": "\n".join(binaries),
        }
        sums = ""
        for path, text in lists.items():
            (dists / path).parent.mkdir(parents=True, exist_ok=True)
            (dists / path).write_text(text)
            sums += f" {sha256(text.encode())} {len(text)} {path}\n"
        head = f"Suite: {name}\nCodename: {name}\nArchitectures: {machine}\nComponents: main\n"
        (dists / "Release").write_text(f"{head}SHA256:\n{sums}")


class World:
    """Two suites: the newer one has moved to MicroPython 2.0, the older one has 1.26.1."""

    def __init__(self, home):
        self.home = home
        self.archive = archive = Archive(home)
        made, self.old = archive.source("micropython", "1.26.1+ds-1", packed(micropython()))
        sdk, sdk_record = archive.source("pico-sdk", "2.2.0-3", packed(_SDK))
        lwip, lwip_record = archive.source("lwip", "2.2.1-9", packed(_LWIP))
        usb, usb_record = archive.binary("tinyusb-source", "0.18-1", "tinyusb/usb.c", "USB")
        self.pins = (
            Pin("", *made),
            Pin("lib/lwip", *lwip),
            Pin("lib/pico-sdk", *sdk),
            Pin("lib/tinyusb", *usb),
        )
        _, self.new = archive.source("micropython", "2.0-1", b"another")
        self.rest = sdk_record, lwip_record
        archive.suite("newer", [self.new, *self.rest], [usb_record])
        archive.suite("older", [self.old])
        self.sources = Sources(home / "sources", self.pins, ("newer", "older"), archive.etc)

    def refusal(self):
        with pytest.raises(Failure) as refused:
            self.prepare()
        assert not self.sources.identity
        return str(refused.value)

    def prepare(self):
        self.sources.prepare(Log(self.home / "log"))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_each_file_comes_from_the_first_suite_that_has_it(world, capsys):
    world.prepare()
    tree = world.sources.tree
    assert (tree / "lib/lwip/src/core.c").read_text() == "lwIP"
    assert (tree / "lib/pico-sdk/sdk.cmake").read_text() == "the SDK"
    assert (tree / "lib/tinyusb/usb.c").read_text() == "USB"
    assert (tree / "ports/rp2/boards/manifest.py").read_text() == 'freeze("x")\n'
    for name in {name for name, _, _ in patches.PATCHES}:
        expected = "".join(new for each, _, new in patches.PATCHES if each == name)
        assert (tree / name).read_text() == expected
    said = (
        "image: downloading MicroPython 1.26.1 and its libraries from Debian\nimage: unpacking\n"
    )
    assert capsys.readouterr() == (said, "")


def test_an_unpacked_tree_is_kept_until_a_pin_changes(world, capsys):
    world.prepare()
    before = world.sources.identity
    shutil.rmtree(world.archive.home)
    capsys.readouterr()
    world.prepare()
    assert capsys.readouterr() == ("", "") and world.sources.identity == before
    world.sources.pins = world.pins[1:]
    assert world.sources.identity is None


def test_a_file_that_debian_has_replaced_is_named_with_its_successor(world):
    world.archive.suite("older", [])
    assert world.refusal() == (
        "Debian no longer has micropython_1.26.1+ds.orig.tar.xz, but micropython 2.0-1 in"
        " newer: pin another version in boards/tools/image/pins.py,"
        " or use a checkout of MicroPython: MPY_DIR=FOLDER"
    )


def test_a_package_that_debian_has_dropped_is_named(world):
    world.archive.suite("newer", world.rest)
    world.archive.suite("older", [])
    assert world.refusal().startswith(
        "Debian no longer has micropython_1.26.1+ds.orig.tar.xz, nor any micropython: pin another"
    )


def test_a_file_of_the_right_name_and_other_content_is_not_taken(world):
    """Its list names the pinned hash, but the archive delivers another file."""
    pool = world.archive.home / "pool" / world.pins[0].file
    pool.write_bytes(bytes(pool.stat().st_size))
    assert world.refusal().startswith("apt-get source failed: ")


def test_another_file_under_a_pinned_name_is_not_found(world):
    _, record = world.archive.source("micropython", "1.26.1+ds-1", b"other sources")
    world.archive.suite("older", [record])
    assert "but micropython 2.0-1 in newer, 1.26.1+ds-1 in older: pin another" in world.refusal()


@pytest.mark.parametrize("at", range(len(patches.PATCHES)))
def test_sources_that_a_patch_does_not_fit_are_refused(tmp_path, at):
    """Neither without its text nor with that text twice."""
    name, old, _ = patches.PATCHES[at]
    first = old.strip().splitlines()[0].strip()
    for text in ("", old + old):
        for path, content in micropython().items():
            if not path.endswith("/"):
                place = tmp_path / path.removeprefix("micropython/")
                place.parent.mkdir(parents=True, exist_ok=True)
                same = path == f"micropython/{name}"
                place.write_text(content.replace(old, text) if same else content)
        with pytest.raises(Failure) as refused:
            patches.apply(tmp_path)
        complaint = f"patches.py does not match {name} in these sources at: {first}"
        assert str(refused.value) == complaint


def test_each_pin_has_a_whole_hash_and_a_place_of_its_own():
    assert all(len(bytes.fromhex(pin.sha256)) == 32 for pin in PINS)
    assert len({pin.folder for pin in PINS}) == len({pin.file for pin in PINS}) == len(PINS)
    assert [pin.package for pin in PINS] == ["micropython", "lwip", "pico-sdk", "tinyusb-source"]
