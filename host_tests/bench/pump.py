"""Moves bytes through a relay as fast as that takes them, and checks what comes out."""

import os
import select
import time
import zlib

_PIECE = os.urandom(512) * 8  # written at once: as much as a pty holds
_PATIENCE_MS = 10_000


class _Way:
    """n bytes from one descriptor to another, through the relay."""

    def __init__(self, source, sink, n):
        self.source = source
        self.sink = sink
        self.to_send = self.to_come = n
        self._sum_sent = self._sum_come = 0

    def send(self):
        off = -self.to_send % len(_PIECE)
        n = os.write(self.source, _PIECE[off:])
        self._sum_sent = zlib.crc32(_PIECE[off : off + n], self._sum_sent)
        self.to_send -= n

    def take(self):
        data = os.read(self.sink, 65536)
        self._sum_come = zlib.crc32(data, self._sum_come)
        self.to_come -= len(data)

    def check(self):
        if self.to_come or self._sum_come != self._sum_sent:
            raise AssertionError("what came is not what was sent")


def pump(link, to_peer, to_host):
    """So many bytes each way, multiples of 4096: bytes a second, both ways together."""
    host, peer = link.host, link.peer.fileno()
    forward, back = _Way(host, peer, to_peer), _Way(peer, host, to_host)
    poller = select.poll()
    began_s = time.monotonic()
    while forward.to_come or back.to_come:
        poller.register(host, _events(back, forward))
        poller.register(peer, _events(forward, back))
        ready = poller.poll(_PATIENCE_MS)
        if not ready:
            raise TimeoutError("nothing moves")
        for fd, events in ready:
            out, into = (forward, back) if fd == host else (back, forward)
            if events & select.POLLIN and into.to_come:
                into.take()
            if events & select.POLLOUT and out.to_send:
                out.send()
    took_s = time.monotonic() - began_s
    for way in forward, back:
        way.check()
    return (to_peer + to_host) / took_s


def _events(into, out):
    return select.POLLIN * (into.to_come > 0) | select.POLLOUT * (out.to_send > 0)
