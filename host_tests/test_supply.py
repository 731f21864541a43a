"""What make fetches is pinned by hash, and no committed file names a registry."""

import json
import re
import tomllib

import pytest

from serving import ROOT

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
# Group of pyproject.toml -> its lock file.
_LOCKS = {
    "host": "boards/host/requirements.txt",
    "tools": "boards/tools/requirements.txt",
    "tests": "host_tests/requirements.txt",
    "fuzz": "host_tests/fuzz/requirements.txt",
    "mutation": "host_tests/mutation/requirements.txt",
    "stubs": "host_tests/stubs.txt",
    "stubs-chip": "host_tests/stubs-chip.txt",
}
_PINNED = re.compile(
    r"(?P<name>[\w.-]+)==(?P<version>[\w.]+)(?P<marker> ; [^\\\n]+)?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n(?:    #.*\n)+"
)


def locked(file):
    """{name: version} of a lock file, of which each line must be understood."""
    text = re.sub(r"\A(#.*\n)+", "", (ROOT / file).read_text())
    assert _PINNED.sub("", text) == ""
    return {each["name"]: each["version"] for each in _PINNED.finditer(text)}


def direct(group):
    """{name: version} as a group of pyproject.toml pins them, names as a registry has them."""
    pins = (re.fullmatch(r"([\w-]+)(?:\[\w+\])?==(\S+)", each) for each in group)
    return {re.sub(r"[-_.]+", "-", pin[1]).lower(): pin[2] for pin in pins if pin}


def test_each_group_has_its_lock_file():
    assert list(_PROJECT["dependency-groups"]) == list(_LOCKS)


@pytest.mark.parametrize("group", _LOCKS)
def test_a_lock_file_has_a_hash_for_each_package(group):
    """All of the group, in its version, and what it depends on."""
    wanted = direct(_PROJECT["dependency-groups"][group])
    assert len(wanted) == len(_PROJECT["dependency-groups"][group])
    assert wanted.items() <= locked(_LOCKS[group]).items()


def test_a_package_has_one_version_in_all_lock_files():
    versions = {}
    for file in _LOCKS.values():
        for name, version in locked(file).items():
            assert versions.setdefault(name, version) == version, name


def test_make_installs_nothing_without_a_hash():
    makefile = (ROOT / "Makefile").read_text()
    installs = re.findall(r"@\$\(PIP\)(.*)", makefile)
    assert len(installs) == 7 and all("--require-hashes -r" in line for line in installs)
    assert re.findall(r"npm (\w+)", makefile) == ["install", "ci"]  # lock, test-chip


def test_the_lock_file_of_npm_has_a_hash_for_each_package():
    """And no address: the registry is the machine's."""
    folder = ROOT / "host_tests/chip"
    lock = json.loads((folder / "package-lock.json").read_text())
    own, *others = lock["packages"].values()
    assert own["dependencies"] == json.loads((folder / "package.json").read_text())["dependencies"]
    assert others and all(each["integrity"].startswith("sha512-") for each in others)
    assert all("resolved" not in each for each in others)


@pytest.mark.parametrize("file", [*_LOCKS.values(), "host_tests/chip/package-lock.json"])
def test_a_lock_file_names_no_registry_and_no_folder(file):
    text = (ROOT / file).read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links|/(home|work|tmp|opt)/", text)


def test_requirements_agree():
    """What pip installs with the wheel is what `make run` installs."""
    ranges = (re.fullmatch(r"([\w-]+)>=.*", each) for each in _PROJECT["project"]["dependencies"])
    assert {each[1] for each in ranges if each} == set(
        direct(_PROJECT["dependency-groups"]["host"])
    )
