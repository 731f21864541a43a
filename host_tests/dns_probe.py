"""The resolver on the real net port: dns_probe.py SERVERS RETRY_MS NAME... asks for all at once.

Prints a line a name, `name address` or `name -`, then the counters. Runs on both interpreters.
"""

import sys

from bearer import parse_servers
from system import Net, Poller, entropy, ticks_ms
from wipmodem.clock import Clock, ticks_diff
from wipmodem.contract import IN
from wipmodem.sockets.dns import Resolver

_SOCKETS = 24
_MOST_MS = 20000


class Asker:
    def __init__(self, name):
        self.name = name
        self.results = []

    def on_resolved(self, addr):
        self.results.append(addr)


class Probe:
    def __init__(self, servers, retry_ms, names):
        self._askers = [Asker(name) for name in names]
        self._clock = Clock()
        self._owners: list = [None] * _SOCKETS
        self._net = Net(Poller(), entropy, _SOCKETS)
        self._resolver = Resolver(
            self._net,
            self._clock,
            self._owners,
            len(names),
            entropy,
            bytearray(512),
            retry_ms,
        )
        self._resolver.use(servers, {}.get)

    def run(self):
        resolver = self._resolver
        started_ms = ticks_ms()
        self._clock.tick(started_ms)
        for asker in self._askers:
            resolver.start(asker, asker.name.encode())
        while not all(asker.results for asker in self._askers):
            assert ticks_diff(ticks_ms(), started_ms) < _MOST_MS, "too late"
            self._clock.tick(ticks_ms())
            count = self._net.poll(resolver.wait_ms())
            self._clock.tick(ticks_ms())
            self._events(count)
            resolver.tick()

    def _events(self, count):
        for k in range(count):
            self._owners[self._net.ready[k]].on_event(IN)

    def report(self):
        for asker in self._askers:
            (addr,) = asker.results  # one alone
            print(asker.name, "-" if addr is None else ".".join([str(byte) for byte in addr]))
        resolver = self._resolver
        print(f"ignored {resolver.ignored} timeouts {resolver.timeouts} failed {resolver.failed}")
        print("leaked", sum(self._net.open_udp(0) < 0 for _ in range(_SOCKETS)))


probe = Probe(parse_servers(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
probe.run()
probe.report()
