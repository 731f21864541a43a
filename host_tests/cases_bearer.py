"""The PC's bearer: what it makes of resolv.conf and hosts. Both interpreters."""

import os

from bearer import AlwaysOn, parse_servers
from wipmodem.contract import DOWN, UP

_LOOPBACK = b"\x7f\0\0\1"
_NOWHERE = "/nonexistent/file"


def _bearer(resolv=None, hosts=None, dns=None):
    """A started bearer that reads files with these texts."""
    paths = [_file(text) for text in (resolv, hosts)]
    bearer = AlwaysOn(dns, *paths)
    bearer.start(0)
    for path in paths:
        if path != _NOWHERE:
            os.remove(path)
    return bearer


def _file(text):
    if text is None:
        return _NOWHERE
    path = f"/tmp/cases_bearer_{int.from_bytes(os.urandom(6), 'big')}"
    with open(path, "wb") as file:
        file.write(text)
    return path


def case_up_and_down():
    """Up right after start, down after stop; it has an address."""
    bearer = AlwaysOn()
    assert bearer.state == DOWN
    bearer.start(0)
    assert bearer.state == UP and len(bearer.address()) == 4
    bearer.stop()
    assert bearer.state == DOWN


def case_servers():
    """The IPv4 name servers of resolv.conf, three at most."""
    text = b"# nameserver 9.9.9.9\nsearch a.b\nnameserver\nnameserver ::1\n"
    text += b"nameserver  1.2.3.4 # mine\r\n\tnameserver\t5.6.7.8\nnameserver 256.1.1.1\n"
    assert _bearer(text).servers() == [(b"\1\2\3\4", 53), (b"\5\6\7\x08", 53)]
    many = b"".join(b"nameserver 10.0.0.%d\n" % n for n in range(1, 6))
    assert [addr[3] for addr, _ in _bearer(many).servers()] == [1, 2, 3]


def case_no_servers():
    """Without the file, or servers in it, the PC itself is asked."""
    assert _bearer().servers() == [(_LOOPBACK, 53)]
    assert _bearer(b"nameserver ::1\n").servers() == [(_LOOPBACK, 53)]


def case_given_servers():
    """Servers from the command line stand in for the file's."""
    given = [(b"\1\1\1\1", 5353)]
    assert _bearer(b"nameserver 1.2.3.4\n", dns=given).servers() == given


def case_hosts():
    """All names of a line, in lower case; the first entry wins; no IPv6, no comments."""
    text = b"10.0.0.1 One one.Net # two\n::1 six localhost\n10.0.0.2 one\tthree\n#10.0.0.3 four\n"
    assert _bearer(hosts=text).hosts == {
        b"one": b"\x0a\0\0\1",
        b"one.net": b"\x0a\0\0\1",
        b"three": b"\x0a\0\0\2",
        b"localhost": _LOOPBACK,
    }


def case_localhost():
    """localhost is always known, and where the file says if it does."""
    assert _bearer().hosts == {b"localhost": _LOOPBACK}
    assert _bearer(hosts=b"10.0.0.9 localhost\n").hosts == {b"localhost": b"\x0a\0\0\x09"}


def case_files_are_read_at_start():
    """A second start reads the files anew."""
    path = _file(b"10.0.0.1 pc\n")
    bearer = AlwaysOn(None, _NOWHERE, path)
    assert bearer.hosts == {}
    bearer.start(0)
    os.remove(path)
    assert b"pc" in bearer.hosts
    bearer.start(0)
    assert b"pc" not in bearer.hosts


def case_strange_files():
    """Bytes that are no text do no harm."""
    noise = bytes(range(256)) * 4 + b"\nnameserver \xff\xfe\n\n1.2.3.4\n1.2.3.4.5 x\n1..3.4 y\n"
    bearer = _bearer(noise, noise)
    assert bearer.servers() == [(_LOOPBACK, 53)] and bearer.hosts == {b"localhost": _LOOPBACK}


def case_parse_servers():
    """Addresses with or without a port."""
    assert parse_servers("1.2.3.4:5353,5.6.7.8") == [(b"\1\2\3\4", 5353), (b"\5\6\7\x08", 53)]
    assert parse_servers("1.2.3.4, 5.6.7.8:1") == [(b"\1\2\3\4", 53), (b"\5\6\7\x08", 1)]


def case_parse_bad_servers():
    """Anything else is a ValueError that names the culprit."""
    bad_addresses = ("", "host", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4,", "::1")
    for text in bad_addresses + ("1.2.3.4:", "1.2.3.4:0", "1.2.3.4:65536", "1.2.3.4:x"):
        try:
            parse_servers(text)
        except ValueError as error:
            assert "not a name server" in str(error)
        else:
            raise AssertionError(text)
