"""What outlives a loss of power: one small file, a `name=value` line for each, then its CRC-32.

It is written beside the old one and renamed: whenever power goes, one of the two is whole.
"""

import os
from binascii import crc32

_HEAD = b"wipmodem 1\n"  # the version of the format


class Store:
    """`values` by name, both bytes; `torn`: the file was there, but not as we had written it.

    `path` None: they last as long as the program.
    """

    def __init__(self, path):
        self._path = path
        self.values = {}
        self.torn = False
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
                text = file.read()
        except OSError:
            return  # nothing was ever kept
        body, _, crc = text[:-1].rpartition(b"\n")
        body += b"\n"
        self.torn = not body.startswith(_HEAD) or crc != _sum(body) or text[-1:] != b"\n"
        if not self.torn:
            lines = body.split(b"\n")[1:-1]
            self.values = dict([line.split(b"=", 1) for line in lines])

    def _save(self, values):
        body = _HEAD + b"".join([b"%s=%s\n" % pair for pair in sorted(values.items())])
        new = self._path + ".new"
        try:
            with open(new, "wb") as file:
                file.write(body + _sum(body) + b"\n")
            os.rename(new, self._path)
        except OSError:
            return False
        return True


def _sum(body):
    return b"%08x" % crc32(body)
