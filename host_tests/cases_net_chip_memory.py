"""Any call into a chip's stack may find no memory: NO_RESOURCE, and nothing is left open. Both
interpreters."""

from chip_kit import ADDR, BOTH, ECONNRESET, ESP32, LWIP, PEER, PORT, connected_to_peer
from chip_sockets import Socket
from session import Session
from wipmodem.contract import AGAIN, IN, NO_RESOURCE


class _Lacks:
    """In its block one method finds no memory."""

    def __init__(self, owner, method):
        self._owner = owner
        self._method = method

    def __enter__(self):
        self._kept = getattr(self._owner, self._method)
        setattr(self._owner, self._method, self._fail)

    def __exit__(self, *what):
        setattr(self._owner, self._method, self._kept)

    @staticmethod
    def _fail(*given):
        raise MemoryError


_OPENINGS = (
    lambda net: net.open_udp(0),
    lambda net: net.connect(ADDR, 80),
    lambda net: net.listen(7000, 4),
    lambda net: net.open_echo(),
)


def case_to_open():
    """The socket, its mode, the poller's entry."""
    for chip in BOTH:
        for opening in _OPENINGS:
            net = chip.net()
            for owner, method in (
                (chip.stack, "socket"),
                (Socket, "setblocking"),
                (chip.poller, "register"),
            ):
                with _Lacks(owner, method):
                    assert opening(net) == NO_RESOURCE, method
                assert chip.empty(), method
            assert opening(net) == 0


def case_to_bind_to_reuse_to_listen():
    """An address in its text is made anew for each call."""
    for chip in BOTH:
        net = chip.net()
        for method in ("setsockopt", "bind", "listen"):
            with _Lacks(Socket, method):
                assert net.listen(7000, 4) == NO_RESOURCE and chip.empty(), method
        with _Lacks(Socket, "connect"):
            assert net.connect(ADDR, 80) == NO_RESOURCE and chip.empty()


def case_to_accept():
    """esp32 has let the peer go; the next one is heard."""
    for chip in BOTH:
        net = chip.net()
        listener = net.listen(PORT, 4)
        server = chip.last()
        for method in ("accept", "setblocking") if chip is ESP32 else ("setblocking",):
            server.queue[:] = [PEER]
            with _Lacks(Socket, method):
                assert net.accept(listener) == NO_RESOURCE, method
            assert chip.stack.sockets == [server]
        server.queue[:] = [PEER]
        assert net.accept(listener) == 1


def case_a_peer_waits_for_memory():
    """lwIP keeps it: the listener is not watched, which would keep the loop from sleeping, until
    the core asks for it again."""
    net = LWIP.net()
    listener = net.listen(PORT, 4)
    server = LWIP.last()
    server.queue[:] = [PEER]
    with _Lacks(Socket, "accept"):
        assert net.poll(0) == 1 and net.accept(listener) == AGAIN
        assert net.poll(0) == 0 and server.queue == [PEER]
    net.set_events(listener, IN)
    assert net.poll(0) == 1 and net.accept(listener) == 1


def case_to_be_watched_again():
    """The next pass tries it once more."""
    for chip in BOTH:
        net = chip.net()
        handle, sock = connected_to_peer(chip, net)
        sock.die(ECONNRESET)
        net.poll(0)
        net.set_events(handle, 0)
        with _Lacks(chip.poller, "register"):
            net.set_events(handle, IN)
            assert sock not in chip.poller.masks
        net.set_events(handle, IN)
        assert sock in chip.poller.masks


def case_to_close():
    """It is closed all the same."""
    for chip in BOTH:
        net = chip.net()
        handle = net.open_udp(0)
        with _Lacks(Socket, "close"):
            net.close(handle)
        assert not chip.poller.masks and net._socks[handle] is None


def case_to_read_and_to_write():
    """A stream waits for memory as it waits for the peer; a datagram is told of."""
    for chip in BOTH:
        net = chip.net()
        handle = net.connect(ADDR, 80)
        with _Lacks(Socket, "readinto"):
            assert net.readinto(handle, bytearray(8), 8) == AGAIN
        with _Lacks(Socket, "write"):
            assert net.write(handle, b"x", 0, 1) == AGAIN
        echo = net.open_echo()
        with _Lacks(Socket, "sendto"):
            assert net.send_echo(echo, b"x", 1, ADDR) == NO_RESOURCE
        with _Lacks(Socket, "recvfrom"):
            assert net.receive_echo(echo, bytearray(8), 8) == NO_RESOURCE


def case_a_datagram_without_memory_is_counted():
    """It waits in the stack, and comes when there is some."""
    session = Session().online()
    session.ask(b"AT+WIPCREATE=1,1,9000")
    peer = session.peer(1, 1)
    session.net.recvfrom = lambda handle, buf, n: NO_RESOURCE
    peer.inbox.append((b"late", b"\xc0\0\2\x09", 4000))
    session.net.poll(0)
    session.modem.service(session.now_ms)
    assert session.take() == b"" and session.counter(b"udp_rx_no_memory") == 1
    del session.net.recvfrom
    session.settle()
    assert session.take() == b'\r\n+WIPDATA: 1,1,4,"192.0.2.9",4000\r\n'


def case_what_is_no_failure_of_the_stacks_is_not_hidden():
    """It is an error of the firmware's, and goes to the loop, which keeps it."""
    net = LWIP.net()
    handle = net.connect(ADDR, 80)
    try:
        net.write(handle, None, 0, 1)
    except TypeError:
        return
    raise AssertionError("hidden")
