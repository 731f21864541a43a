"""Ports that a script drives, on both interpreters: where a fault or a moment must be forced.

The fake net has what a real one has: partial writes, a peer that takes nothing for a while,
refusals, resets, events only for what was asked (`set_events`), and a table that can be full.
"""

from wipmodem import contract as c


class FakeLine:
    """`bite`: the most bytes it takes or gives in one call; `stuck`: it takes none (CTS off)."""

    def __init__(self):
        self.incoming = bytearray()
        self.output = bytearray()
        self.bite = 4096
        self.stuck = False

    def readinto(self, buf):
        n = min(len(self.incoming), len(buf), self.bite)
        buf[:n] = self.incoming[:n]
        self.incoming = self.incoming[n:]
        return n

    def write(self, buf, off, n):
        n = 0 if self.stuck else min(n, self.bite)
        self.output += memoryview(buf)[off : off + n]
        return n


class FakeSerial(FakeLine):
    """The DTE, with its control lines. `unsent`: the last byte is not out yet; `line`: what
    configure() was last given, rate, tx_held and rx_held. set_dtr() changes DTR after the bytes
    that are in `incoming`; `lazy`: it takes a read that finds nothing to take its place, as on a
    PC, else it does when DTR is asked, as on a UART."""

    rates = (1200, 9600, 19200, 38400, 57600, 115200, 230400)

    def __init__(self, rate=115200, flow=True):
        super().__init__()
        self.rate = rate
        self.flow = flow
        self.unsent = False
        self.overruns = self.framing = self.breaks = 0
        self.line = (rate, flow, flow)
        self.mask = c.IN
        self.lazy = False
        self._dtr = True
        self._changes = []  # of DTR: [bytes before it, on]
        self.dcd = self.dsr = self.ri = False

    def supports(self, rate):
        return rate in self.rates

    def tx_done(self):
        return not self.unsent

    def configure(self, rate, tx_held, rx_held):
        assert not self.unsent, "what waits would go out at the new rate"
        self.rate = rate
        self.line = (rate, tx_held, rx_held)

    @property
    def dtr_on(self):
        return self._changes[-1][1] if self._changes else self._dtr

    def set_dtr(self, on):
        if on != self.dtr_on:
            self._changes.append([len(self.incoming), on])

    def readinto(self, buf):
        if not self._changes:
            return super().readinto(buf)
        before = self._changes[0][0]
        if self.lazy and not before:
            self._dtr = self._changes.pop(0)[1]
            return 0
        later = self.incoming[before:]
        self.incoming = self.incoming[:before]
        n = super().readinto(buf)
        self.incoming += later
        for change in self._changes:
            change[0] -= n
        return n

    def dtr(self):
        if self._changes and not self._changes[0][0] and not self.lazy:
            self._dtr = self._changes.pop(0)[1]
        return self._dtr

    def dtr_drop_pending(self):
        return self._dtr and any(not on for _, on in self._changes)

    def set_events(self, mask):
        self.mask = mask

    def wakes(self):
        """True if bytes wait that the modem wants to be told of."""
        return self.mask & c.IN and len(self.incoming) > 0

    def set_dcd(self, on):
        self.dcd = on

    def set_dsr(self, on):
        self.dsr = on

    def set_ri(self, on):
        self.ri = on


class FakeConsole(FakeLine):
    """What a board has its REPL on; `incoming` are requests."""

    def asked(self):
        return self.readinto(bytearray(64)) > 0


class FakeCrash:
    def __init__(self):
        self.text = []

    def lines(self):
        return self.text

    def clear(self):
        self.text = []


class FakeStore:
    """`full`: the flash takes no more; then nothing changes."""

    def __init__(self):
        self.values = {}
        self.corrupt = False
        self.foreign = False
        self.full = False

    def put(self, changes):
        if not self.full:
            self.values.update(changes)
        return not self.full


class FakeSocket:
    def __init__(self, kind, local_port):
        self.kind = kind  # "udp", "tcp", "listener", "echo"
        self.local_port = local_port
        self.mask = c.IN | c.OUT if kind == "tcp" else c.IN
        self.up = kind != "tcp"
        self.outcome = c.AGAIN  # of connecting
        # Bytes of the stream, or datagrams (bytes, addr, port), or peers (addr, port).
        self.inbox = []
        self.eof = False
        self.dead = 0  # or the class of what killed it
        self.closed = False  # by the modem
        self.finished = False  # its sending half, by the modem
        self.window = 1 << 20  # bytes that the peer still takes
        self.sent = bytearray()
        self.datagrams = []  # sent; ICMP messages, too
        self.refused = 0  # ICMP errors waiting
        self.unacked = 0  # bytes that the peer has not acknowledged; -1: nobody knows
        self.overflow = 0  # datagrams that found no room, since last asked


class FakeNet:
    def __init__(self, handles=16):
        self._sockets: list = [None] * handles
        self._open_handles = []
        self.ready = bytearray(handles)
        self.flags = bytearray(handles)
        self.count = 0
        self.local_port = [0] * handles
        self.peer_port = [0] * handles
        self.addr = [bytearray(4) for _ in range(handles)]
        self.from_addr = bytearray(4)
        self.from_port = 0
        self.full = False  # no socket to be had
        self.write_bite = 4096  # the most bytes of a stream taken in one call
        self.tuned = []  # (handle, option, value)
        self.cannot = set()  # options that setsockopt refuses
        self.given = None  # what `set_defaults` was last given
        self.fixed_ttl = 0
        self.has_keepalive = True
        self.can_finish = True  # chips cannot
        self._next_port = 49152

    def socket(self, handle):
        return self._sockets[handle]

    def open_handles(self):
        return self._open_handles

    # The contract

    def poll(self, timeout_ms):
        self.count = 0
        for handle in self._open_handles:
            self._poll_one(handle, self._sockets[handle])
        return self.count

    def _poll_one(self, handle, sock):
        bits = self._events(sock)
        bits &= sock.mask | c.ERR | c.HUP if sock.mask >= 0 else 0
        if bits:
            self.flags[handle] = bits
            self.ready[self.count] = handle
            self.count += 1

    def _events(self, sock):
        if not sock.up:
            return 0 if sock.outcome == c.AGAIN else (c.OUT if sock.outcome > 0 else c.ERR | c.HUP)
        bits = c.IN if sock.inbox or sock.eof or sock.dead or sock.refused else 0
        bits |= c.ERR | c.HUP if sock.dead else 0
        bits |= c.ERR if sock.refused else 0
        return bits | (c.OUT if sock.window > 0 and sock.kind != "listener" else 0)

    def set_events(self, handle, mask):
        sock = self._sockets[handle]
        sock.mask = mask if mask or not self.flags[handle] & (c.ERR | c.HUP) else -1

    def open_udp(self, port, addr=None, peer_port=0):
        return self._open("udp", port, addr, peer_port)

    def connect(self, addr, peer_port):
        if bytes(addr) == b"\xff\xff\xff\xff":
            return c.UNREACHABLE
        return self._open("tcp", 0, addr, peer_port)

    def listen(self, port, backlog):
        return self._open("listener", port, None, 0)

    def accept(self, listener):
        inbox = self._sockets[listener].inbox
        if not inbox:
            return c.AGAIN
        addr, port = inbox.pop(0)
        handle = self._open("tcp", -1, addr, port)
        if handle >= 0:
            self._sockets[handle].up = True
            self.local_port[handle] = self.local_port[listener]
        return handle

    def connected(self, handle):
        sock = self._sockets[handle]
        sock.up = sock.outcome > 0
        return sock.outcome

    def readinto(self, handle, buf, n):
        sock = self._sockets[handle]
        if sock.inbox:
            data = sock.inbox.pop(0)
            n = min(n, len(data), len(buf))
            buf[:n] = data[:n]
            if n < len(data):
                sock.inbox.insert(0, data[n:])
            return n
        if sock.dead:
            return sock.dead
        return c.CLOSED if sock.eof else c.AGAIN

    def write(self, handle, buf, off, n):
        sock = self._sockets[handle]
        if sock.refused:
            sock.refused -= 1
            return c.RESET
        if sock.dead:
            return sock.dead
        data = bytes(memoryview(buf)[off : off + n])
        if sock.kind == "udp":
            return self._write_datagram(sock, data)
        n = min(n, sock.window, self.write_bite)
        sock.window -= n
        sock.sent += data[:n]
        return n or c.AGAIN

    def _write_datagram(self, sock, data):
        if sock.outcome == c.UNREACHABLE:
            return c.UNREACHABLE
        if sock.window <= 0:
            return c.AGAIN
        sock.datagrams.append(data)
        return len(data)

    def recvfrom(self, handle, buf, n):
        sock = self._sockets[handle]
        if sock.refused:
            sock.refused -= 1
            return c.RESET
        if not sock.inbox:
            return c.AGAIN
        data, addr, self.from_port = sock.inbox.pop(0)
        self.from_addr[:] = addr
        n = min(n, len(data))
        assert n <= len(buf)  # a bytearray would grow
        buf[0:n] = data[:n]
        return n

    def send_to(self, handle, buf, n, addr, port):
        sock = self._sockets[handle]
        sent = self._write_datagram(sock, (bytes(memoryview(buf)[:n]), bytes(addr), port))
        return n if sent > 0 else sent

    def unacked(self, handle):
        return self._sockets[handle].unacked

    def overflow(self, handle):
        sock = self._sockets[handle]
        count, sock.overflow = sock.overflow, 0
        return count

    def setsockopt(self, handle, option, value):
        if option in self.cannot:
            return False
        self.tuned.append((handle, option, value))
        return True

    def set_defaults(self, ttl, mss, window):
        self.given = (ttl, mss, window)

    def shutdown_write(self, handle):
        sock = self._sockets[handle]
        sock.finished = self.can_finish and sock.kind == "tcp" and sock.up and not sock.dead
        return sock.finished

    def open_echo(self):
        return self._open("echo", -1, None, 0)

    def send_echo(self, handle, buf, n, addr):
        """addr[handle] tells the script where it went."""
        self.addr[handle][:] = addr
        return self._write_datagram(self._sockets[handle], bytes(memoryview(buf)[:n]))

    def receive_echo(self, handle, buf, n):
        return self.recvfrom(handle, buf, n)

    def close(self, handle):
        self._sockets[handle].closed = True
        self._set(handle, None)

    def _set(self, handle, sock):
        self._sockets[handle] = sock
        self._open_handles = [h for h, s in enumerate(self._sockets) if s]
        self.flags[handle] = 0

    def _open(self, kind, port, addr, peer_port):
        if self.full or None not in self._sockets:
            return c.NO_RESOURCE
        if port > 0 and any(s and s.kind == kind and s.local_port == port for s in self._sockets):
            return c.PORT_IN_USE
        if port == 0:
            port = self._next_port
            self._next_port += 1
        handle = self._sockets.index(None)
        self._set(handle, FakeSocket(kind, port))
        self.local_port[handle] = port
        self.peer_port[handle] = peer_port
        self.addr[handle][:] = addr or b"\0\0\0\0"
        return handle
