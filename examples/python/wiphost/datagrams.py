"""How datagrams lie in data mode 1: 03 ends one, 10 makes the next byte data."""

_ETX, _DLE = b"\x03", b"\x10"


def stuffed(datagram):
    """As it goes over the line."""
    return datagram.replace(_DLE, _DLE + _DLE).replace(_ETX, _DLE + _ETX) + _ETX


def unstuffed(stream):
    """The whole datagrams of a stream, in order. One without its end is left out."""
    found = []
    datagram = bytearray()
    rest = iter(stream)
    for byte in rest:
        if byte == _ETX[0]:
            found.append(bytes(datagram))
            datagram.clear()
        elif byte == _DLE[0]:
            datagram += bytes([next(rest, 0)])
        else:
            datagram.append(byte)
    return found
