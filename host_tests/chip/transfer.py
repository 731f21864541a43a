"""How much of the host's line TCP in data mode fills, by the chip's clock."""

import os
import threading
from bisect import bisect_right

_PATIENCE_S = 300
_PIECE = 4096
_BITS = 10  # of a byte on the line


class Flow:
    """What one way had carried, and when."""

    def __init__(self):
        self._at_us = []
        self._totals = []

    def add(self, at_us, n):
        self._at_us.append(at_us)
        self._totals.append(n + (self._totals[-1] if self._totals else 0))

    @property
    def span_us(self):
        return self._at_us[0], self._at_us[-1]

    def rate(self, from_us, to_us):
        """Bytes a second."""
        return (self._total(to_us) - self._total(from_us)) * 1e6 / (to_us - from_us)

    def _total(self, at_us):
        return self._totals[bisect_right(self._at_us, at_us) - 1]


def transfer(modem, peer, count, down, up):
    """Bytes a second that arrive: at the host, at the peer. Both ways at once are measured while
    both are under way, so that neither gains by the other's end."""
    data = os.urandom(count).replace(b"+", b"-")  # none could be an escape
    flows, seen = [], len(modem.uart.stamps)
    if down:
        threading.Thread(target=_send, args=(peer, data), daemon=True).start()
    if up:
        modem.type(data)
        flows.append(_received(modem, peer, data))
    if down:
        assert modem.uart.take(count, _PATIENCE_S) == data
        flows.insert(0, _heard(modem.uart.stamps[seen:]))
    from_us = max(flow.span_us[0] for flow in flows)
    to_us = min(flow.span_us[1] for flow in flows)
    return [flow.rate(from_us, to_us) for flow in flows]


def _send(peer, data):
    """The peer's patience is for a piece: one sendall would have to be through within it."""
    for at in range(0, len(data), _PIECE):
        peer.sendall(data[at : at + _PIECE])


def _received(modem, peer, data):
    """All of it at the peer. The clock is read when the peer has it: some milliseconds late."""
    flow, came = Flow(), bytearray()
    while len(came) < len(data):
        piece = peer.recv(_PIECE)
        assert piece, f"the peer's end closed after {len(came)} bytes"
        came += piece
        flow.add(modem.chip.now_us(), len(piece))
    assert came == data
    return flow


def _heard(stamps):
    flow = Flow()
    for _, to_us, n in stamps:
        flow.add(to_us, n)
    return flow


def share(rate, speed):
    return rate * _BITS / speed
