"""Files in flash: the stored settings, and the traceback of the last crash."""

import io
import os
import sys
from binascii import crc32

from ..contract import const

_HEADER = const(b"wipmodem 1\n")  # first line of the file; 1 is the version of the file format
_MAX_SIZE = const(1024)  # bytes of the largest file that is read; put() writes at most 300 bytes
_CRC_SIZE = const(9)  # length of the last line: 8 hexadecimal digits of the CRC, and LF
_ENOENT = const(2)


class Store:
    """Settings in a small file: a line `name=value` for each setting, then a CRC-32 of all lines.

    Names and values are bytes. put() writes a new file and then renames it to replace the old
    file, so that one complete file exists whenever power fails. With path None, the settings are
    kept only until the program ends.
    """

    def __init__(self, path):
        self._path = path
        self.values = {}
        # True if the file exists, but cannot be read or fails the check of its format and CRC.
        self.corrupt = False
        self.foreign = False  # True if the core could not use a stored value
        if path:
            self._load()

    def put(self, changes):
        """Store each value of the dict `changes`, and delete the settings whose value is empty.
        Return True, or False if writing to flash fails; the settings are then unchanged. If all
        values are stored already, put() writes nothing, because flash wears out."""
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
        """Write a new file and replace the old file. Return True if both steps succeed."""
        body = _HEADER + b"".join([b"%s=%s\n" % pair for pair in sorted(values.items())])
        new = self._path + ".new"
        try:
            _remove(new)
            with open(new, "wb") as file:
                n = file.write(body + _crc(body) + b"\n")
            # On a full disk, MicroPython's write() may write only a part, and return its size.
            if n == len(body) + _CRC_SIZE:
                os.rename(new, self._path)
        except OSError:
            return False
        return n == len(body) + _CRC_SIZE


class CrashFile:
    """File with the traceback of the last crash."""

    def __init__(self, path="crash.txt"):
        self._path = path

    def keep(self, error):
        """Write the traceback of the exception `error`. A traceback that equals the stored one is
        not written again, because flash wears out."""
        text = _traceback(error, io.StringIO())
        if text != self._text():
            with open(self._path, "w") as file:
                file.write(text)

    def lines(self):
        """Return the traceback as a list of str, the oldest call first; [] if none is stored."""
        return [line.strip() for line in self._text().split("\n") if line]

    def clear(self):
        """Delete the stored traceback."""
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
            # The file does not exist, or its bytes are damaged and are not valid text.
            return ""


def _remove(path):
    """Remove the file at `path` if it exists. If a symbolic link were kept at `path`, a later
    write would change the target of the link."""
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
