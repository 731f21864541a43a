"""DNS answers, well-formed and not: what is read from each. Both interpreters."""

from dns_kit import CNAME, QUESTION_NAME, SOA, A, address, alias, record, reply, u16, wire
from wipmodem.sockets.dns_message import ASK_NEXT, DONE, IGNORE, encode, query, read_answer

_ID = 0xA55A
_NAME = encode(b"www.host.net")
_QUERY = query(_ID, _NAME)
_ADDR = b"\x01\x02\x03\x04"
_OTHER = b"\x05\x06\x07\x08"
_FIRST_ANSWER = len(_QUERY)


def _read(message):
    return read_answer(bytearray(message), _ID, _NAME)


def _pointer(at):
    return u16(0xC000 | at)


def case_address():
    """The address of the asked name; of two, the first; between others, the only one."""
    text = record(QUESTION_NAME, 16, b"\x02hi")
    for records in (
        [address(_ADDR)],
        [address(_ADDR), address(_OTHER)],
        [text, address(_ADDR), text],
        [address(_ADDR), record(QUESTION_NAME, 16, b"")],
        [address(_ADDR, wire(b"WWW.host.NET"))],
    ):
        assert _read(reply(_QUERY, *records)) == (DONE, _ADDR)


def case_sections_behind_are_not_read():
    """Authority and additional records, of other names and damaged, change nothing."""
    message = reply(_QUERY, address(_ADDR), authority=record(wire(b"host.net"), SOA, b"x" * 22))
    assert _read(message) == (DONE, _ADDR)
    assert _read(message[:-10]) == (DONE, _ADDR)


def case_address_of_another_name():
    """An address that was not asked for is not taken."""
    assert _read(reply(_QUERY, address(_ADDR, wire(b"evil.net")))) == (DONE, None)


def case_other_class_and_type():
    """Records of another class, and IPv6 addresses, are no addresses."""
    for other in (record(QUESTION_NAME, A, _ADDR, klass=3), record(QUESTION_NAME, 28, b"6" * 16)):
        assert _read(reply(_QUERY, other)) == (DONE, None)


def case_alias_chain():
    """Aliases are followed from the asked name to the address, in whatever order they stand."""
    first = alias(QUESTION_NAME, wire(b"a.net"))
    second = alias(wire(b"A.net"), wire(b"b.NET"))
    last = address(_ADDR, wire(b"b.net"))
    for records in (
        [first, second, last],
        [last, second, first],
        [address(_OTHER, wire(b"c.net")), second, last, first],
    ):
        assert _read(reply(_QUERY, *records)) == (DONE, _ADDR)


def case_alias_chain_compressed():
    """Names in an alias's data may be pointers, or end in one."""
    target = _FIRST_ANSWER + 12  # where the data of the first record stands
    host_net = 12 + 4
    records = [
        alias(QUESTION_NAME, b"\x03cdn" + _pointer(host_net)),
        address(_ADDR, _pointer(target)),
    ]
    assert _read(reply(_QUERY, *records)) == (DONE, _ADDR)
    assert _read(reply(_QUERY, *records)[:-1]) == (IGNORE, None)


def case_far_pointer():
    """A pointer to beyond the first 256 bytes."""
    text = record(QUESTION_NAME, 16, b"x" * 300)
    there = alias(QUESTION_NAME, wire(b"a.net"))
    target = _FIRST_ANSWER + len(text) + 12
    records = [text, there, address(_ADDR, _pointer(target))]
    assert _read(reply(_QUERY, *records)) == (DONE, _ADDR)


def case_alias_to_nowhere():
    """A chain that ends without an address, or in a circle, or off the asked name: none."""
    there = alias(QUESTION_NAME, wire(b"a.net"))
    back = alias(wire(b"a.net"), QUESTION_NAME)
    foreign = [alias(wire(b"x.net"), wire(b"y.net")), address(_ADDR, wire(b"y.net"))]
    for records in ([there], [there, back], [alias(QUESTION_NAME, QUESTION_NAME)], foreign):
        assert _read(reply(_QUERY, *records)) == (DONE, None)


def case_alias_chain_length():
    """Eight aliases are followed, nine are not."""
    for links, result in ((8, _ADDR), (9, None)):
        names = [QUESTION_NAME] + [wire(b"n%d" % n) for n in range(links)]
        records = [alias(names[n], names[n + 1]) for n in range(links)]
        assert _read(reply(_QUERY, *records, address(_ADDR, names[-1]))) == (DONE, result)


def case_header():
    """Wrong id, not a reply, another opcode, no or two questions: not an answer to ours."""
    good = reply(_QUERY, address(_ADDR))
    for at, value in ((0, 0), (1, 0), (2, 0x01), (2, 0x89), (2, 0xA0), (4, 1), (5, 0), (5, 2)):
        bad = bytearray(good)
        bad[at] = value
        assert _read(bad) == (IGNORE, None), (at, value)


def case_question():
    """Another name, type or class in the question: not an answer to ours, whatever its code."""
    questions = (
        wire(b"www.host.ne") + b"\0\1\0\1",
        wire(b"www.host.net.x") + b"\0\1\0\1",
        wire(b"") + b"\0\1\0\1",
        _NAME + b"\0\x1c\0\1",
        _NAME + b"\0\1\0\3",
        b"\xc0\x0c\0\1\0\1",
        b"",
    )
    for question in questions:
        for flags in (0x8180, 0x8182, 0x8183, 0x8380):
            message = reply(_QUERY, address(_ADDR), flags=flags, question=question)
            assert _read(message) == (IGNORE, None), (question, flags)


def case_dot_inside_a_label():
    """A label with a dot in it is not two labels."""
    message = reply(_QUERY, address(_ADDR), question=b"\x08www.host\x03net\0\0\1\0\1")
    assert _read(message) == (IGNORE, None)


def case_codes():
    """No such name ends the question; other codes and a cut answer without address do not."""
    for code in range(16):
        verdict = DONE if code in (0, 3) else ASK_NEXT
        assert _read(reply(_QUERY, flags=0x8180 | code)) == (verdict, None)
    assert _read(reply(_QUERY, address(_ADDR), flags=0x8182)) == (ASK_NEXT, None)
    assert _read(reply(_QUERY, flags=0x8380)) == (ASK_NEXT, None)


def case_malformed_records():
    """Pointers in circles, forwards or to outside, and lengths that do not fit, are damage."""
    at = _FIRST_ANSWER
    bad = (
        address(_ADDR, _pointer(at)),  # to itself
        address(_ADDR, b"\1a" + _pointer(at)),  # round a label
        address(_ADDR, _pointer(at + 2)),  # forwards
        address(_ADDR, _pointer(0x3FFF)),
        address(_ADDR, b"\x40" + b"a" * 64 + b"\0"),  # label types that do not exist
        address(_ADDR, b"\x80\0"),
        address(_ADDR, (b"\x3f" + b"a" * 63) * 4 + b"\0"),  # a name of 257 bytes
        record(QUESTION_NAME, A, b"\1\2\3"),
        record(QUESTION_NAME, A, b"\1\2\3\4\5"),
        record(QUESTION_NAME, CNAME, b""),
        record(QUESTION_NAME, CNAME, b"\1a\0\0"),  # the name is shorter than the data
        record(QUESTION_NAME, CNAME, b"\1a"),  # and longer
    )
    for damage in bad:
        assert _read(reply(_QUERY, damage)) == (IGNORE, None), damage
        assert _read(reply(_QUERY, damage, address(_ADDR))) == (IGNORE, None), damage


def case_pointers_to_each_other():
    """Two names that point to each other's place are damage."""
    data = _FIRST_ANSWER + 12
    loop = record(_pointer(data), CNAME, _pointer(_FIRST_ANSWER))
    assert _read(reply(_QUERY, loop)) == (IGNORE, None)
    circle = alias(QUESTION_NAME, _pointer(data))
    assert _read(reply(_QUERY, circle)) == (IGNORE, None)


def case_longest_name_in_answer():
    """An owner of 255 bytes is read; one byte more is damage."""
    longest = (b"\x3f" + b"a" * 63) * 3 + b"\x3d" + b"b" * 61 + b"\0"
    longer = (b"\x3f" + b"a" * 63) * 3 + b"\x3e" + b"b" * 62 + b"\0"
    assert len(longest) == 255
    assert _read(reply(_QUERY, address(_OTHER, longest), address(_ADDR))) == (DONE, _ADDR)
    assert _read(reply(_QUERY, address(_OTHER, longer), address(_ADDR))) == (IGNORE, None)


def case_worst_answers_end():
    """512 bytes full of pointers or tiny records are read to an end, in bounded work."""
    chain = b"".join(_pointer(_FIRST_ANSWER + 2 * n - 2) for n in range(1, 200))
    header = _QUERY[:2] + b"\x81\x80\0\1\xff\xff\0\0\0\0" + _QUERY[12:]
    assert _read((header + b"\0\0" + chain)[:512]) == (IGNORE, None)
    assert _read((header + record(b"\0", CNAME, b"\0") * 50)[:512]) == (IGNORE, None)


def _samples():
    """Good answers, each with the places of its addresses."""
    first = alias(QUESTION_NAME, b"\x03cdn" + _pointer(16))
    chained = [first, address(_ADDR, _pointer(_FIRST_ANSWER + 12))]
    for records in ([address(_ADDR)], [address(_ADDR), address(_OTHER)], chained):
        message = reply(_QUERY, *records)
        addrs = [message.find(addr, _FIRST_ANSWER) for addr in (_ADDR, _OTHER)]
        yield message, [at for at in addrs if at >= 0]


def case_every_truncation():
    """A good answer that lacks any number of bytes at its end is ignored."""
    for message, _ in _samples():
        for size in range(len(message)):
            assert _read(message[:size]) == (IGNORE, None), size


def case_every_flipped_bit():
    """With any bit wrong no other address comes out, unless the bit is in the address."""
    for message, addrs in _samples():
        for bit in range(8 * len(message)):
            damaged = bytearray(message)
            damaged[bit >> 3] ^= 1 << (bit & 7)
            addr = _read(damaged)[1]
            in_addr = any(at <= bit >> 3 < at + 4 for at in addrs)
            assert in_addr or addr in (None, _ADDR, _OTHER), bit


def case_flipped_id_and_question():
    """A bit wrong in the id or the question makes it no answer; the case of a letter does not."""
    message, _ = next(_samples())
    for bit in range(8 * _FIRST_ANSWER):
        if 2 <= bit >> 3 < 12:
            continue
        damaged = bytearray(message)
        damaged[bit >> 3] ^= 1 << (bit & 7)
        letter = bytes(message[bit >> 3 : (bit >> 3) + 1]).isalpha() and bit >> 3 >= 12
        right = (DONE, _ADDR) if letter and bit & 7 == 5 else (IGNORE, None)
        assert _read(damaged) == right, bit
