"""The key of an image: a hash of all inputs. An image with the same key need not be rebuilt."""

import hashlib
from pathlib import Path

_TOOL = Path(__file__).parent
# suffixes of the files in a board's folder that a plain image uses
_C_SIDE = (".h", ".cmake", ".csv", ".ld")


def inputs(root, board, plain):
    """Return the files of this project that an image depends on, as a sorted list.

    plain: True for an image without the modem.
    """
    folders = [board, _TOOL] if plain else [board, _TOOL, root / "firmware"]
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if _counts(path, plain and board in path.parents)]


def _counts(path, c_side_only):
    return path.suffix in (_C_SIDE if c_side_only else (*_C_SIDE, ".py"))


def key_of(files, *texts):
    """Return the key for the names and contents of the files, and for the additional `texts`."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(repr(text).encode())
    for path in files:
        digest.update(f"{path}\n{path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
