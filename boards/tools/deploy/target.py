"""The files on a board: list them, compare them with the wanted files, and update them.

A file is written under another name and then renamed. After a lost connection the board therefore
has the complete old or the complete new file. main.py is written last, so that it never starts
with an incomplete firmware.
"""

import hashlib

from .. import facts
from . import Failure
from .link import ScriptError

_NEW = ".new"  # suffix of a file's name while the file is being written
_PIECE = 2048  # number of bytes of file content in one script
_LAST = ("boot.py", "main.py")
_SPARE_BLOCKS = 4  # number of free blocks that the directories of the file system may need
# Measured on an RP2040: the heap for the loaded files, in percent of their size, and the bytes of
# heap that MicroPython, the board and a modem with all its sockets need in addition.
_LOADED_PERCENT = 149
_BASE_HEAP = 71000


class Target:
    """The files on a board, below the paths that the firmware uses.

    link: the open Link; wanted: {path: bytes}. `present` maps each path on the board to
    (bytes, SHA-256); the path of a folder ends in /.
    """

    def __init__(self, link, wanted):
        self._link = link
        self._wanted = wanted
        self.look()

    def look(self):
        """Read the list of present files from the board."""
        listed = self._link.values("listing", PATHS=sorted(set(self._paths())))
        self.present = {path: (size, digest) for path, size, digest in listed}

    def changed(self):
        """Return the paths that have to be written, in the order of writing."""
        paths = [path for path, data in self._wanted.items() if not self._same(path, data)]
        return sorted(paths, key=lambda path: (path in _LAST, path))

    def stale(self):
        """Return the paths that an earlier version has left, each folder after its files."""
        needed = set(self._wanted).union(*map(_folders, self._wanted))
        return sorted(self.present.keys() - needed, reverse=True)

    def require_room(self, space):
        """Raise Failure if the file system is too small.

        space: result of os.statvfs() on the board.

        A new file is written before the old file is removed, so there must be room for both.
        """
        block = space[0]
        free = space[3] - _SPARE_BLOCKS
        free += sum(_blocks(self.present[path][0], block) for path in self.stale())
        lowest = free
        for path in self.changed():
            free -= _blocks(len(self._wanted[path]), block)
            lowest = min(lowest, free)
            free += _blocks(self.present.get(path, (0,))[0], block)
        if lowest < 0:
            missing = -lowest * block
            raise Failure(f"the board's file system is too full: {missing} bytes are missing")

    def require_heap(self, heap):
        """Raise Failure if the board's heap of `heap` bytes is too small.

        Files are loaded into the heap; modules frozen into an image stay in flash.
        """
        loaded = self._wanted.keys() - facts.lazy_files()
        size = sum(len(self._wanted[path]) for path in loaded)
        needed = size * _LOADED_PERCENT // 100 + _BASE_HEAP
        if heap < needed:
            raise Failure(
                f"the modem needs {needed // 1024} KB of heap when it runs from files, but the"
                f" board has {heap // 1024} KB: build an image with the modem instead (make image)"
            )

    def write(self, path, moved):
        """Copy one file. Call moved(n) after each piece of n bytes. Raise Failure on an error."""
        try:
            self._write(path, moved)
        except ScriptError as error:
            raise Failure(f"{path} cannot be written: {error}") from error

    def _write(self, path, moved):
        for folder in _folders(path):
            if folder not in self.present:
                self._link.run(f"import os\nos.mkdir({folder[:-1]!r})")
                self.present[folder] = (0, "")
        data = self._wanted[path]
        pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)] or [b""]
        texts = [f"file.write({piece!r})\n" for piece in pieces]
        texts[0] = f"import os\nfile = open({path + _NEW!r}, 'wb')\n" + texts[0]
        texts[-1] += f"file.close()\nos.rename({path + _NEW!r}, {path!r})\n"
        for text, piece in zip(texts, pieces, strict=True):
            self._link.run(text)
            moved(len(piece))

    def remove(self, path):
        """Remove a file or an empty folder."""
        if path.endswith("/"):
            self._link.run(f"import os\nos.rmdir({path[:-1]!r})")
        else:
            self._link.run(f"import os\nos.remove({path!r})")

    def verify(self):
        """Raise Failure if the files on the board differ from the wanted files."""
        self.look()
        wrong = [*self.changed(), *self.stale()]
        if wrong:
            raise Failure(f"{wrong[0]} does not read back as it was written: deploy again")

    def _same(self, path, data):
        return self.present.get(path) == (len(data), hashlib.sha256(data).hexdigest())

    def _paths(self):
        """Yield the firmware's folders, and all files that would be imported as its modules."""
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
    """Return the folders of a path: a/ and a/b/ for a/b/c.py."""
    return [path[: i + 1] for i, letter in enumerate(path) if letter == "/"]


def _blocks(size, block):
    return -(-size // block)
