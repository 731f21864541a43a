"""The net ports of chips: socket options, the half close, ICMP messages. Both interpreters."""

from chip_kit import (
    ADDR,
    BOTH,
    ECONNRESET,
    ENOMEM,
    ESP32,
    LWIP,
    PEER,
    connected_to_peer,
    events,
)
from wipmodem.contract import (
    AGAIN,
    HUP,
    IN,
    NO_DELAY,
    NO_RESOURCE,
    OUT,
    PORT_IN_USE,
    TOS,
    TTL,
    UNREACHABLE,
)

_ECHO = b"\x08\0\xf7\xfa\0\1\0\2data"
_REPLY = b"\0\0\xff\xfa\0\1\0\2data"
# 20 bytes, and 24 with an option.
_IP = b"\x45\0\0\x20\0\0\0\0\xff\x01\0\0\x0a\0\0\x09\x0a\0\0\x02"
_LONG_IP = b"\x46\0\0\x24\0\0\0\0\xff\x01\0\0\x0a\0\0\x09\x0a\0\0\x02\x94\x04\0\0"


# Options


def case_no_delay():
    """Of a connection, while it is made as well as afterwards; no other option can be set."""
    for chip in BOTH:
        net = chip.net()
        handle = net.connect(ADDR, 80)
        sock = chip.last()
        assert net.setsockopt(handle, NO_DELAY, 1) and sock.no_delay == 1
        sock.answer()
        assert net.setsockopt(handle, NO_DELAY, 0) and sock.no_delay == 0
        assert not net.setsockopt(handle, TTL, 64) and not net.setsockopt(handle, TOS, 16)


def case_no_delay_of_udp():
    """lwIP would write it over something else, and esp32 refuses: it is not asked for. Nor when
    the handle was a connection before."""
    for chip in BOTH:
        net = chip.net()
        net.close(net.connect(ADDR, 80))
        handle = net.open_udp(0, ADDR, 80)
        assert not any([net.setsockopt(handle, option, 1) for option in (NO_DELAY, TTL, TOS)])
        net.close(handle)
        net.close(net.listen(7000, 2))
        assert net.open_echo() == handle and not net.setsockopt(handle, NO_DELAY, 1)


def case_no_delay_of_a_server():
    """Its own socket has none: those that it accepts begin with what was set last. Q29"""
    for chip in BOTH:
        net = chip.net()
        listener = net.listen(7000, 4)
        server = chip.last()
        for value in (1, 0, 1):
            assert net.setsockopt(listener, NO_DELAY, value) and server.no_delay == 0
            server.queue.append(PEER)
            handle = net.accept(listener)
            assert handle >= 0 and chip.last().no_delay == value
            assert (
                net.setsockopt(handle, NO_DELAY, 1 - value) and chip.last().no_delay == 1 - value
            )
        net.close(listener)
        assert net.listen(7000, 4) == listener
        chip.last().queue.append(PEER)
        assert net.accept(listener) >= 0 and chip.last().no_delay == 0


def case_no_delay_of_what_failed():
    """A server that cannot be, a peer that finds no handle: nothing is set, nothing is left."""
    for chip in BOTH:
        net = chip.net(handles=1)
        chip.stack.failures["listen"] = chip.errno.EADDRINUSE
        assert net.listen(7000, 4) == PORT_IN_USE
        del chip.stack.failures["listen"]
        handle = net.listen(7000, 4)
        assert net.setsockopt(handle, NO_DELAY, 1)
        chip.last().queue.append(PEER)
        assert net.accept(handle) == NO_RESOURCE and len(chip.stack.sockets) == 1


def case_no_delay_of_the_dead():
    """lwIP has nothing left to write it into: the port looks before it asks, whether the death has
    been told or not. esp32 refuses."""
    for chip in BOTH:
        net = chip.net()
        handle, sock = connected_to_peer(chip, net)
        sock.die(ECONNRESET)
        assert not net.setsockopt(handle, NO_DELAY, 1)
        assert len(events(net)) == 1 and not net.setsockopt(handle, NO_DELAY, 1)
        net.set_events(handle, 0)
        assert events(net) == [] and not net.setsockopt(handle, NO_DELAY, 1)


def case_no_delay_leaves_events():
    """What the last poll told is as it was."""
    for chip in BOTH:
        net = chip.net()
        handles = [connected_to_peer(chip, net)[0] for _ in range(3)]
        chip.stack.sockets[1].queue.append(b"abc")
        assert events(net) == [(handles[1], IN)]
        chip.stack.sockets[0].queue.append(b"def")
        assert net.setsockopt(handles[2], NO_DELAY, 1)
        assert (net.count, net.ready[0]) == (1, handles[1]) and list(net.flags[:3]) == [0, IN, 0]


def case_no_delay_is_guarded():
    """lwIP's timers change the word that it is a bit of: they wait meanwhile."""
    for chip, interrupts in ((LWIP, 0b1011), (ESP32, 0b1111)):
        net = chip.net()
        handle, _ = connected_to_peer(chip, net)
        chip.stack.unguarded = []
        chip.stack.failures["setsockopt"] = ENOMEM
        assert not net.setsockopt(handle, NO_DELAY, 1)
        assert chip.stack.unguarded == [("setsockopt", interrupts)]
        assert chip.interrupts() == 0b1111


def case_defaults():
    """They are the stack's own: nothing is asked of it, and the TTL is told."""
    for chip, ttl in ((LWIP, 255), (ESP32, 64)):
        net = chip.net()
        net.set_defaults(64, 536, 16384)
        assert net.fixed_ttl == ttl
        handle, sock = connected_to_peer(chip, net)
        assert sock.no_delay == 0 and net.write(handle, b"abc", 0, 3) == 3


def case_overflow():
    """No chip tells it."""
    for chip in BOTH:
        net = chip.net()
        assert net.overflow(net.open_udp(9000)) == 0


def case_half_close():
    """MicroPython has none: nothing happens to the connection."""
    for chip in BOTH:
        net = chip.net()
        handle, sock = connected_to_peer(chip, net)
        assert net.shutdown_write(handle) is False
        net.set_events(handle, OUT)
        assert events(net) == [(handle, OUT)] and net.write(handle, b"abc", 0, 3) == 3
        assert sock.sent == b"abc"


# ICMP


def case_echo():
    """A message goes out as it is; one comes in without the IP header, however long that is, cut
    at what is asked for. IN tells of it; lwIP has HUP besides, always."""
    for chip, other in ((LWIP, HUP), (ESP32, 0)):
        net = chip.net()
        handle = net.open_echo()
        sock = chip.last()
        idle = [(handle, other)] if other else []
        assert events(net) == idle
        buf = bytearray(32)
        assert net.receive_echo(handle, buf, 32) == AGAIN
        assert net.send_echo(handle, _ECHO + b"beyond", len(_ECHO), ADDR) == len(_ECHO)
        assert (sock.datagrams, sock.to) == ([_ECHO], ("10.0.0.9", 0))
        sock.queue += [(_IP + _REPLY, ("10.0.0.9", 0)), (_LONG_IP + _REPLY, ("10.0.0.8", 0))]
        assert events(net) == [(handle, IN | other)]
        assert net.receive_echo(handle, buf, 32) == len(_REPLY)
        assert bytes(buf[: len(_REPLY)]) == _REPLY and bytes(net.from_addr) == ADDR
        assert net.receive_echo(handle, buf, 10) == 10
        assert bytes(buf[:11]) == _REPLY[:10] + b"t" and bytes(net.from_addr) == b"\x0a\0\0\x08"
        assert events(net) == idle and len(buf) == 32
        net.close(handle)
        assert sock.closed() and chip.empty()


def case_echo_header_lies():
    """A header that is longer than all that came: a message of no bytes."""
    for chip in BOTH:
        net = chip.net()
        handle = net.open_echo()
        for broken in (_LONG_IP[:20], b"\x4f", b""):
            chip.last().queue.append((broken, ("10.0.0.9", 0)))
            assert net.receive_echo(handle, bytearray(8), 8) == 0


def case_echo_fails():
    """No socket, no memory, no route: a class, and nothing is left."""
    for chip in BOTH:
        net = chip.net()
        chip.stack.failures["socket"] = ENOMEM
        assert net.open_echo() == NO_RESOURCE and chip.empty()
        del chip.stack.failures["socket"]
        handle = net.open_echo()
        for number, result in ((ENOMEM, NO_RESOURCE), (chip.errno.EHOSTUNREACH, UNREACHABLE)):
            chip.stack.failures["write"] = number
            assert net.send_echo(handle, _ECHO, len(_ECHO), ADDR) == result
        net.close(handle)
        assert chip.empty()


def case_echo_is_guarded():
    """lwIP makes a raw socket as it makes any other, with no lock."""
    for chip, interrupts in ((LWIP, 0b1011), (ESP32, 0b1111)):
        net = chip.net()
        handle = net.open_echo()
        assert net.send_echo(handle, _ECHO, len(_ECHO), ADDR) == len(_ECHO)
        assert chip.stack.unguarded == [("socket", interrupts)]
        assert chip.interrupts() == 0b1111


def case_no_handle_for_echo():
    """The socket that found none is closed."""
    for chip in BOTH:
        net = chip.net(handles=1)
        net.open_udp(0)
        assert net.open_echo() == NO_RESOURCE and len(chip.stack.sockets) == 1
