"""PPP frames in HDLC-like framing (RFC 1662): bytes to frames and back, without I/O."""

import functools
import re

FLAG, ESCAPE = 0x7E, 0x7D
EVERY = 0xFFFFFFFF  # the ACCM of a link that has not agreed on another
_LONGEST = 4096  # of a frame on the line; the MRU of 1500 and every byte escaped
_GOOD_FCS = 0xF0B8
_ESCAPED = re.compile(rb"\x7d(.)", re.DOTALL)


def _table():
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
        yield value


_FCS = tuple(_table())


def fcs16(data):
    """The frame check sequence before its last inversion."""
    fcs = 0xFFFF
    for byte in data:
        fcs = fcs >> 8 ^ _FCS[(fcs ^ byte) & 0xFF]
    return fcs


@functools.cache
def _to_escape(accm):
    """A pattern of what must be escaped: the characters of an ACCM, flag and escape."""
    codes = [n for n in range(32) if accm >> n & 1] + [FLAG, ESCAPE]
    return re.compile(b"[" + b"".join(re.escape(bytes([n])) for n in codes) + b"]")


def frame(protocol, payload, accm):
    """A whole frame on the line."""
    data = b"\xff\x03" + protocol.to_bytes(2, "big") + payload
    data += (fcs16(data) ^ 0xFFFF).to_bytes(2, "little")
    body = _to_escape(accm).sub(lambda found: bytes([ESCAPE, found[0][0] ^ 0x20]), data)
    return b"\x7e" + body + b"\x7e"


class Deframer:
    """Line bytes in, (protocol, payload) out. `bad` counts frames that were not good."""

    def __init__(self):
        self._rest = b""
        self.bad = 0

    def feed(self, data):
        *bodies, self._rest = (self._rest + data).split(b"\x7e")
        if len(self._rest) > _LONGEST:
            self._rest = self._rest[:1]  # no good frame begins with one byte of it
            self.bad += 1
        for body in bodies:
            if body:
                yield from self._frame(body)

    def _frame(self, body):
        data = _ESCAPED.sub(lambda found: bytes([found[1][0] ^ 0x20]), body)
        if fcs16(data) != _GOOD_FCS:
            self.bad += 1
            return
        data = data[:-2].removeprefix(b"\xff\x03")
        if data:
            size = 1 if data[0] & 1 else 2  # protocol field compression
            yield int.from_bytes(data[:size], "big"), data[size:]
