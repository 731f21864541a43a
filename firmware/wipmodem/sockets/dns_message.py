"""DNS messages as bytes (RFC 1035, 4): one question for an address, and what an answer to it says.

A name in wire form is its labels, each behind its length, and a zero: `3www7example3com0`. No
length is the code of a letter, so `lower()` of the whole makes names comparable. ValueError is
damage, and stays in this file.
"""

from ..compat import const

# What an answer says. Only DONE comes with an address, and even then there may be none.
IGNORE = const(0)  # not an answer to this question, or damaged: the right one may still come
ASK_NEXT = const(1)  # this server cannot tell
DONE = const(2)

_HEADER = const(12)
_REPLY_BITS = const(0xF8)  # QR and the opcode
_REPLY = const(0x80)
_CUT = const(0x02)  # TC
_NXDOMAIN = const(3)
_IN_A = const(b"\0\1\0\1")  # type A, class IN: the end of the question
_A = const(1)
_CNAME = const(5)
_IN = const(1)
_MAX_TEXT = const(253)
_MAX_WIRE = const(255)
_MAX_LABEL = const(63)
_POINTER = const(0xC0)
_MAX_ALIASES = const(8)


def encode(name):
    """The wire form of a name as typed, or None if no host can be called that."""
    if name.endswith(b"."):
        name = name[:-1]
    if not _plausible(name):
        return None
    wire = bytearray()
    for label in name.split(b"."):
        if not 0 < len(label) <= _MAX_LABEL:
            return None
        wire.append(len(label))
        wire.extend(label)
    wire.append(0)
    return bytes(wire)


def _plausible(name):
    if len(name) > _MAX_TEXT or not name.strip(b"0123456789."):
        return False
    for char in name:
        if not 0x21 <= char <= 0x7E:
            return False
    return True


def query(ident, wire):
    """The datagram that asks a recursive server for the address of `wire`."""
    return bytes((ident >> 8, ident & 0xFF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)) + wire + _IN_A


def read_answer(message, ident, wire):
    """What a datagram says about the question: (IGNORE, ASK_NEXT or DONE, address or None)."""
    try:
        at = _behind_question(message, ident, wire.lower())
        if not at:
            return IGNORE, None
        if message[3] & 15:
            return DONE if message[3] & 15 == _NXDOMAIN else ASK_NEXT, None
        addr = _address(message, at, wire.lower())
        # A cut answer may have lost just the record that was asked for.
        return ASK_NEXT if addr is None and message[2] & _CUT else DONE, addr
    except ValueError:
        return IGNORE, None


def _behind_question(message, ident, wire):
    """The offset of the answer section, or 0 when header and question are not this query's."""
    if len(message) < _HEADER or _u16(message, 0) != ident or _u16(message, 4) != 1:
        return 0
    if message[2] & _REPLY_BITS != _REPLY:
        return 0
    name, at = _name(message, _HEADER)
    return at + 4 if name == wire and message[at : at + 4] == _IN_A else 0


def _address(message, at, name):
    """The first address of `name` in the answer section, through its aliases; or None."""
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
    """The rest of a record from behind its owner: (type, start and end of its data)."""
    rdata = at + 10
    if rdata > len(message):
        raise ValueError
    end = rdata + _u16(message, at + 8)
    kind = _u16(message, at) if _u16(message, at + 2) == _IN else 0
    if end > len(message) or (kind == _A and end - rdata != 4):
        raise ValueError
    return kind, rdata, end


def _alias(message, rdata, end):
    name, at = _name(message, rdata)
    if at != end:
        raise ValueError
    return name


def _name(message, at):
    """(the name at `at` in lower case and without compression, the offset behind it)."""
    wire = bytearray()
    limit = at  # a pointer leads to before all that was read so far, or it could lead in circles
    behind = 0
    size = _byte(message, at)
    while size:
        if size >= _POINTER:
            behind = behind or at + 2
            at = (size - _POINTER) << 8 | _byte(message, at + 1)
            if at >= limit:
                raise ValueError
            limit = at
        else:
            at = _copy_label(message, at, size, wire)
        size = _byte(message, at)
    wire.append(0)
    return bytes(wire).lower(), behind or at + 1


def _copy_label(message, at, size, wire):
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
