"""The resolver on the real net port: dns_probe.py SERVERS RETRY_MS NAME... asks for all at once.

Prints a line a name, `name address` or `name -`, then the counters. Runs on both interpreters.
"""

import sys

from bearer import parse_servers
from system import Net, Poller, entropy, ticks_ms
from wipmodem.sockets.dns import Resolver
from wipmodem.ticks import diff

_SOCKETS = 24
_MOST_MS = 20000


class Probe:
    def __init__(self, servers, retry_ms, names):
        self._names = names
        self._addrs = {}
        self._net = Net(Poller(), entropy, _SOCKETS)
        self._resolver = Resolver(
            self._net, len(names), entropy, self._done, bytearray(512), retry_ms
        )
        self._resolver.use(servers, {}.get)

    def _done(self, slot, addr):
        assert slot not in self._addrs, "two results"
        self._addrs[slot] = addr

    def run(self):
        resolver = self._resolver
        started_ms = ticks_ms()
        for slot, name in enumerate(self._names):
            resolver.start(slot, name.encode(), started_ms)
        while len(self._addrs) < len(self._names):
            assert diff(ticks_ms(), started_ms) < _MOST_MS, "too late"
            self._events(self._net.poll(resolver.wait_ms(ticks_ms())))
            resolver.tick(ticks_ms())

    def _events(self, count):
        for k in range(count):
            assert self._resolver.on_event(self._net.ready[k], ticks_ms())

    def report(self):
        for slot, name in enumerate(self._names):
            addr = self._addrs[slot]
            print(name, "-" if addr is None else ".".join([str(byte) for byte in addr]))
        resolver = self._resolver
        print(f"ignored {resolver.ignored} timeouts {resolver.timeouts} failed {resolver.failed}")
        print("leaked", sum(self._net.open_udp(0) < 0 for _ in range(_SOCKETS)))


probe = Probe(parse_servers(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
probe.run()
probe.report()
