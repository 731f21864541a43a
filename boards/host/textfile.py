"""A text file read word by word, whatever its size and whatever it holds, a block at a time."""

import os

_BLOCK = 1024
_REGULAR = 0o100000  # st_mode of stat(2)
_KIND = 0o170000
# EMFILE and the like have no name in MicroPython's errno: ENFILE, EMFILE, ENOBUFS, EAGAIN, ENOMEM.
_PASSING = (23, 24, 105, 11, 12)


def scan(path, key, take):
    """Call take(place, word) for the words of lines that may have the word `key`, place 0 being a
    line's first, until it returns True. # and ; begin a comment.

    Returns False if the file cannot be read now, but perhaps later: no descriptor or memory. One
    that is missing, not allowed, or no regular file is like an empty one.
    """
    try:
        if os.stat(path)[0] & _KIND == _REGULAR:  # opening a fifo would wait for its writer
            with open(path, "rb") as file:
                _scan(file, key, take)
    except MemoryError:
        return False
    except OSError as error:
        return error.args[0] not in _PASSING
    return True


def _scan(file, key, take):
    words = _Words(take)
    block = file.read(_BLOCK)
    while block and not words.done:
        words.feed(block, key)
        block = file.read(_BLOCK)
    words.feed(b"\n", key)


class _Words:
    def __init__(self, take):
        self.done = False
        self._take = take
        self._place = 0  # of the next word in its line
        self._comment = False
        self._rest = b""  # the beginning of a word whose end has not been read

    def feed(self, block, key):
        text = self._rest + block
        self._rest = b""
        if key not in text.lower():
            # Only the first line, begun before, and the last, which goes on, may be of interest.
            text = text[: text.find(b"\n") + 1] + text[text.rfind(b"\n") + 1 :]
        pieces = text.split(b"\n")
        for i in range(len(pieces)):
            if i:
                self._place = 0
                self._comment = False
            if not self._comment:
                self._piece(pieces[i], i == len(pieces) - 1)

    def _piece(self, piece, last):
        """A line, or what has been read of it."""
        text = piece.split(b"#")[0].split(b";")[0]
        self._comment = len(text) < len(piece)
        words = text.split()
        if last and words and not self._comment and text.endswith(words[-1]):
            self._rest = words.pop()[:_BLOCK]
        for word in words:
            self.done = self.done or self._take(self._place, word)
            self._place += 1
