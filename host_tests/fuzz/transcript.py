"""A failure as a file that can be played, below build/fuzz/."""

from pathlib import Path

from fuzz.watch import form

ROOT = Path(__file__).resolve().parents[2]
FOUND = ROOT / "build" / "fuzz" / "found"

_KEY_MOST = 60


def write(failure):
    """Its path if there is none as short of the same kind, else None."""
    words = str(failure)
    key = form(words.encode("ascii", "replace")).decode()
    name = "".join(char if char.isalnum() else "_" for char in key[:_KEY_MOST])
    path = FOUND / f"{name}.txt"
    text = "\n".join([*_head(words, path), *failure.steps, ""])
    if path.exists() and len(path.read_text()) <= len(text):
        return None
    FOUND.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _head(words, path):
    """What the oracle had to complain of, and how to play it."""
    place = path.relative_to(ROOT)
    return [
        f"# Found by fuzzing: {words}",
        "# PYTHONPATH=firmware:boards/host:host_tests .venv/bin/python host_tests/transcripts.py"
        f" {place}",
    ]
