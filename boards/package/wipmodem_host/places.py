"""Paths of firmware and launcher, in the installed wheel or in a checkout."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PACKED = _HERE / "tree"
ROOT = _PACKED if _PACKED.is_dir() else _HERE.parents[2]

LAUNCHER = ROOT / "boards" / "host"
