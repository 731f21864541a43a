"""Dotted addresses as hosts write them: leading zeros are decimal, never octal (H2)."""

from ..compat import const

_GROUPS = const(
    224
)  # multicast, reserved and broadcast addresses begin with this byte or a larger


def parse(name):
    """The four bytes that `name` (bytes) spells, or None if it is no dotted address."""
    parts = name.split(b".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        return None
    return bytes([int(part) for part in parts])


def is_peer(addr, port, stream):
    """True if these four bytes and this port can be a peer's (H26). 0.0.0.0 and its network are
    nobody's, nor is port 0; a TCP connection (`stream`) leads to one machine only."""
    return 0 < addr[0] and 0 < port and not (stream and addr[0] >= _GROUPS)
