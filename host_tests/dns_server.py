"""A DNS server on 127.0.0.1 for tests, with a way of answering, or not, for each name.

    with DnsServer({"echo.test": "127.0.0.1", "gone.test": NXDOMAIN}) as dns:
        dns.zone["slow.test"] = drop_first(2, answer("127.0.0.1"))
        ... ask 127.0.0.1:{dns.port} ...
        assert dns.queries == ["echo.test"]

A way is called with the query and how often the name was asked before, and gives the datagrams to
send. An address in its place stands for `answer` of it. Names not in the zone do not exist.
"""

import socket
import threading
from collections import Counter

from dnslib import CNAME, QTYPE, RCODE, RR, A, DNSError, DNSQuestion, DNSRecord


def answer(*addresses):
    """All these addresses; none makes an answer without records."""
    return alias(addresses=addresses)


def alias(*targets, addresses):
    """A chain of aliases from the name over `targets` to the addresses of the last."""

    def way(query, _asked):
        reply = query.reply()
        owner = query.q.qname
        for target in targets:
            reply.add_answer(RR(owner, QTYPE.CNAME, rdata=CNAME(target)))
            owner = target
        for address in addresses:
            reply.add_answer(RR(owner, QTYPE.A, rdata=A(address)))
        return [reply.pack()]

    return way


def fail(code):
    """An answer with this code: "SERVFAIL", "REFUSED" ..."""

    def way(query, _asked):
        reply = query.reply()
        reply.header.rcode = getattr(RCODE, code)
        return [reply.pack()]

    return way


NXDOMAIN = fail("NXDOMAIN")
SERVFAIL = fail("SERVFAIL")


def cut(query, _asked):
    """The answer did not fit: no record, and the bit that says so."""
    reply = query.reply()
    reply.header.tc = 1
    return [reply.pack()]


def wrong_id(address):
    """The forger's answer: all but the id is right."""

    def way(query, asked):
        query.header.id ^= 1
        return answer(address)(query, asked)

    return way


def wrong_question(address):
    """An answer to something that was not asked."""

    def way(query, asked):
        query.questions = [DNSQuestion("other.test")]
        return answer(address)(query, asked)

    return way


def garbage(data=b"\xff" * 40):
    """Bytes that are no DNS message."""
    return lambda _query, _asked: [data]


def damaged(then, size):
    """The first `size` bytes of another way's answers."""
    return lambda query, asked: [datagram[:size] for datagram in then(query, asked)]


def drop_first(count, then):
    """Silence for the first `count` queries."""
    return lambda query, asked: then(query, asked) if asked >= count else []


def in_turn(*ways):
    """All that these ways send, one after the other, at each query."""

    def way(query, asked):
        packed = query.pack()
        return [data for each in ways for data in each(DNSRecord.parse(packed), asked)]

    return way


class DnsServer:
    def __init__(self, zone=None, sock=None):
        """`sock`: a bound UDP socket, in place of a free port of the loopback."""
        # Name in lower case -> way or address. May be changed at any time.
        self.zone = dict(zone or {})
        # The names asked for, as they were written.
        self.queries = []
        self._asked = Counter()
        self._sock = sock or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if not sock:
            self._sock.bind(("127.0.0.1", 0))
        self.port = self._sock.getsockname()[1]
        self._closing = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._closing = True
        self._sock.sendto(b"", self._sock.getsockname())  # wakes it
        self._thread.join()
        self._sock.close()

    def _serve(self):
        while True:
            data, peer = self._sock.recvfrom(2048)
            if self._closing:
                return
            for datagram in self._replies(data):
                self._sock.sendto(datagram, peer)

    def _replies(self, data):
        try:
            query = DNSRecord.parse(data)
        except DNSError:
            return []
        name = str(query.q.qname).rstrip(".")
        self.queries.append(name)
        name = name.lower()
        way = self.zone.get(name, NXDOMAIN)
        self._asked[name] += 1
        return (answer(way) if isinstance(way, str) else way)(query, self._asked[name] - 1)
