"""The resolver against another implementation of DNS, against noise, and on real sockets."""

import socket

import pytest
from dnslib import AAAA, CNAME, QTYPE, RR, A, DNSRecord
from hypothesis import given
from hypothesis import strategies as st

from dns_kit import Bench, reply
from dns_server import (
    NXDOMAIN,
    SERVFAIL,
    DnsServer,
    alias,
    answer,
    cut,
    damaged,
    drop_first,
    fail,
    garbage,
    in_turn,
    wrong_id,
    wrong_question,
)
from interpreters import COMMANDS, output
from wipmodem.sockets.dns_message import DONE, encode, query, read_answer

_ADDR = "127.1.2.3"
_NAME = b"www.host.net"
_QUERY = query(0xA55A, encode(_NAME))


# Noise


@given(st.lists(st.binary(max_size=600), max_size=5))
def test_noise_is_ignored(datagrams):
    """Random bytes are counted and end nothing; the true answer still counts."""
    bench = Bench()
    sent = bench.ask(_NAME)
    for datagram in datagrams:
        assert bench.comes(datagram)
    assert not bench.results and bench.resolver.ignored == len(datagrams)
    bench.comes(reply(sent, b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x01\x02\x03\x04"))
    assert bench.ended((0, b"\x01\x02\x03\x04"))


_PIECES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([b"\xc0\x0c", b"\xc0", b"\3www", b"\0", b"\0\1\0\1", b"\0\5\0\1", b"\0\4"]),
)


@given(st.lists(_PIECES, max_size=40).map(b"".join), st.integers(0, 6), st.integers(0, 255))
def test_noise_behind_a_good_question(noise, count, flags):
    """Random records are read to an end; an address is never made of anything but A data."""
    header = _QUERY[:2] + bytes((0x80 | flags & 7, flags & 0xF0, 0, 1, 0, count, 0, 0, 0, 0))
    message = bytearray(header + _QUERY[12:] + noise)
    _, addr = read_answer(message, 0xA55A, encode(_NAME))
    assert addr is None or b"\0\4" + addr in message


# Another implementation


@given(st.integers(0, 0xFFFF), st.lists(st.text("abC-9", min_size=1, max_size=9), min_size=1))
def test_query_is_read_by_another(ident, labels):
    """Every query is what dnslib understands as the question that was meant."""
    name = ".".join(labels)[:253].rstrip(".")
    wire = encode(name.encode())
    if wire is None:  # digits alone
        return
    record = DNSRecord.parse(query(ident, wire))
    assert (record.header.id, record.header.qr, record.header.rd) == (ident, 0, 1)
    assert (str(record.q.qname), record.q.qtype, record.q.qclass) == (name + ".", QTYPE.A, 1)


_NAMES = ["www.host.net", "host.net", "WWW2.host.net", "cdn.other.org"]
_OWNERS = st.sampled_from(_NAMES)
_RECORDS = st.lists(
    st.one_of(
        st.tuples(_OWNERS, st.just("A"), st.integers(0, 255).map("10.0.0.{}".format)),
        st.tuples(_OWNERS, st.just("CNAME"), _OWNERS),
        st.tuples(_OWNERS, st.just("AAAA"), st.just("2001:db8::1")),
    ),
    max_size=8,
)
_RDATA = {"A": A, "CNAME": CNAME, "AAAA": AAAA}


def _chase(records, name):
    """The first address at the end of the aliases of `name`, by the names as text."""
    for _ in range(1 + len(_NAMES)):
        of_name = [r for r in records if r[0] == name]
        addrs = [data for _, kind, data in of_name if kind == "A"]
        if addrs:
            return socket.inet_aton(addrs[0])
        name = next((data for _, kind, data in of_name if kind == "CNAME"), None)
    return None


@given(_RECORDS)
def test_answers_of_another(records):
    """What dnslib packs, with its compression, is read as what went into it."""
    message = DNSRecord.parse(_QUERY).reply()
    for owner, kind, data in records:
        message.add_answer(RR(owner, getattr(QTYPE, kind), rdata=_RDATA[kind](data)))
    result = read_answer(bytearray(message.pack()), 0xA55A, encode(_NAME))
    assert result == (DONE, _chase(records, _NAMES[0]))


# Real sockets


def _probe(interpreter, servers, retry_ms, names):
    """The lines that dns_probe.py prints: a dict of name -> address, and the counters."""
    said = output(interpreter, "dns_probe.py", servers, str(retry_ms), *names)
    *lines, counters, leaked = said.splitlines()
    assert leaked == "leaked 0", said
    return dict(line.split() for line in lines), counters


_WAYS = {
    "plain.test": (_ADDR, _ADDR),
    "MiXed.test": (_ADDR, _ADDR),
    "two.test": (answer(_ADDR, "127.9.9.9"), _ADDR),
    "alias.test": (alias("cdn.test", "Edge.cdn.test", addresses=[_ADDR]), _ADDR),
    "slow.test": (drop_first(2, answer(_ADDR)), _ADDR),
    "forged.test": (in_turn(wrong_id("6.6.6.6"), answer(_ADDR)), _ADDR),
    "strange.test": (in_turn(wrong_question("6.6.6.6"), answer(_ADDR)), _ADDR),
    "noisy.test": (in_turn(garbage(), garbage(b""), garbage(b"x" * 1500), answer(_ADDR)), _ADDR),
    "damaged.test": (in_turn(damaged(answer("6.6.6.6"), 30), answer(_ADDR)), _ADDR),
    "lame.test": (SERVFAIL, "-"),
    "refused.test": (fail("REFUSED"), "-"),
    "cut.test": (cut, "-"),
    "empty.test": (answer(), "-"),
    "gone.test": (NXDOMAIN, "-"),
    "silent.test": (drop_first(99, NXDOMAIN), "-"),
}


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_all_ways_at_once(interpreter, dns):
    """Fifteen names at a time, each answered in another way: every one ends as it should."""
    dns.zone.update({name.lower(): way for name, (way, _) in _WAYS.items()})
    addrs, counters = _probe(interpreter, f"127.0.0.1:{dns.port}", 400, list(_WAYS))
    assert addrs == {name: addr for name, (_, addr) in _WAYS.items()}
    asked = {name: dns.queries.count(name) for name in _WAYS}
    three = {"slow.test", "lame.test", "refused.test", "cut.test", "silent.test"}
    assert asked == {name: 3 if name in three else 1 for name in _WAYS}
    assert counters == "ignored 6 timeouts 5 failed 6"


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_server_that_is_not_there(interpreter, dns):
    """A refused datagram moves on to the next server without waiting."""
    dns.zone["plain.test"] = _ADDR
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        servers = f"127.0.0.1:{unused.getsockname()[1]},127.0.0.1:{dns.port}"
    addrs, counters = _probe(interpreter, servers, 8000, ["plain.test"])
    assert addrs == {"plain.test": _ADDR}
    assert counters == "ignored 0 timeouts 0 failed 0"


def test_another_client_understands_the_server():
    """The test server by itself: dnslib's own client gets its answers."""
    with DnsServer({"a.test": "127.0.0.5"}) as server:
        packed = DNSRecord.question("A.test").send("127.0.0.1", server.port, timeout=5)
        assert str(DNSRecord.parse(packed).a.rdata) == "127.0.0.5"
        assert server.queries == ["A.test"]
