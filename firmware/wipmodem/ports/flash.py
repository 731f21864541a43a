"""Files in flash: the stored settings, and the traceback of the last crash."""

import io
import os
import sys
from binascii import crc32

from ..contract import const

# First line of the file of stored settings. The number 1 is the version of the file format.
_HEADER = const(b"wipmodem 1\n")
# Largest size in bytes of a file of stored settings that is read. Store.put() writes at most 300
# bytes.
_MAX_SIZE = const(1024)
# Length in bytes of the last line of the file: 8 hexadecimal digits of the CRC, and LF.
_CRC_SIZE = const(9)
_ENOENT = const(2)


class Store:
    """Settings that are stored in a small file.

    path: name of the file, or None to keep the settings only until the program ends. The file has
    a header line, a line `name=value` for each setting, and a line with the CRC-32 of the lines
    before. Names and values are bytes. put() writes a new file, and then renames the new file to
    replace the old file. Therefore one complete file exists even if power fails during put().
    """

    def __init__(self, path):
        self._path = path
        self.values = {}
        # True if the file of stored settings exists, but cannot be read, or its format or CRC is
        # wrong.
        self.corrupt = False
        self.foreign = False  # True if the core could not use one of the stored settings
        if path:
            self._load()

    def put(self, changes):
        """Change stored settings. changes: dict {name: value} of bytes; an empty value deletes the
        setting. Return True, or False if writing to flash fails; the settings are then unchanged.
        If all values are stored already, put() does not write the file, because flash wears
        out."""
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
            # A missing file is not corrupt: the modem has never stored settings.
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
        """Write the dict `values` to a new file, and replace the old file by the new file. Return
        True if both steps succeed."""
        body = _HEADER + b"".join([b"%s=%s\n" % pair for pair in sorted(values.items())])
        new = self._path + ".new"
        try:
            _remove(new)
            with open(new, "wb") as file:
                n = file.write(body + _crc(body) + b"\n")
            # On a full disk, MicroPython's write() may write only a part of the bytes, and return
            # the number of bytes written.
            if n == len(body) + _CRC_SIZE:
                os.rename(new, self._path)
        except OSError:
            return False
        return n == len(body) + _CRC_SIZE


class CrashFile:
    """The file that stores the traceback of the last crash. path: name of the file."""

    def __init__(self, path="crash.txt"):
        self._path = path

    def keep(self, error):
        """Write the traceback of the exception `error` to the file. If the file already contains
        the same traceback, keep() does not write the file, because flash wears out."""
        text = _traceback(error, io.StringIO())
        if text != self._text():
            with open(self._path, "w") as file:
                file.write(text)

    def lines(self):
        """Return the lines of the stored traceback as a list of str, or [] if no traceback is
        stored."""
        return [line.strip() for line in self._text().split("\n") if line]

    def clear(self):
        """Delete the stored traceback."""
        try:
            os.remove(self._path)
        except OSError:
            # The file does not exist, because no crash was stored.
            return

    def _text(self):
        try:
            with open(self._path) as file:
                return file.read()
        except (OSError, ValueError):
            # The file does not exist, or its bytes are damaged and are not valid text.
            return ""


def _remove(path):
    """Remove the file or symbolic link at `path`, if there is one. A write through a symbolic link
    would change the target of the link."""
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
