"""Encode DNS queries, decode DNS answers (RFC 1035, 4.1), and parse dotted addresses.

A name in wire form is a sequence of labels, each after its length, and a zero byte at the end:
`3www7example3com0`. A length (1 to 63) is never the code of a letter, so `lower()` of a whole name
in wire form makes names comparable. A damaged message raises ValueError, which `read_answer`
catches.
"""

from ..compat import const

# What a datagram is to the query. Only DONE comes with an address, which may be None.
IGNORE = const(0)  # damaged, or not an answer to the query: the right answer may still come
ASK_NEXT = const(1)  # the server cannot answer the query, another server may
DONE = const(2)  # the server has the address, or knows that the name has none

_HEADER = const(12)  # bytes
_REPLY_BITS = const(0xF8)  # QR and the opcode
_REPLY = const(0x80)
_TRUNCATED = const(0x02)  # TC
_RCODE = const(15)
_NXDOMAIN = const(3)
_IN_A = const(b"\0\1\0\1")  # type A, class IN: the end of the question
_A = const(1)
_CNAME = const(5)
_IN = const(1)
_MAX_TEXT = const(253)
_MAX_WIRE = const(255)
_MAX_LABEL = const(63)
_POINTER = const(0xC0)  # a length byte from here on is the start of a compression pointer
_MAX_ALIASES = const(8)


def parse_address(text):
    """Return the four bytes of a dotted address (bytes), or None if `text` is no such address.
    Leading zeros are decimal, never octal (H2)."""
    parts = text.split(b".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        return None
    return bytes([int(part) for part in parts])


def encode(name):
    """Return the wire form of a name (bytes), or None if no host can have such a name."""
    if name.endswith(b"."):
        name = name[:-1]
    if not _is_host_name(name):
        return None
    wire = bytearray()
    for label in name.split(b"."):
        if not 0 < len(label) <= _MAX_LABEL:
            return None
        wire.append(len(label))
        wire.extend(label)
    wire.append(0)
    return bytes(wire)


def _is_host_name(name):
    """Return True for printable ASCII that is not only digits and dots."""
    if len(name) > _MAX_TEXT or not name.strip(b"0123456789."):
        return False
    for char in name:
        if not 0x21 <= char <= 0x7E:
            return False
    return True


def query(ident, wire):
    """Return a datagram that asks a recursive server for the address of the name `wire`."""
    return bytes((ident >> 8, ident & 0xFF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)) + wire + _IN_A


def read_answer(message, ident, wire):
    """Return what a datagram is to the query (`ident`, `wire`), and the address it gives.

    The result is (IGNORE, ASK_NEXT or DONE; four bytes or None). The function allocates.
    """
    try:
        at = _answer_section(message, ident, wire.lower())
        if not at:
            return IGNORE, None
        rcode = message[3] & _RCODE
        if rcode:
            return DONE if rcode == _NXDOMAIN else ASK_NEXT, None
        addr = _address(message, at, wire.lower())
        # A truncated answer may lack just the record with the address.
        return ASK_NEXT if addr is None and message[2] & _TRUNCATED else DONE, addr
    except ValueError:
        return IGNORE, None


def _answer_section(message, ident, wire):
    """Return the offset of the answers, or 0 if header or question differ from the query."""
    if len(message) < _HEADER or _u16(message, 0) != ident or _u16(message, 4) != 1:
        return 0
    if message[2] & _REPLY_BITS != _REPLY:
        return 0
    name, at = _name(message, _HEADER)
    return at + 4 if name == wire and message[at : at + 4] == _IN_A else 0


def _address(message, at, name):
    """Return the first address of `name` among the answers, through its aliases, or None."""
    addrs = {}
    aliases = {}
    for _ in range(_u16(message, 6)):
        owner, at = _name(message, at)
        kind, rdata, at = _record(message, at)
        if kind == _A:
            addrs.setdefault(owner, bytes(message[rdata:at]))
        elif kind == _CNAME:
            aliases.setdefault(owner, _alias(message, rdata, at))
    for _ in range(1 + _MAX_ALIASES):
        if name in addrs:
            return addrs[name]
        name = aliases.get(name)
    return None


def _record(message, at):
    """Return (type, start of the data, end of the data) of the record after its name.
    The type is 0 if the class is not IN."""
    rdata = at + 10
    if rdata > len(message):
        raise ValueError
    end = rdata + _u16(message, at + 8)
    kind = _u16(message, at) if _u16(message, at + 2) == _IN else 0
    if end > len(message) or (kind == _A and end - rdata != 4):
        raise ValueError
    return kind, rdata, end


def _alias(message, rdata, end):
    """Return the name in a CNAME record, which must fill the data of the record."""
    name, at = _name(message, rdata)
    if at != end:
        raise ValueError
    return name


def _name(message, at):
    """Return (the name at offset `at`, in lower case and uncompressed; the offset after it)."""
    wire = bytearray()
    limit = at  # a pointer must lead to an earlier offset, so that pointers cannot form a loop
    after = 0  # the offset after the first pointer
    size = _byte(message, at)
    while size:
        if size >= _POINTER:
            after = after or at + 2
            at = (size - _POINTER) << 8 | _byte(message, at + 1)
            if at >= limit:
                raise ValueError
            limit = at
        else:
            at = _copy_label(message, at, size, wire)
        size = _byte(message, at)
    wire.append(0)
    return bytes(wire).lower(), after or at + 1


def _copy_label(message, at, size, wire):
    """Append a label to `wire`, and return the offset after the label."""
    end = at + 1 + size
    if size > _MAX_LABEL or end > len(message) or len(wire) + 1 + size >= _MAX_WIRE:
        raise ValueError
    wire.extend(message[at:end])
    return end


def _byte(message, at):
    if at >= len(message):
        raise ValueError
    return message[at]


def _u16(message, at):
    return message[at] << 8 | message[at + 1]
