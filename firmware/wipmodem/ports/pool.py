"""Random numbers from a source that may be weak: each one hangs on all that the source ever gave.

Bits of a ring oscillator (rp2) follow each other, and an ESP32 with its Wi-Fi off has few that are
random at all. Fresh bytes are stirred into a state that nobody is told, and what is given away
says nothing about it, nor about the numbers before and after.
"""

import hashlib

from ..contract import const

_FRESH = const(32)  # bytes, of which two bits a byte would do


class Pool:
    def __init__(self, source, own):
        """source(n) gives n bytes; `own` are some that no other board has."""
        self._source = source
        self._state = own

    def draw(self):
        """16 bits. Allocates."""
        digest = hashlib.sha256(self._state + self._source(_FRESH)).digest()
        self._state = digest[2:]
        return digest[0] << 8 | digest[1]
