"""Pseudo-random bytes without end, made where they are sent and made again where they come."""

import random

_BLOCK = 1 << 16


class Stream:
    """The same bytes for the same seed, every value among them; `at`: how many were given."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._block = b""
        self._used = 0
        self.at = 0

    def take(self, most):
        """The next bytes: `most` of them, or those up to the end of a block."""
        if self._used == len(self._block):
            self._block = self._random.randbytes(_BLOCK)
            self._used = 0
        piece = memoryview(self._block)[self._used : self._used + most]
        self._used += len(piece)
        self.at += len(piece)
        return piece

    def exactly(self, n):
        """The next n bytes."""
        data = bytearray()
        while len(data) < n:
            data += self.take(n - len(data))
        return bytes(data)

    def check(self, data):
        """These came: they have to be the next ones."""
        data = memoryview(data)
        while data:
            expected = self.take(len(data))
            if data[: len(expected)] != expected:
                raise AssertionError(self._difference(data, expected))
            data = data[len(expected) :]

    def _difference(self, data, expected):
        place = next(i for i, byte in enumerate(expected) if data[i] != byte)
        came, wanted = bytes(data[place : place + 16]), bytes(expected[place : place + 16])
        where = self.at - len(expected) + place
        return f"byte {where} is not as it was sent: {came.hex()} came for {wanted.hex()}"
