"""Files in flash: the settings that outlast a loss of power, and the last crash."""

import io
import os
import sys
from binascii import crc32

from ..contract import const

_HEADER = const(b"wipmodem 1\n")  # the first line; 1 is the version of the file format
_MAX_SIZE = const(1024)  # bytes of a file that is read; files written here have 300 at most
_CRC_SIZE = const(9)  # bytes of the last line, which holds the CRC
_ENOENT = const(2)


class Store:
    """Values by name, both bytes, in a small file: `name=value` lines and a CRC-32 of them.

    A new file is written beside the old one and then renamed, so that one of the two is complete
    whenever power fails. path None: the values last as long as the program.
    """

    def __init__(self, path):
        self._path = path
        self.values = {}
        # True if the file exists, but cannot be read or is not as put() has written it.
        self.corrupt = False
        self.foreign = False  # the core could not use a value
        if path:
            self._load()

    def put(self, changes):
        """Store each value of `changes`, delete those that are empty. Return False, with nothing
        changed, if writing to flash fails. Values that are stored already are not written again,
        because flash wears out."""
        values = dict(self.values)
        values.update(changes)
        values = {name: value for name, value in values.items() if value}
        same = values == self.values and not self.corrupt
        if self._path and not same and not self._save(values):
            return False
        self.values = values
        return True

    def _load(self):
        try:
            with open(self._path, "rb") as file:
                text = file.read(_MAX_SIZE + 1)
        except OSError as error:
            # A missing file is not corrupt: nothing was ever stored.
            self.corrupt = error.args[:1] != (_ENOENT,)
            return
        body, _, crc = text[:-1].rpartition(b"\n")
        body += b"\n"
        lines = body.split(b"\n")[1:-1]
        whole = body.startswith(_HEADER) and crc == _crc(body) and text[-1:] == b"\n"
        whole = whole and len(text) <= _MAX_SIZE and all(b"=" in line for line in lines)
        self.corrupt = not whole
        if whole:
            self.values = dict([line.split(b"=", 1) for line in lines])

    def _save(self, values):
        """Return True if the new file is complete and in place."""
        body = _HEADER + b"".join([b"%s=%s\n" % pair for pair in sorted(values.items())])
        new = self._path + ".new"
        try:
            _remove(new)
            with open(new, "wb") as file:
                n = file.write(body + _crc(body) + b"\n")
            # On a full disk, MicroPython's write() may write a part and return its size.
            if n == len(body) + _CRC_SIZE:
                os.rename(new, self._path)
        except OSError:
            return False
        return n == len(body) + _CRC_SIZE


class CrashFile:
    """The traceback of the last crash."""

    def __init__(self, path="crash.txt"):
        self._path = path

    def keep(self, error):
        """Write the traceback of an exception, unless it is the last one's: flash wears out."""
        text = _traceback(error, io.StringIO())
        if text != self._text():
            with open(self._path, "w") as file:
                file.write(text)

    def lines(self):
        """Return the traceback as a list of str, the oldest call first; [] without a crash."""
        return [line.strip() for line in self._text().split("\n") if line]

    def clear(self):
        """Delete the traceback."""
        try:
            os.remove(self._path)
        except OSError:
            # Without a file there is nothing to delete.
            return

    def _text(self):
        try:
            with open(self._path) as file:
                return file.read()
        except (OSError, ValueError):
            # There is no file, or it is damaged and no text.
            return ""


def _remove(path):
    """Remove a file that may exist. Writing to a symbolic link would write to its target."""
    try:
        os.remove(path)
    except OSError as error:
        if error.args[:1] != (_ENOENT,):
            raise


def _crc(body):
    return b"%08x" % crc32(body)


def _traceback(error, text):
    sys.print_exception(error, text)
    return text.getvalue()
