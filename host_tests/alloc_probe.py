"""What the modem allocates, under real MicroPython, on real sockets: alloc_probe.py

A line a scenario: `steady NAME bytes`, what one round allocated after warming up, and `locked ok`
if it also ran with the heap locked; or `once NAME bytes` for what may allocate.
"""

from wipmodem.compat import collect_often, collect_when_full

collect_often()

import micropython

from bearer import AlwaysOn
from system import Net as UnixNet
from system import Poller, entropy, heap_free
from wipmodem.compat import RingIO
from wipmodem.contract import C1, Sizes
from wipmodem.modem import Modem
from wipmodem.ports.flash import Store
from wipmodem.ports.net import BsdNet

collect_when_full()

_LOOPBACK = b"\x7f\0\0\1"
_PASSES = 40
_ROUNDS = 20

# How a server answers: the question again, and this.
_ANSWER = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1"


_SPECIAL = b"plain\x03\x10plain"


class Net(UnixNet):
    """Reads as a chip does, which allocates nothing."""

    _read = BsdNet._read


class RingSerial:
    """A DTE that allocates nothing: what the host sends and what the modem says are rings."""

    rate = 115200
    flow = True
    overruns = framing = breaks = 0

    def __init__(self):
        self.incoming = RingIO(4096)
        self.output = RingIO(8192)
        self._scratch = bytearray(4096)

    def readinto(self, buf):
        return self.incoming.readinto(buf, len(buf))

    def write(self, buf, off, n):
        return self.output.write(buf, off, n)

    def said(self):
        return self.output.readinto(self._scratch, len(self._scratch))

    def words(self):
        """Allocates."""
        return bytes(self._scratch[: self.said()])

    def dtr(self):
        return True

    def dtr_drop_pending(self):
        return False

    def set_events(self, mask):
        pass

    def supports(self, rate):
        return True

    def tx_done(self):
        return True

    def set_dcd(self, on):
        pass

    set_dsr = set_ri = set_dcd


class RingConsole:
    """Where somebody asks for a report, and reads it."""

    def __init__(self):
        self.asks = False
        self.output = RingIO(4096)
        self.scratch = bytearray(4096)

    def asked(self):
        asks = self.asks
        self.asks = False
        return asks

    def write(self, buf, off, n):
        return self.output.write(buf, off, n)

    def said(self):
        return self.output.readinto(self.scratch, len(self.scratch))


def _none(handle):
    return 0


class Bench:
    """The board, too."""

    name = b"bench"
    dialect = C1
    sizes = Sizes()
    sizes.burst_blocks = 16
    entropy = staticmethod(entropy)
    heap_free = staticmethod(heap_free)
    reset_cause = b"power_on"

    def __init__(self):
        self.serial = RingSerial()
        self.recorder = bytearray(self.sizes.recorder)
        self.console = RingConsole()
        # The peers' end, on a net port of its own.
        self.far = Net(Poller(), entropy, 8)
        self.server = self.far.open_udp(0)
        dns = [(_LOOPBACK, self.far.local_port[self.server])]
        self.net = Net(Poller(), entropy, Sizes.handles)
        self.overflow = self.net.overflow
        self.net.overflow = _none  # as on a chip: to ask the PC's system allocates
        self.bearer = AlwaysOn(dns)
        self.bearer.lookup = lambda name: None  # as on a board, which has no hosts file
        self.store = Store(None)
        self.modem = Modem(self)
        self.now_ms = 0
        self.buf = bytearray(b"0123456789abcdef" * 32)
        self.got = bytearray(2048)
        self.tcp = self.udp = -1

    def passes(self):
        i = 0
        while i < _PASSES:
            self.net.poll(0)
            self.modem.service(self.now_ms)
            i += 1

    def type(self, line):
        """Allocates."""
        line += b"\r"
        self.serial.incoming.write(line, 0, len(line))

    def host(self, data):
        self.serial.incoming.write(data, 0, len(data))
        self.passes()

    def ask(self, line):
        """Allocates."""
        self.host(line + b"\r")
        return self.serial.words()

    def wait(self, ms):
        self.passes()
        self.now_ms = (self.now_ms + ms) & 0x3FFFFFFF
        self.passes()

    def escape(self):
        self.wait(1001)
        self.host(b"+++")
        self.wait(1001)

    # Scenarios: a round each

    def commands(self):
        self.host(b"AT\rAT+CMEE=1;+CMEE?;S3?\rATV0\rATV1\rATI\rAT+WIPCREATE?\rAT+WIPBR?\r")
        self.host(b"AT+WIPXSTAT?\rAT+WIPDATA?\rAT+WIPXSOCK?\rAT+WIPXSOCK=2,8\r")
        self.host(b"AT+WIPXSTAT\rAT+WIPXURC?\rAT+WIPXURC=0\rAT+WIPXSTAT=0\r")
        self.serial.said()
        self.host(b"AT+WIPXHEALTH?\rAT+WIPXHEALTH\rAT+WIPXHEALTH=0\r")
        self.serial.said()
        self.host(b"AT&V;+CLAC\rATI5\rAT+WIPCFG?\rAT+CGMI;+CPIN?\rATS12?\rAT+WIPXDIALECT?\r")
        self.host(b"AT+WIPCFG=2,6,9\rATS7=9&C1\rAT+IFC?;+IPR?\r")
        self.serial.said()

    def refusals(self):
        self.host(b"AT+NONE\rAT+WIPCREATE=2,9,1,1\rAT+WIPCLOSE=2,8\rAT+WIPDATA=2,1\rA/")
        self.host(b"AT+WIPDATA=2,8,2\rAT+WIPCREATE=3,1,99999,1,1\rATX\r")
        self.host(b"AT+WIPOPT=2,8,1,0\rAT+WIPOPT=2,1,2,0,1\rAT+CPIN=1\rATD\rAT+WIPFILE=4,1\r")
        self.serial.said()

    def idle(self):
        self.passes()

    def watched(self):
        """A report on the console is told to its end."""
        self.console.asks = True
        self.wait(1000)
        self.passes()  # a line a pass
        n = self.console.said()
        if self.console.scratch.find(b"OK\r\n", n - 4, n) < 0:
            raise AssertionError("no whole report")

    def tcp_to_peer(self):
        self.host(self.buf)
        self.far.readinto(self.tcp, self.got, 2048)

    def tcp_to_host(self):
        """Until all has come: the peer's system may hold back what it has not had an ACK for."""
        self.far.write(self.tcp, self.buf, 0, 512)
        n = 0
        while n < 512:
            self.net.poll(1000)
            self.modem.service(self.now_ms)
            n += self.serial.said()

    def tcp_announced(self):
        self.far.write(self.tcp, self.buf, 0, 100)
        self.net.poll(1000)
        self.passes()
        self.host(b"AT+WIPDATA=2,1,2\r")
        self.escape()
        self.serial.said()

    def tcp_escaped(self):
        """Both ways, with bytes that are escaped."""
        self.host(b"0123\x10\x03\x10\x10abc")
        self.wait(20)
        self.far.readinto(self.tcp, self.got, 2048)
        self.far.write(self.tcp, _SPECIAL, 0, len(_SPECIAL))
        self.net.poll(1000)
        self.passes()
        self.serial.said()

    def udp_raw(self):
        self.host(b"0123\x03\x10abc")
        self.wait(20)

    def udp_send(self):
        self.host(b"0123456789\x10\x03\x10\x10abc\x03second\x03")
        self.passes()


def steady(name, round_):
    round_()
    round_()
    before = micropython.mem_total()
    for _ in range(_ROUNDS):
        round_()
    spent = micropython.mem_total() - before
    micropython.heap_lock()
    try:
        round_()
        locked = "locked ok"
    except MemoryError:
        locked = "locked FAILED"
    micropython.heap_unlock()
    print("steady %s %d %s" % (name, spent // _ROUNDS, locked))


def once(name, action):
    before = micropython.mem_total()
    action()
    print("once %s %d" % (name, micropython.mem_total() - before))


def expect(said, wanted):
    if said != wanted:
        raise AssertionError("expected %r, the modem said %r" % (wanted, said))


def resolve(bench):
    """A name, asked and answered; the question is still open when the measuring begins."""
    far = bench.far
    bench.type(b'AT+WIPCREATE=1,3,,"a.name",9')
    once("resolve_ask", bench.passes)
    n = far.recvfrom(bench.server, bench.got, 512)
    asker = bytes(far.from_addr), far.from_port
    port = far.local_port[bench.server]
    far.close(bench.server)
    server = far.open_udp(port, asker[0], asker[1])
    answer = bytes(bench.got[:2]) + b"\x81\x80\0\1\0\1\0\0\0\0" + bench.got[12:n] + _ANSWER
    far.write(server, answer, 0, len(answer))
    expect(bench.serial.words(), b"\r\nOK\r\n")
    once("resolve_answer", bench.passes)
    expect(bench.serial.words(), b"\r\n+WIPREADY: 1,3\r\n")


def main():
    bench = Bench()
    for line in (b"ATE0", b"AT+WIPCFG=1", b"AT+WIPBR=4,6", b"AT+CMEE=1"):
        bench.ask(line)
    listener = bench.far.listen(0, 2)
    port = bench.far.local_port[listener]
    sink = bench.far.open_udp(0)

    bench.type(b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % port)
    once("open_tcp", bench.passes)
    expect(bench.serial.words(), b"\r\nOK\r\n\r\n+WIPREADY: 2,1\r\n")
    bench.tcp = bench.far.accept(listener)
    bench.type(b'AT+WIPCREATE=1,1,,"127.0.0.1",%d' % bench.far.local_port[sink])
    once("open_udp", bench.passes)
    bench.ask(b"AT+WIPCREATE=3,1,0,5,6")
    server = bench.modem.context.table.find(3, 1).local_port
    bench.far.connect(_LOOPBACK, server)
    once("accept", bench.passes)
    expect(bench.serial.words(), b"\r\n+WIPACCEPT: 1,5\r\n")

    for name in ("idle", "watched", "commands", "refusals", "tcp_announced"):
        steady(name, getattr(bench, name))
    expect(bench.ask(b"AT+WIPDATA=2,1,2"), b"\r\nCONNECT\r\n")
    steady("tcp_to_peer", bench.tcp_to_peer)
    steady("tcp_to_host", bench.tcp_to_host)
    bench.escape()
    expect(bench.serial.words(), b"\r\nOK\r\n")
    expect(bench.ask(b"AT+WIPDATA=1,1,1"), b"\r\nCONNECT\r\n")
    steady("udp_send", bench.udp_send)
    bench.escape()
    expect(bench.serial.words(), b"\r\nOK\r\n")
    expect(bench.ask(b'AT+WIPXDIALECT="wipsoft"'), b"\r\nOK\r\n")
    expect(bench.ask(b"AT+WIPDATA=2,1,1"), b"\r\nCONNECT\r\n")
    steady("tcp_escaped", bench.tcp_escaped)
    bench.escape()
    expect(bench.serial.words(), b"\r\nOK\r\n")
    expect(bench.ask(b"AT+WIPDATA=1,1,2"), b"\r\nCONNECT\r\n")
    steady("udp_raw", bench.udp_raw)
    bench.escape()
    expect(bench.ask(b"AT+WIPCREATE=1,2,0"), b"\r\nOK\r\n\r\nOK\r\n\r\n+WIPREADY: 1,2\r\n")
    port = bench.modem.context.table.find(1, 2).local_port
    sender = bench.far.open_udp(0, _LOOPBACK, port)
    bench.far.write(sender, bench.buf, 0, 64)
    once("datagram", bench.passes)
    said = b'\r\n+WIPDATA: 1,2,64,"127.0.0.1",%d\r\n' % bench.far.local_port[sender]
    expect(bench.serial.words(), said)
    resolve(bench)
    bench.net.overflow = bench.overflow
    once("stat", lambda: bench.ask(b"AT+WIPXSTAT=0"))
    once("close", lambda: bench.ask(b"AT+WIPCLOSE=1,2"))


if __name__ == "__main__":
    main()
