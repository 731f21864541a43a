"""Mode 1 as a host does it: DLE before a data ETX or DLE, a bare ETX ends something (H12, H14)."""

ETX = b"\x03"
DLE = b"\x10"
_SPECIAL = ETX + DLE


def stuff(data):
    """For the line."""
    stuffed = bytearray()
    for byte in data:
        if byte in _SPECIAL:
            stuffed += DLE
        stuffed.append(byte)
    return bytes(stuffed)


def read_stuffed(port, count):
    """`count` bytes of the peer's, or those before a bare ETX or a silence."""
    data = b""
    while len(data) < count:
        char = port.read(1)
        if char == DLE:
            char = port.read(1)
        elif char == ETX:
            break
        if not char:
            break
        data += char
    return data
