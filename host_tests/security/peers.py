"""What any far end may send, and what the host may be given of it: the properties, as functions.

cases_peers.py plays them on both interpreters, test_peers.py with hypothesis.
"""

_GUARD_MS = 1000
_LEAVES = b"\r\nOK\r\n"


def arrives_as_data(far, pieces):
    """Each piece, between silences of a guard time, and not a byte more; nothing is answered."""
    for data in pieces:
        far.session.wait(_GUARD_MS)
        far.sends(data)
        far.session.wait(_GUARD_MS)
        said = far.session.take()
        assert said == far.mapping.frame(data), (far.mapping.name, data, said)
        assert far.in_data_mode(), (far.mapping.name, data)
    assert far.got() == b"", far.mapping.name


def ends_with_the_result(far, data):
    """What is still unread when the host escapes is never said behind the OK; a number tells."""
    session = far.session
    session.wait(_GUARD_MS)
    session.serial.stuck = True  # so that it is still here
    far.sends(data)
    session.send(b"+++")
    session.wait(_GUARD_MS)
    session.serial.stuck = False
    session.settle()
    said = session.take()
    assert said.endswith(_LEAVES) and session.modem.context.online.channel is None, (
        far.mapping.name,
        said,
    )
    assert _is_beginning(far, data, said[: -len(_LEAVES)]), (far.mapping.name, said)


def _is_beginning(far, data, said):
    """Of the data, and then, if there is a rest, its number."""
    framed = far.mapping.frame(data)
    size = len(data)
    while size:
        end = far.announced(size)
        if end and said.endswith(end) and framed.startswith(said[: -len(end)]):
            return True
        size -= 1
    return framed.startswith(said)


def is_only_announced(far, pieces):
    """In command mode, however much comes: one line of numbers. `AT` answers OK, and only that."""
    session = far.session
    session.wait(_GUARD_MS)
    session.send(b"+++")
    session.wait(_GUARD_MS)
    assert session.take() == _LEAVES
    lines = far.watch.lines
    told = b""
    for data in pieces:
        far.sends(data)
        session.wait(_GUARD_MS)
        told += session.take()
    first = [len(data) for data in pieces if data or far.mapping.kind == "udp"][:1]
    assert told == (far.announced(first[0]) if first else b""), (far.mapping.name, told)
    assert far.watch.lines == lines
    assert session.ask(b"AT") == _LEAVES
