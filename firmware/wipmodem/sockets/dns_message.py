"""Encode DNS queries, decode DNS responses (RFC 1035, 4.1), and parse dotted addresses.

A name in wire form is a sequence of labels with a zero byte at the end. Each label is preceded by
a byte with its length: `3www7example3com0`. A length (1 to 63) is never the code of a letter, so
`lower()` can be applied to a whole name in wire form, for comparing names without regard to case.
The private functions raise ValueError for a malformed message, and `read_answer` catches this
exception.
"""

from ..compat import const

# Results of read_answer(), which decodes a received datagram as the response to a DNS query. An
# address is returned only together with DONE. If DONE comes with None, the name has no address.

# The datagram is malformed, or is not the response to the query. The response may still arrive.
IGNORE = const(0)
ASK_NEXT = const(1)  # the DNS server could not resolve the name, but another server may be able to
DONE = const(2)  # the DNS response has the address, or states that the name has no address

_HEADER = const(12)  # size of the header of a DNS message in bytes
_REPLY_BITS = const(0xF8)  # mask of the QR bit and the opcode in byte 2 of the header
_REPLY = const(0x80)  # value of the QR bit and the opcode in the response to a standard query
_TRUNCATED = const(0x02)  # TC bit in byte 2 of the header
_RCODE = const(15)  # mask of the response code in byte 3 of the header
_NXDOMAIN = const(3)
# Type A and class IN, which follow the name in the question section of a DNS message.
_IN_A = const(b"\0\1\0\1")
_A = const(1)
_CNAME = const(5)
_IN = const(1)
_MAX_TEXT = const(253)
_MAX_WIRE = const(255)
_MAX_LABEL = const(63)
_POINTER = const(0xC0)  # lowest value of the first byte of a compression pointer in a DNS name
_MAX_ALIASES = const(8)  # highest number of CNAME records that lead from a name to its address


def parse_address(text):
    """Return the four bytes of the dotted IPv4 address `text` (bytes), or None if `text` is not
    such an address. A number with leading zeros is decimal, never octal (H2)."""
    parts = text.split(b".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        return None
    return bytes([int(part) for part in parts])


def encode(name):
    """Return the DNS wire form of a name (bytes), or None if `name` is not a valid host name."""
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
    """Return True if `name` is printable ASCII without spaces, is not longer than 253 bytes, and
    does not consist of digits and dots only."""
    if len(name) > _MAX_TEXT or not name.strip(b"0123456789."):
        return False
    for char in name:
        if not 0x21 <= char <= 0x7E:
            return False
    return True


def query(ident, wire):
    """Return a DNS query (bytes) for the IPv4 address of a name. The query requests recursion.

    ident: id of the query. wire: the name in wire form.
    """
    return bytes((ident >> 8, ident & 0xFF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)) + wire + _IN_A


def read_answer(message, ident, wire):
    """Decode a received datagram, which may be the response to a DNS query.

    ident: id of the query. wire: name in the query, in wire form. Return (result, addr): the
    result is IGNORE, ASK_NEXT or DONE, and addr is four bytes or None. Allocates.
    """
    try:
        at = _answer_section(message, ident, wire.lower())
        if not at:
            return IGNORE, None
        rcode = message[3] & _RCODE
        if rcode:
            return DONE if rcode == _NXDOMAIN else ASK_NEXT, None
        addr = _address(message, at, wire.lower())
        # A truncated DNS response may lack the record that contains the address.
        return ASK_NEXT if addr is None and message[2] & _TRUNCATED else DONE, addr
    except ValueError:
        return IGNORE, None


def _answer_section(message, ident, wire):
    """Return the offset of the answer section in a DNS message, or 0 if the message is not the
    response to the query."""
    if len(message) < _HEADER or _u16(message, 0) != ident or _u16(message, 4) != 1:
        return 0
    if message[2] & _REPLY_BITS != _REPLY:
        return 0
    name, at = _name(message, _HEADER)
    return at + 4 if name == wire and message[at : at + 4] == _IN_A else 0


def _address(message, at, name):
    """Return the first IPv4 address of `name` in the answer section of a DNS response, or None.

    The function follows CNAME records. at: offset of the answer section.
    """
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
    """Return the type of a DNS resource record, the offset of its data, and the offset of the
    first byte after its data.

    at: offset of the first byte after the name of the record. The returned type is 0 if the class
    of the record is not IN.
    """
    rdata = at + 10
    if rdata > len(message):
        raise ValueError
    end = rdata + _u16(message, at + 8)
    kind = _u16(message, at) if _u16(message, at + 2) == _IN else 0
    if end > len(message) or (kind == _A and end - rdata != 4):
        raise ValueError
    return kind, rdata, end


def _alias(message, rdata, end):
    """Return the name that a CNAME record contains. Raise ValueError if the name does not fill the
    data of the record exactly."""
    name, at = _name(message, rdata)
    if at != end:
        raise ValueError
    return name


def _name(message, at):
    """Return the DNS name at offset `at`, in lower case and uncompressed, and the offset of the
    first byte after this name."""
    wire = bytearray()
    # Each compression pointer must lead to an offset below `limit`, so that no loop can form.
    limit = at
    # Offset of the first byte after the name's first compression pointer; 0 before this pointer.
    after = 0
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
    """Append the label at offset `at` of a DNS message to `wire`. Return the offset of the first
    byte after this label."""
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
