"""Dotted addresses as hosts write them: leading zeros are decimal, never octal (H2)."""


def parse(name):
    """The four bytes that `name` (bytes) spells, or None if it is no dotted address."""
    parts = name.split(b".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        return None
    return bytes([int(part) for part in parts])
