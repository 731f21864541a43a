"""The PC's bearer: what it makes of resolv.conf and hosts. Both interpreters."""

import os

import textfile
from bearer import AlwaysOn, parse_servers
from wipmodem.contract import DOWN, NO_MEMORY, UP

_LOOPBACK = b"\x7f\0\0\1"
_NOWHERE = "/nonexistent/file"


class Os:
    """os with a stat() that fails."""

    def __init__(self, error):
        self._error = error

    def stat(self, path):
        raise self._error


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
    """All names of a line, in any case; the first entry wins; no IPv6, no comments."""
    path = _file(
        b"10.0.0.1 One one.Net # two\n::1 six localhost\n10.0.0.2 one\tthree\n#10.0.0.3 four\n"
    )
    bearer = AlwaysOn(None, _NOWHERE, path)
    assert bearer.lookup(b"one") == bearer.lookup(b"one.net") == b"\x0a\0\0\1"
    assert bearer.lookup(b"three") == b"\x0a\0\0\2"
    for name in (b"two", b"six", b"four", b"on", b"one.ne", b"10.0.0.2", b"#", b""):
        assert bearer.lookup(name) is None, name
    os.remove(path)


def case_localhost():
    """localhost is always known, and where the file says if it does."""
    assert AlwaysOn(None, _NOWHERE, _NOWHERE).lookup(b"localhost") == _LOOPBACK
    path = _file(b"10.0.0.9 localhost\n")
    assert AlwaysOn(None, _NOWHERE, path).lookup(b"localhost") == b"\x0a\0\0\x09"
    os.remove(path)


def case_hosts_are_read_for_each_name():
    """A file that has changed counts from the next name on."""
    path = _file(b"10.0.0.1 pc\n")
    bearer = AlwaysOn(None, _NOWHERE, path)
    assert bearer.lookup(b"pc") == b"\x0a\0\0\1"
    os.remove(path)
    assert bearer.lookup(b"pc") is None


def case_long_files():
    """Names at every place of long lines and long files: found, and nothing else is."""
    path = _file(b"")
    with open(path, "wb") as file:
        for n in range(600):
            file.write(b"10.0.%d.%d h%d.example.net h%d # x\n" % (n >> 8, n & 255, n, n))
        file.write(b"10.1.0.1")
        for n in range(900):
            file.write(b" n%d" % n)
        file.write(b"\n10.3.0.1 ")
        for _ in range(1000):
            file.write(b"x" * 1000)
        file.write(b" big\n# ")
        for _ in range(1000):
            file.write(b" 10.9.9.9 note")
        file.write(b"\n10.2.0.1 last")
    bearer = AlwaysOn(None, _NOWHERE, path)
    for n in range(0, 600, 37):
        assert bearer.lookup(b"h%d" % n) == bytes((10, 0, n >> 8, n & 255)), n
        assert bearer.lookup(b"h%d.example.net" % n) == bytes((10, 0, n >> 8, n & 255)), n
    for n in range(0, 900, 41):
        assert bearer.lookup(b"n%d" % n) == b"\x0a\1\0\1", n
    assert bearer.lookup(b"last") == b"\x0a\2\0\1" and bearer.lookup(b"big") == b"\x0a\3\0\1"
    for name in (b"h600", b"n900", b"x" * 63, b"note", b"c", b"example.net", b"h1.example.ne"):
        assert bearer.lookup(name) is None, name
    os.remove(path)


def case_each_border_of_a_block():
    """A name is found wherever in the file it stands, to the byte."""
    for at in range(990, 1060):
        path = _file(b"#" + b"-" * at + b"\n10.0.0.1 some.name\n10.0.0.2 other\n")
        bearer = AlwaysOn(None, _NOWHERE, path)
        assert bearer.lookup(b"some.name") == b"\x0a\0\0\1", at
        assert bearer.lookup(b"other") == b"\x0a\0\0\2", at
        os.remove(path)


def case_a_long_resolv_conf():
    """Its servers are found after a megabyte of comments, at any place; without any, the PC."""
    path = _file(b"")
    bearer = AlwaysOn(None, path, _NOWHERE)
    for at in range(1, 40):
        with open(path, "wb") as file:
            for _ in range(100 if at > 1 else 10000):
                file.write(b"# a comment of a hundred bytes " + b"x" * 68 + b"\n")
            bearer.start(0)
            assert bearer.servers() == [(_LOOPBACK, 53)]
            file.write(b"#" * at + b"\nnameserver 10.0.0.1\nsearch " + b"y" * 3000 + b"\n")
            file.write(b"-" * at + b"\nnameserver 10.0.0.2")
        bearer.start(0)
        assert bearer.servers() == [(b"\x0a\0\0\1", 53), (b"\x0a\0\0\2", 53)], at
    os.remove(path)


def case_what_is_no_file():
    """A directory, as a hosts file and as a resolv.conf, is like an empty file."""
    bearer = AlwaysOn(None, "/tmp", "/tmp")
    bearer.start(0)
    assert bearer.servers() == [(_LOOPBACK, 53)] and bearer.lookup(b"a") is None


def case_no_descriptor_and_no_memory():
    """The session does not come, and says so; afterwards it does."""
    path = _file(b"nameserver 1.2.3.4\n10.0.0.1 a\n")
    bearer = AlwaysOn(None, path, path)
    for error in (OSError(24), OSError(23), MemoryError()):
        textfile.os = Os(error)  # type: ignore
        bearer.start(0)
        assert (bearer.state, bearer.cause, bearer.lookup(b"a")) == (DOWN, NO_MEMORY, None)
        textfile.os = os
        bearer.start(0)
        assert (bearer.state, bearer.cause) == (UP, 0)
        assert bearer.servers() == [(b"\1\2\3\4", 53)] and bearer.lookup(b"a") == b"\x0a\0\0\1"
        bearer.stop()
    os.remove(path)


def case_strange_files():
    """Bytes that are no text do no harm."""
    noise = bytes(range(256)) * 4 + b"\nnameserver \xff\xfe\n\n1.2.3.4\n1.2.3.4.5 x\n1..3.4 y\n"
    assert _bearer(noise, noise).servers() == [(_LOOPBACK, 53)]
    path = _file(noise)
    bearer = AlwaysOn(None, _NOWHERE, path)
    assert bearer.lookup(b"x") is None and bearer.lookup(b"y") is None
    os.remove(path)


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
