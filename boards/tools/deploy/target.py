"""A board's files: what is there, what has to change, and changing it.

A file is written under another name and then renamed, so a cut cable leaves the old one or the
new one. main.py comes last: it never starts what is not all there.
"""

import hashlib

from .. import facts
from . import Failure
from .link import Wrong

_NEW = ".new"
_PIECE = 2048  # bytes in one exchange
_LAST = ("boot.py", "main.py")
_SPARE_BLOCKS = 4  # for the file system's own records
# Measured on an RP2040: bytes of heap for 100 of files, and what MicroPython itself, the board and
# a modem with all its sockets have there besides.
_LOADED = 149
_BESIDES = 71000


class Target:
    """`wanted`: {path: bytes}. `there`: {path: (bytes, SHA-256)}; a folder's path ends in /."""

    def __init__(self, link, wanted):
        self._link = link
        self._wanted = wanted
        self.look()

    def look(self):
        """What is there in the places that are ours."""
        listed = self._link.values("listing", PATHS=sorted(set(self._places())))
        self.there = {path: (size, digest) for path, size, digest in listed}

    def changed(self):
        """The paths that have to be written, in the order in which to write them."""
        paths = [path for path, data in self._wanted.items() if not self._same(path, data)]
        return sorted(paths, key=lambda path: (path in _LAST, path))

    def stale(self):
        """What a former version has left, folders behind what is in them."""
        kept = set(self._wanted).union(*map(_folders, self._wanted))
        return sorted(self.there.keys() - kept, reverse=True)

    def require_room(self, space):
        """`space`: the board's statvfs. A file needs its room before the old one's is free."""
        block = space[0]
        free = space[3] - _SPARE_BLOCKS
        free += sum(_blocks(self.there[path][0], block) for path in self.stale())
        least = free
        for path in self.changed():
            free -= _blocks(len(self._wanted[path]), block)
            least = min(least, free)
            free += _blocks(self.there.get(path, (0,))[0], block)
        if least < 0:
            missing = -least * block
            raise Failure(f"the board's file system is too full: {missing} bytes are missing")

    def require_heap(self, heap):
        """`heap`: the board's, in bytes. Files are loaded into it, where frozen they are not."""
        loaded = self._wanted.keys() - facts.lazy()
        needed = sum(len(self._wanted[path]) for path in loaded) * _LOADED // 100 + _BESIDES
        if heap < needed:
            raise Failure(
                f"as files the modem needs {needed // 1024} KB of heap, and here are"
                f" {heap // 1024}: this board wants an image with the modem in it (make image)"
            )

    def write(self, path, moved):
        """Copy one file; moved(n) is told of each piece."""
        try:
            self._write(path, moved)
        except Wrong as error:
            raise Failure(f"{path} cannot be written: {error}") from error

    def _write(self, path, moved):
        for folder in _folders(path):
            if folder not in self.there:
                self._link.run(f"import os\nos.mkdir({folder[:-1]!r})")
                self.there[folder] = (0, "")
        data = self._wanted[path]
        pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)] or [b""]
        texts = [f"file.write({piece!r})\n" for piece in pieces]
        texts[0] = f"import os\nfile = open({path + _NEW!r}, 'wb')\n" + texts[0]
        texts[-1] += f"file.close()\nos.rename({path + _NEW!r}, {path!r})\n"
        for text, piece in zip(texts, pieces, strict=True):
            self._link.run(text)
            moved(len(piece))

    def remove(self, path):
        if path.endswith("/"):
            self._link.run(f"import os\nos.rmdir({path[:-1]!r})")
        else:
            self._link.run(f"import os\nos.remove({path!r})")

    def verify(self):
        """All is there as it should be, and nothing else."""
        self.look()
        wrong = [*self.changed(), *self.stale()]
        if wrong:
            raise Failure(f"{wrong[0]} does not read back as it was written: deploy again")

    def _same(self, path, data):
        return self.there.get(path) == (len(data), hashlib.sha256(data).hexdigest())

    def _places(self):
        """Our folders, and beside a file of the top what would be taken for it."""
        for path in self._wanted:
            top, slash, _ = path.partition("/")
            if slash:
                yield top
                continue
            stem = path.rpartition(".")[0]
            for suffix in (".py", ".mpy"):
                yield stem + suffix
                yield stem + suffix + _NEW


def _folders(path):
    """`a/b/c.py`: a/, a/b/."""
    return [path[: i + 1] for i, letter in enumerate(path) if letter == "/"]


def _blocks(size, block):
    return -(-size // block)
