"""The net ports of chips: events, bytes, datagrams. Both interpreters."""

from chip_kit import (
    ADDR,
    BOTH,
    EACCES,
    ECONNRESET,
    ENFILE,
    ENOMEM,
    ESP32,
    LWIP,
    PEER,
    connected_to_peer,
    events,
)
from chip_modules import allocated
from wipmodem.contract import (
    AGAIN,
    CLOSED,
    ERR,
    HUP,
    IN,
    NO_RESOURCE,
    OUT,
    PORT_IN_USE,
    RESET,
    UNREACHABLE,
)


def _read(net, handle, n=64):
    buf = bytearray(64)
    got = net.readinto(handle, buf, n)
    return bytes(buf[:got]) if got > 0 else got


def _receive(net, handle, n=64):
    """A datagram and its sender, or the result class."""
    buf = bytearray(64)
    got = net.recvfrom(handle, buf, n)
    return (bytes(buf[:got]), bytes(net.from_addr), net.from_port) if got >= 0 else got


# Streams


def case_read():
    """What has come, as much as is asked for; AGAIN when there is no more."""
    for chip in BOTH:
        net = chip.net()
        handle, sock = connected_to_peer(chip, net)
        assert _read(net, handle) == AGAIN
        sock.queue += [b"abc", b"defg"]
        assert events(net) == [(handle, IN)]
        assert [_read(net, handle, 5), _read(net, handle, 5)] == [b"abcde", b"fg"]
        assert events(net) == [] and _read(net, handle) == AGAIN


def case_peer_closes():
    """First what it had sent, then CLOSED, for ever; it can still be written to."""
    for chip in BOTH:
        net = chip.net()
        handle, sock = connected_to_peer(chip, net)
        sock.queue.append(b"last")
        sock.fin()
        assert events(net) == [(handle, IN)]
        assert [_read(net, handle) for _ in range(3)] == [b"last", CLOSED, CLOSED]
        net.set_events(handle, OUT)
        assert events(net) == [(handle, OUT)] and net.write(handle, b"xyz", 1, 2) == 2
        assert sock.sent == b"yz"


def case_peer_resets():
    """First what it had sent, although a read to the end would lose it; then RESET."""
    for chip, bits in ((ESP32, IN | HUP), (LWIP, IN | ERR | HUP)):
        net = chip.net()
        handle, sock = connected_to_peer(chip, net)
        sock.queue += [b"one", b"two"]
        sock.die(ECONNRESET)
        assert events(net) == [(handle, bits)]
        assert [_read(net, handle) for _ in range(3)] == [b"one", b"two", RESET]
        assert net.write(handle, b"abc", 0, 3) == RESET


def case_write():
    """As much as the peer's window holds, then AGAIN until it opens."""
    for chip in BOTH:
        net = chip.net()
        handle, sock = connected_to_peer(chip, net)
        net.set_events(handle, OUT)
        sock.window = 4
        assert net.write(handle, b"abcdefgh", 2, 6) == 4 and sock.sent == b"cdef"
        assert events(net) == [] and net.write(handle, b"abcdefgh", 6, 2) == AGAIN
        sock.window = 9
        assert events(net) == [(handle, OUT)] and net.write(handle, b"abcdefgh", 6, 2) == 2
        assert sock.sent == b"cdefgh"


def case_write_finds_no_memory():
    """To be tried again, a stream as well as a datagram."""
    for chip in BOTH:
        net = chip.net()
        handles = connected_to_peer(chip, net)[0], net.open_udp(0, ADDR, 80)
        chip.stack.failures["write"] = ENOMEM
        assert [net.write(handle, b"abc", 0, 3) for handle in handles] == [AGAIN, AGAIN]
        del chip.stack.failures["write"]
        assert [net.write(handle, b"abc", 0, 3) for handle in handles] == [3, 3]


# Events


def case_mask_of_esp32():
    """HUP is asked for with anything else, so that a reset is told of, but not with nothing."""
    net = ESP32.net()
    handle, sock = connected_to_peer(ESP32, net)
    masks = ESP32.poller.masks
    assert masks == {sock: IN | HUP}
    net.set_events(handle, OUT)
    assert masks == {sock: OUT | HUP}
    net.set_events(handle, 0)
    sock.die(ECONNRESET)
    assert masks == {sock: 0} and events(net) == []
    net.set_events(handle, IN)
    assert events(net) == [(handle, IN | HUP)]
    net.set_events(handle, 0)
    assert masks == {} and events(net) == []
    net.set_events(handle, IN)
    assert events(net) == [(handle, IN | HUP)]


def case_mask_of_lwip():
    """A reset is told of unasked, until nothing is wanted of the dead socket."""
    net = LWIP.net()
    handle, sock = connected_to_peer(LWIP, net)
    masks = LWIP.poller.masks
    net.set_events(handle, 0)
    assert masks == {sock: 0} and events(net) == []
    sock.die(ECONNRESET)
    assert events(net) == [(handle, ERR | HUP)]
    net.set_events(handle, 0)
    assert masks == {} and events(net) == []
    net.set_events(handle, IN)
    assert events(net) == [(handle, IN | ERR | HUP)]
    net.set_events(handle, 0)
    net.close(handle)
    assert LWIP.empty()


def case_several_are_ready():
    """Each handle once; what else the poller knows, the DTE's UART for one, is not among them."""

    class Other:
        @staticmethod
        def events(mask):
            return mask

    for chip in BOTH:
        net = chip.net()
        other = Other()
        chip.poller.register(other, IN)
        handles = [net.open_udp(0) for _ in range(3)]
        for sock in chip.stack.sockets[::2]:
            sock.queue.append((b"x", PEER))
        assert sorted(events(net)) == [(handles[0], IN), (handles[2], IN)]
        for handle in handles:
            net.close(handle)
        assert events(net) == [] and chip.poller.masks == {other: IN}


def case_timers():
    """lwIP's are looked at once; esp32 has a thread of its own for that."""
    for chip, looks in ((LWIP, ["callback"]), (ESP32, [])):
        chip.net().run_timers()
        assert [name for name, _ in chip.stack.unguarded] == looks


def case_unguarded():
    """What lwIP does not guard, the adapter does: the one alarm waits, the others do not.
    Afterwards all is as before, also when it failed. esp32 needs nothing of it."""
    calls = ["callback", "socket", "bind", "listen"]
    for chip, interrupts in ((LWIP, 0b1011), (ESP32, 0b1111)):
        for failing in calls[1:] + [""]:
            net = chip.net()
            chip.stack.failures = {failing: ENOMEM}
            net.run_timers()
            assert (net.listen(80, 4) < 0) == bool(failing)
            made = calls[: calls.index(failing) + 1] if failing else calls
            made = made[chip is ESP32 :]
            assert chip.stack.unguarded == [(name, interrupts) for name in made]
            assert chip.interrupts() == 0b1111


# Datagrams


def case_datagrams():
    """Each by itself with its sender, cut at what is asked for; sent whole to the peer."""
    for chip in BOTH:
        net = chip.net()
        handle = net.open_udp(5000, ADDR, 80)
        sock = chip.last()
        assert (sock.local_port, sock.peer, sock.reuse) == (5000, PEER, False)
        sock.queue += [(b"one", PEER), (b"twenty", ("1.2.3.4", 5))]
        assert events(net) == [(handle, IN)]
        assert _receive(net, handle) == (b"one", ADDR, 80)
        assert _receive(net, handle, 3) == (b"twe", b"\1\2\3\4", 5)
        assert events(net) == [] and _receive(net, handle) == AGAIN
        assert net.write(handle, b"abcdef", 1, 4) == 4 and sock.datagrams == [b"bcde"]


def case_datagram_to_anybody():
    """From a socket without peer: its first bytes; what the stack will not send is told."""
    for chip in BOTH:
        net = chip.net()
        handle = net.open_udp(5000)
        sock = chip.last()
        assert net.send_to(handle, bytearray(b"abcdef"), 4, ADDR, 80) == 4
        assert (sock.datagrams, sock.to, sock.peer) == ([b"abcd"], PEER, None)
        chip.stack.failures["write"] = ENFILE
        assert net.send_to(handle, bytearray(b"abcdef"), 4, ADDR, 80) == NO_RESOURCE
        del chip.stack.failures["write"]


def case_datagram_of_no_bytes():
    """It has size 0 and a sender, and the next one comes as before: with or without a peer."""
    for chip in BOTH:
        for addr, port, peer in ((ADDR, 80, PEER), (None, 0, None)):
            net = chip.net()
            net.open_udp(0)
            handle = net.open_udp(5000, addr, port)
            net.open_udp(0)
            chip.stack.sockets[1].queue.append((b"", PEER))
            assert events(net) == [(handle, IN)]
            assert _receive(net, handle) == (b"", ADDR, 80)
            assert events(net) == [] and _receive(net, handle) == AGAIN
            sock = [s for s in chip.stack.sockets if s.local_port == 5000][0]
            assert (sock.peer, net.local_port[handle], net.peer_port[handle]) == (peer, 5000, port)
            sock.queue.append((b"next", PEER))
            assert events(net) == [(handle, IN)]
            assert _receive(net, handle) == (b"next", ADDR, 80)
            net.close(handle)
            assert len(chip.stack.sockets) == len(chip.poller.masks) == 2


def case_a_port_that_may_not_be_had():
    """EACCES of bind() is a port in use; of connect() it is an address that cannot be reached."""
    for chip in (LWIP, ESP32):
        net = chip.net()
        chip.stack.failures = {"bind": EACCES}
        assert net.listen(80, 4) == net.open_udp(80, ADDR, 7) == PORT_IN_USE
        chip.stack.failures = {"connect": EACCES}
        assert net.connect(ADDR, 80) == UNREACHABLE
        chip.stack.failures = {}


def case_datagram_of_no_bytes_and_no_socket():
    """esp32 has none to take the place of the one that is spent: it is asked again and again."""
    for call in ("socket", "bind", "connect"):
        net = ESP32.net()
        handle = net.open_udp(5000, ADDR, 80)
        ESP32.last().queue.append((b"", PEER))
        assert events(net) == [(handle, IN)]
        ESP32.stack.failures[call] = ENFILE
        assert _receive(net, handle) == NO_RESOURCE
        net.set_events(handle, IN)
        assert events(net) == [(handle, 0)] and _receive(net, handle) == NO_RESOURCE
        assert net.write(handle, b"abc", 0, 3) == UNREACHABLE
        del ESP32.stack.failures[call]
        assert events(net) == [(handle, 0)] and net.recvfrom(handle, bytearray(9), 9) == 0
        ESP32.last().queue.append((b"next", PEER))
        assert events(net) == [(handle, IN)]
        assert _receive(net, handle) == (b"next", ADDR, 80)
        assert net.write(handle, b"abc", 0, 3) == 3 and ESP32.last().datagrams == [b"abc"]


def case_closed_while_it_has_no_socket():
    """Nothing is left."""
    net = ESP32.net()
    handle = net.open_udp(0)
    ESP32.last().queue.append((b"", PEER))
    ESP32.stack.failures["socket"] = ENFILE
    assert _receive(net, handle) == NO_RESOURCE
    net.close(handle)
    assert ESP32.empty() and events(net) == []


# Memory


class Quiet:
    """A socket that is always ready, and the poller that knows it: they allocate nothing."""

    def __init__(self):
        self._told = [(self, IN)]

    def setblocking(self, on):
        pass

    bind = connect = setblocking

    def register(self, thing, mask):
        pass

    modify = register

    def ipoll(self, timeout_ms):
        return self._told

    def readinto(self, buf, n):
        return n

    def write(self, buf, off, n):
        return n


def case_steady_state_allocates_nothing():
    """Waiting, choosing events, reading and writing."""
    for chip in BOTH:
        quiet = Quiet()
        chip.stack.socket = lambda family, kind, protocol=0, quiet=quiet: quiet
        net = chip.module.Net(quiet, chip.entropy, 1, *chip.more)
        handle = net.connect(ADDR, 80)
        del chip.stack.socket
        buf = bytearray(64)
        results = [0, 0, 0]

        def steps(net=net, handle=handle, buf=buf, results=results):
            results[0] = net.poll(0)
            net.set_events(handle, OUT)
            results[1] = net.readinto(handle, buf, 9)
            results[2] = net.write(handle, buf, 3, 7)
            net.set_events(handle, IN)

        assert allocated(steps) == 0
        assert results == [1, 9, 7]
