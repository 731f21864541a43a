"""A piece of work, n times, for callgrind to count: work_probe.py NAME N [SOCKETS]

The modem between rings and real sockets, as alloc_probe.py has it. What one piece costs is the
slope between two values of N.
"""

import sys
import time

from alloc_probe import Bench, Net
from system import Poller, entropy
from wipmodem.contract import Sizes
from wipmodem.settings import MAX_SOCKETS

_BLOCK = b"0123456789abcdef" * 32
_BLOCKS = 4
_KB2 = _BLOCKS * 512
_LINE = b"AT\r"


def _pass(bench):
    bench.net.poll(0)
    bench.modem.service(bench.now_ms)


def start():
    bench = Bench()
    for line in (b"ATE0", b"AT+WIPCFG=1", b"AT+WIPBR=4,6", b"AT+CMEE=1"):
        bench.ask(line)
    return bench


def mapped():
    """... in data mode."""
    bench = start()
    listener = bench.far.listen(0, 2)
    bench.ask(b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % bench.far.local_port[listener])
    bench.tcp = bench.far.accept(listener)
    bench.ask(b"AT+WIPDATA=2,1,2")
    return bench


def command(n):
    bench = start()
    for _ in range(n):
        bench.serial.incoming.write(_LINE, 0, len(_LINE))
        while not bench.serial.said():
            _pass(bench)


def to_peer(n):
    """2 KB a piece."""
    bench = mapped()
    for _ in range(n):
        for _ in range(_BLOCKS):
            bench.serial.incoming.write(_BLOCK, 0, 512)
        got = 0
        while got < _KB2:
            _pass(bench)
            got += max(bench.far.readinto(bench.tcp, bench.got, 2048), 0)


def to_host(n):
    """2 KB a piece."""
    bench = mapped()
    for _ in range(n):
        for _ in range(_BLOCKS):
            bench.far.write(bench.tcp, _BLOCK, 0, 512)
        got = 0
        while got < _KB2:
            _pass(bench)
            got += bench.serial.said()


def idle(n, sockets=0):
    """Passes with so many sockets open, TCP first; says how many ns each took."""
    Sizes.sockets, Sizes.handles = 16, 24  # more than a modem has room for
    bench = start()
    bench.modem.context.settings[MAX_SOCKETS] = 16
    bench.far = Net(Poller(), entropy, 9)  # all of whom it keeps
    listener = bench.far.listen(0, 8)
    for i in range(sockets):
        if i < 8:
            port = bench.far.local_port[listener]
            said = bench.ask(b'AT+WIPCREATE=2,%d,"127.0.0.1",%d' % (i + 1, port))
            assert bench.far.accept(listener) >= 0
        else:
            said = bench.ask(b"AT+WIPCREATE=1,%d,%d" % (i - 7, 20000 + i))
        who = (2, i + 1) if i < 8 else (1, i - 7)
        assert said == b"\r\nOK\r\n\r\n+WIPREADY: %d,%d\r\n" % who, said
    began = time.ticks_us()
    for _ in range(n):
        _pass(bench)
    took = time.ticks_diff(time.ticks_us(), began)
    print("ns", took * 1000 // n)


if __name__ == "__main__":
    works = {"command": command, "to_peer": to_peer, "to_host": to_host, "idle": idle}
    works[sys.argv[1]](*[int(word) for word in sys.argv[2:]])
