"""Tells whether an image is what its inputs would give again: a hash over all of them."""

import hashlib
from pathlib import Path

_TOOL = Path(__file__).parent
_C_SIDE = (".h", ".cmake", ".csv", ".ld")  # what of a board folder reaches an image without us


def inputs(root, board, plain):
    """The files of ours that an image depends on."""
    folders = [board, _TOOL] if plain else [board, _TOOL, root / "firmware"]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if _counts(path, plain and board in path.parents)]


def _counts(path, c_side_only):
    return path.suffix in (_C_SIDE if c_side_only else (*_C_SIDE, ".py"))


def key_of(files, *texts):
    """One key of the files' names and contents, and of what else there is to know."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(repr(text).encode())
    for path in files:
        digest.update(f"{path}\n{path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
