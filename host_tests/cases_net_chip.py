"""The net ports of chips: connections, servers, limits. Both interpreters."""

from chip_kit import (
    ADDR,
    BOTH,
    ECONNRESET,
    ENOMEM,
    ESP32,
    LWIP,
    PEER,
    PORT,
    connected_to_peer,
    events,
)
from chip_modules import RingUART
from wipmodem.contract import (
    AGAIN,
    ERR,
    HUP,
    IN,
    NO_RESOURCE,
    OUT,
    PORT_IN_USE,
    RESET,
    UNREACHABLE,
)

# Connecting


def case_what_is_not_acknowledged():
    """No chip's stack tells."""
    for chip in BOTH:
        net = chip.net()
        assert net.unacked(net.connect(ADDR, 80)) == -1


def case_connect():
    """From a random port of the dynamic range; no event while it connects, OUT once it has."""
    for chip in BOTH:
        net = chip.net()
        handle = net.connect(ADDR, 80)
        sock = chip.last()
        assert (sock.local_port, sock.peer, sock.reuse) == (PORT, PEER, False)
        assert (net.local_port[handle], net.peer_port[handle]) == (PORT, 80)
        assert bytes(net.addr[handle]) == ADDR
        assert events(net) == [] and net.connected(handle) == AGAIN
        sock.answer()
        assert events(net) == [(handle, OUT)] and net.connected(handle) == 1
        net.close(handle)
        assert sock.closed() and chip.empty()


def case_connect_is_answered_within_the_call():
    """lwIP's connect waits a moment: an outcome that is there already is told by OUT as well."""
    net = LWIP.net()
    LWIP.stack.swift = True
    handle = net.connect(ADDR, 80)
    assert events(net) == [(handle, OUT)] and net.connected(handle) == 1


def case_connect_is_refused_within_the_call():
    """Nothing is left of it."""
    net = LWIP.net()
    LWIP.stack.failures["connect"] = ECONNRESET
    assert net.connect(ADDR, 80) == RESET and LWIP.empty()


def case_refused():
    """Events as each chip has them; the number comes from a read."""
    for chip, bits in ((ESP32, IN | OUT | HUP), (LWIP, IN | OUT | ERR | HUP)):
        net = chip.net()
        handle = net.connect(ADDR, 80)
        chip.last().die(ECONNRESET)
        assert events(net) == [(handle, bits)] and net.connected(handle) == RESET
        net.close(handle)
        assert chip.empty()


def case_why_it_died_is_said_once():
    """lwIP then reads as ended: asked again, the peer is taken to have refused."""
    net = LWIP.net()
    handle = net.connect(ADDR, 80)
    unreachable = LWIP.errno.EHOSTUNREACH  # pyright: ignore[reportAttributeAccessIssue]
    LWIP.last().die(unreachable)
    assert events(net) == [(handle, IN | OUT | ERR | HUP)]
    assert [net.connected(handle), net.connected(handle)] == [UNREACHABLE, RESET]


def case_no_answer():
    """The stack gives up its SYNs: ERR alone on lwIP, as a refusal on esp32."""
    for chip, bits in ((ESP32, IN | OUT | HUP), (LWIP, ERR)):
        net = chip.net()
        handle = net.connect(ADDR, 80)
        chip.last().die(chip.errno.ECONNABORTED)
        assert events(net) == [(handle, bits)] and net.connected(handle) == RESET


def case_no_route():
    """Told by connect; nothing is left of it."""
    for chip in BOTH:
        net = chip.net()
        chip.stack.failures["connect"] = chip.errno.EHOSTUNREACH
        assert net.connect(ADDR, 80) == UNREACHABLE and chip.empty()
        assert net.open_udp(5000, ADDR, 80) == UNREACHABLE and chip.empty()


def case_numbers():
    """A failure has the same class whatever number the chip has for it."""
    both = {ECONNRESET: RESET, 111: RESET, 32: RESET, ENOMEM: AGAIN, 105: AGAIN, 5: UNREACHABLE}
    esp32 = {113: RESET, 128: RESET, 118: UNREACHABLE, 116: UNREACHABLE}
    lwip = {103: RESET, 107: RESET, 113: UNREACHABLE, 110: UNREACHABLE}
    for chip, numbers in ((ESP32, esp32), (LWIP, lwip), (ESP32, both), (LWIP, both)):
        net = chip.net()
        handle, _ = connected_to_peer(chip, net)
        for number, result in numbers.items():
            chip.stack.failures["write"] = number
            assert net.write(handle, b"abc", 0, 3) == result, number


# Ports and limits


def case_random_port_is_taken():
    """Another one is tried, 64 at most: a PC keeps thousands of ports for a minute (TIME_WAIT)."""
    for chip in BOTH:
        net = chip.net()
        chip.stack.taken = {PORT, PORT + 1}
        handle = net.open_udp(0)
        assert net.local_port[handle] == chip.last().local_port == PORT + 2
        net.close(handle)
        chip.stack.taken = set(range(PORT, PORT + 68))
        assert net.open_udp(0) == PORT_IN_USE and chip.empty()
        assert chip.dice == 0xC000 + 3 + 64


def case_asked_port_is_taken():
    """No other is tried; the port is free again once its socket is closed."""
    for chip in BOTH:
        net = chip.net()
        handle = net.open_udp(5000)
        assert net.open_udp(5000) == PORT_IN_USE and len(chip.stack.sockets) == 1
        net.close(handle)
        assert net.local_port[net.open_udp(5000)] == 5000


def case_too_many_sockets():
    """One more than the chip holds is NO_RESOURCE, and costs nothing once another is closed."""
    for chip, most in ((ESP32, 10), (LWIP, 5)):
        net = chip.net()
        handles = [net.connect(ADDR, 80) for _ in range(most)]
        assert handles == list(range(most))
        assert net.connect(ADDR, 80) == NO_RESOURCE and len(chip.stack.sockets) == most
        net.close(2)
        assert net.connect(ADDR, 80) == 2


def case_pools_of_lwip():
    """Connections, datagram sockets and listeners do not share."""
    net = LWIP.net()
    results = [net.open_udp(0) for _ in range(5)]
    results += [net.listen(7000 + i, 2) for i in range(6)]
    results += [net.connect(ADDR, 80) for _ in range(6)]
    assert results == [0, 1, 2, 3, NO_RESOURCE, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, NO_RESOURCE]


def case_no_handle():
    """The socket that found none is closed."""
    for chip in BOTH:
        net = chip.net(handles=1)
        listener = net.listen(7000, 2)
        assert net.open_udp(0) == NO_RESOURCE
        chip.last().queue.append(PEER)
        assert net.accept(listener) == NO_RESOURCE and len(chip.stack.sockets) == 1


# Servers


def case_accept():
    """The peer's name, the server's port, and a socket that does not wait."""
    for chip in BOTH:
        net = chip.net()
        listener = net.listen(7000, 4)
        server = chip.last()
        assert (server.local_port, server.backlog, server.reuse) == (7000, 4, True)
        assert events(net) == [] and net.accept(listener) == AGAIN
        server.queue.append(("192.168.1.200", 40000))
        assert events(net) == [(listener, IN)]
        handle = net.accept(listener)
        assert bytes(net.addr[handle]) == b"\xc0\xa8\x01\xc8"
        assert (net.peer_port[handle], net.local_port[handle]) == (40000, 7000)
        assert events(net) == [] and net.readinto(handle, bytearray(9), 9) == AGAIN


def case_two_listen_on_a_port():
    """Bind lets both, listen does not: nothing is left of the second."""
    for chip in BOTH:
        net = chip.net()
        listener = net.listen(7000, 4)
        assert net.listen(7000, 4) == PORT_IN_USE
        assert len(chip.stack.sockets) == len(chip.poller.masks) == 1
        net.close(listener)
        assert net.listen(7000, 4) == listener


def case_accept_finds_no_socket():
    """esp32 drops the peer: there is no event left of it, and the next one finds a place."""
    net = ESP32.net()
    listener = net.listen(7000, 4)
    server = ESP32.last()
    handles = [net.open_udp(0) for _ in range(9)]
    server.queue.append(PEER)
    assert events(net) == [(listener, IN)] and net.accept(listener) == NO_RESOURCE
    assert events(net) == []
    net.close(handles[4])
    server.queue.append(PEER)
    assert net.accept(listener) == handles[4]


# What enters lwIP by another door


def case_a_poll_of_ppp_reads_what_had_come_before():
    """What comes meanwhile is for the next one: it ends, and no read waits. A write is the UART's
    own."""
    uart = RingUART(1, 64)
    stream, buf = LWIP.net().ppp_stream(uart), bytearray(4)
    assert stream.readinto(buf) is None
    uart.fresh += b"abcdef"
    assert stream.any() == 6
    uart.fresh += b"more"
    assert stream.readinto(buf) == 4 and buf == b"abcd"
    assert stream.readinto(buf) == 2 and buf == b"efcd"
    assert stream.readinto(buf) is None
    assert stream.any() == 4 and stream.readinto(buf) == 4 and buf == b"more"
    assert stream.write == uart.write
    stream.irq(print, stream.IRQ_RXIDLE)
    assert uart.handler == print


def case_esp32s_ppp_has_the_uart_itself():
    """Another thread writes to it, where no code of ours may run at all; its reads do not wait."""
    uart = RingUART(1, 64)
    assert ESP32.net().ppp_stream(uart) is uart
