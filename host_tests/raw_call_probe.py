"""A data call of the host's over the PC's radio port, as the board makes it: bytes out and back.

Takes --radio FD --radio-lines FD; prints how the call came, what came of the bytes, whether bytes
that nobody reads let the loop sleep, and how it ended.
"""

import sys

from bearer import AlwaysOn
from board import options
from dialled import Dialled
from radioport import RadioPort
from system import Net, Poller, entropy, ticks_ms
from wipmodem.clock import ticks_diff
from wipmodem.contract import IN

_LIMIT_MS = 20000
_TOTAL = 40000
_BLOCK = 512


class Call:
    def __init__(self, given):
        self.poller = Poller()
        self.fd = int(given["radio"])
        port = RadioPort(self.poller, self.fd, int(given["radio-lines"]))
        self.net = Net(self.poller, entropy, 4)
        self.bearer = Dialled(port, self.net, AlwaysOn(), ticks_ms())
        self.radio = self.bearer.radio
        self.out = bytearray(i * 7 & 0xFF for i in range(_BLOCK))
        self.back = bytearray(_BLOCK)
        self.sent = self.heard = 0
        self.good = True

    def until(self, done):
        """The loop, as modem and main.py have it: read, write, poll, tick, sleep."""
        start_ms = ticks_ms()
        while not done():
            assert ticks_diff(ticks_ms(), start_ms) < _LIMIT_MS, "nothing came of it"
            moved = self.relay()
            due = self.bearer.poll()
            wait_ms = self.bearer.tick(ticks_ms())
            self.net.poll(0 if moved or due else min(wait_ms, 100))

    def relay(self):
        """True when bytes have moved."""
        n = self.radio.readinto(self.back) if self.radio.online() else 0
        for i in range(n):
            self.good = self.good and self.back[i] == self.out[(self.heard + i) % _BLOCK]
        self.heard += n
        off = self.sent % _BLOCK
        m = min(_BLOCK - off, _TOTAL - self.sent)
        m = self.radio.write(self.out, off, m) if m and self.radio.online() else 0
        self.sent += m
        return n + m > 0

    def rests(self):
        """Bytes wait for which nobody has room: does the loop sleep all the same?"""
        self.radio.write(self.out, 0, 100)
        witness = Poller()
        witness.register(self.fd, IN)
        assert list(witness.ipoll(_LIMIT_MS))
        self.bearer.poll()
        self.bearer.poll()
        return not list(self.poller.ipoll(0))


def main():
    call = Call(options(sys.argv[1:]))
    radio = call.radio
    call.until(radio.idle)
    assert radio.call(b"ATD555", 50000)
    call.until(radio.online)
    print("code", radio.code, "speed", radio.speed)
    call.until(lambda: call.heard == _TOTAL)
    print("heard", call.heard, "as sent", call.good)
    print("rests", call.rests())
    radio.hang_up()
    call.until(radio.idle)
    print("carrier", radio.carrier(), "ignored", radio.chat.ignored > 0)


main()
