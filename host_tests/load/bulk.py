"""Bytes in masses: both ways at once through one TCP socket; more datagrams than can be kept."""

import time
from pathlib import Path

from e2e import send_all
from load.eight import DATAGRAM, Datagrams, udp_peer
from load.rig import Flat, Visit
from load.streams import Stream
from load.worker import Worker

_BLOCK = 1 << 16
_TELL_S = 0.2


def play(modem, peers, size, tell=lambda done: None):
    """`size` bytes each way, pseudo-random, all compared."""
    flat = Flat(modem)
    peer = modem.client(1, peers)
    modem.quick_escape()
    down, up = Stream("down"), Stream("up")
    stay = Visit(modem, 2, 1, 2, down.check)
    began = time.monotonic()
    plays = [
        Worker(lambda: send(lambda data: peer.send(data), Stream("down"), size)),
        Worker(lambda: send(lambda data: stay.write_some(data), Stream("up"), size)),
        Worker(lambda: receive(lambda: peer.recv(_BLOCK), up, size)),
        Worker(lambda: receive(stay.read_some, down, size)),
    ]
    while any(each.is_alive() for each in plays):
        plays[0].join(_TELL_S)
        for each in plays:
            each.sound()
        tell(min(down.at, up.at))
    for each in plays:
        each.sound()
    spent = time.monotonic() - began
    stay.leave()
    modem.ask("AT+WIPCLOSE=2,1", "OK")
    flat.look()
    assert modem.counters() == {}
    return {"bytes_each_way": size, "megabytes_a_second_each_way": round(size / spent / 1e6, 1)}


def send(write, stream, size):
    while stream.at < size:
        send_all(write, stream.take(min(_BLOCK, size - stream.at)))


def receive(read, stream, size):
    while stream.at < size:
        data = read()
        assert data, f"the end came behind {stream.at} bytes"
        stream.check(data)


def flood(modem, peers, datagrams=1000):
    """More datagrams than anybody keeps: those that come are whole and in order, each as it was
    sent; the kernel tells how many it has dropped, the modem counts them and drops none.
    """
    modem.quick_escape()
    peer = udp_peer(modem, peers, 1)
    sent = [Stream(n).exactly(DATAGRAM) for n in range(datagrams)]
    for datagram in sent:
        peer.send(datagram)
    came = Datagrams()
    stay = Visit(modem, 1, 1, 1, came.feed)
    stay.exchange(b"", lambda: len(came.whole) == datagrams - dropped(peer.getpeername()[1]))
    stay.leave()
    places = [sent.index(datagram) for datagram in came.whole]
    assert places == sorted(set(places))
    assert modem.counters() == {"udp_rx_overflow": datagrams - len(places)}
    return {
        "sent": datagrams,
        "delivered": len(places),
        "dropped_by_kernel": datagrams - len(places),
    }


def dropped(port):
    """Datagrams that the kernel had no room for, at this port."""
    for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].split(":")[1], 16) == port:
            return int(fields[-1])
    raise AssertionError(f"nobody is at port {port}")
