"""boards/*/package.json: fresh, and mip really installs a modem from it."""

import json
import sys
from unittest import mock

import pytest
from mpremote.main import main as mpremote_main

from boards.tools import facts, package
from boards.tools.deploy import running
from boards.tools.deploy.manifest import Manifest
from deploy_stand_in import StandIn
from deploy_tree import Tree

BOARDS = facts.names()
_PATIENCE_S = 20


@pytest.mark.parametrize("name", BOARDS)
def test_each_package_names_what_the_manifest_names(name):
    """Written anew it would be the same; `python -m boards.tools.package` writes it."""
    folder = facts.BOARDS / name
    written = (folder / "package.json").read_text()
    assert written == package.text(name)
    listed = {path: (folder / source).resolve() for path, source in json.loads(written)["urls"]}
    entries = Manifest(folder / "manifest.py").entries
    assert listed == {entry.path: entry.source for entry in entries}


def mpremote(arguments):
    with mock.patch.object(sys, "argv", ["mpremote", *arguments]):
        return mpremote_main()


def test_mip_installs_a_modem_that_starts(tmp_path):
    """From the folder itself, byte for byte; after a reset the modem answers on its own line."""
    tree = Tree(tmp_path).make()
    with mock.patch.object(facts, "BOARDS", tree.boards):
        listed = tree.boards / "stand_in" / "package.json"
        listed.write_text(package.text("stand_in"))
    sources = {
        entry.path: entry.source for entry in Manifest(listed.parent / "manifest.py").entries
    }
    order = sorted(sources, key=lambda path: (path == "main.py", path))
    lines = "".join(f"Installing: ./{path}\n" for path in order)
    with StandIn(tree.flash) as board:
        # resume: the stand-in knows no soft reset
        there = ["connect", board.port, "resume"]
        said = tree.run(mpremote, *there, "mip", "install", "--target", ".", listed, "+", "reset")
        assert said == (0, f"Install {listed}\n{lines}Done\n", "")
        assert running.ask(board.dte, 115200, _PATIENCE_S) == "wipmodem 0.1.0 stand_in"
    assert tree.on_flash() == {path: source.read_bytes() for path, source in sources.items()}
