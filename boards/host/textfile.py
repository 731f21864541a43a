"""Read a text file of any size word by word, with one block of it in memory."""

import os

_BLOCK = 1024
_S_IFREG = 0o100000  # stat(2)
_S_IFMT = 0o170000
# Numbers of ENFILE, EMFILE, ENOBUFS, EAGAIN and ENOMEM. MicroPython's errno module lacks most of
# these names.
_TEMPORARY = (23, 24, 105, 11, 12)


def scan(path, key, on_word):
    """Call on_word(place, word) for each word of a file until on_word() returns True.

    place: position of the word in its line, from 0; word: bytes. # and ; start a comment. Lines
    without `key` (bytes, in lower case) may be skipped.
    Returns False if the file cannot be read now, for lack of descriptors or memory, and True
    otherwise. A file that is missing, unreadable or not regular counts as empty.
    """
    try:
        # Opening a FIFO would block until it has a writer.
        if os.stat(path)[0] & _S_IFMT == _S_IFREG:
            with open(path, "rb") as file:
                _scan(file, key, on_word)
    except MemoryError:
        return False
    except OSError as error:
        return error.args[0] not in _TEMPORARY
    return True


def _scan(file, key, on_word):
    words = _Words(on_word)
    block = file.read(_BLOCK)
    while block and not words.done:
        words.feed(block, key)
        block = file.read(_BLOCK)
    words.feed(b"\n", key)


class _Words:
    """A splitter of blocks into words. `done` is True once on_word() has returned True."""

    def __init__(self, on_word):
        self.done = False
        self._on_word = on_word
        self._place = 0  # position of the next word in its line
        self._comment = False  # True while the current line is in its comment
        self._rest = b""  # start of a word that continues in the next block

    def feed(self, block, key):
        """Split a block of bytes into words. Lines without `key` may be skipped."""
        text = self._rest + block
        self._rest = b""
        if key not in text.lower():
            # Only the first line, which started in an earlier block, and the last one, which
            # continues in the next block, can contain the key.
            text = text[: text.find(b"\n") + 1] + text[text.rfind(b"\n") + 1 :]
        pieces = text.split(b"\n")
        for i in range(len(pieces)):
            if i:
                self._place = 0
                self._comment = False
            if not self._comment:
                self._piece(pieces[i], i == len(pieces) - 1)

    def _piece(self, piece, last):
        """Split a line, or the part of a line that lies in this block, into words."""
        text = piece.split(b"#")[0].split(b";")[0]
        self._comment = len(text) < len(piece)
        words = text.split()
        if last and words and not self._comment and text.endswith(words[-1]):
            self._rest = words.pop()[:_BLOCK]
        for word in words:
            self.done = self.done or self._on_word(self._place, word)
            self._place += 1
