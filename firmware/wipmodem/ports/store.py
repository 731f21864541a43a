"""What outlives a loss of power: one small file, a `name=value` line for each, then its CRC-32.

It is written beside the old one and renamed: whenever power goes, one of the two is whole.
"""

import os
from binascii import crc32

from ..contract import const

_HEAD = const(b"wipmodem 1\n")  # the version of the format
_MOST = const(1024)  # bytes; what we write has 300 at most
_ENOENT = const(2)
_SUM = const(9)  # bytes of the last line, the CRC


class Store:
    """`values` by name, both bytes; `torn`: the file was there, but not as we had written it, or
    it could not be read.

    `path` None: they last as long as the program.
    """

    def __init__(self, path):
        self._path = path
        self.values = {}
        self.torn = False
        self.foreign = False  # the core could not use a value
        if path:
            self._load()

    def put(self, changes):
        """Keep what `changes` names, forget it where the value is empty: all of it, or False.

        What is kept already is not written again: flash wears.
        """
        values = dict(self.values)
        values.update(changes)
        values = {name: value for name, value in values.items() if value}
        same = values == self.values and not self.torn
        if self._path and not same and not self._save(values):
            return False
        self.values = values
        return True

    def _load(self):
        try:
            with open(self._path, "rb") as file:
                text = file.read(_MOST + 1)
        except OSError as error:
            self.torn = error.args[:1] != (_ENOENT,)  # else nothing was ever kept
            return
        body, _, crc = text[:-1].rpartition(b"\n")
        body += b"\n"
        lines = body.split(b"\n")[1:-1]
        whole = body.startswith(_HEAD) and crc == _sum(body) and text[-1:] == b"\n"
        self.torn = not whole or len(text) > _MOST or any(b"=" not in line for line in lines)
        if not self.torn:
            self.values = dict([line.split(b"=", 1) for line in lines])

    def _save(self, values):
        body = _HEAD + b"".join([b"%s=%s\n" % pair for pair in sorted(values.items())])
        new = self._path + ".new"
        try:
            _remove(new)
            with open(new, "wb") as file:
                n = file.write(body + _sum(body) + b"\n")
            if n == len(body) + _SUM:  # MicroPython's write() may do a part of it, on a full disk
                os.rename(new, self._path)
        except OSError:
            return False
        return n == len(body) + _SUM


def _remove(path):
    """Remove what is there: writing to a symbolic link would write to its target."""
    try:
        os.remove(path)
    except OSError as error:
        if error.args[:1] != (_ENOENT,):
            raise


def _sum(body):
    return b"%08x" % crc32(body)
