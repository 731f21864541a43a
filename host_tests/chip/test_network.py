"""The radio with the kernel behind it: a TUN device in a namespace, sockets in it. Needs root.

A second namespace stands where the chip would be, behind the tests' own PPP client.
"""

import os
import select
import socket
import struct
import subprocess

import pytest

from radio.network import Network
from radio.ppp import PppServer
from radio.ppp_client import Client
from radio.radio import Radio

_HERE, _THERE = "10.64.64.1", "10.64.64.2"
_CONNECT = b"\r\nCONNECT 115200\r\n"
_PATIENCE_S = 20


class Call:
    """Two networks, joined by a radio and the client's PPP. `carry(until)` moves packets."""

    def __init__(self, here, there):
        self.here, self.there = here, there
        self.client = Client()
        self.radio = Radio(here, PppServer())
        assert self.radio.feed(b"ATE0D#777\r", 0) == b"ATE0D#777\r" + _CONNECT
        self._hear(self.radio.feed(self.client.start(), 0))
        assert self.client.up

    def carry(self, until):
        """Until that is true."""
        ends = [self.here, self.there]
        while not until():
            assert select.select(ends, [], [], _PATIENCE_S)[0], "nothing moves any more"
            while packet := self.there.read():
                self._hear(self.radio.feed(self.client.send(packet), 0))
            self._hear(self.radio.poll(0, 4))

    def _hear(self, line):
        while line:
            line = self.radio.feed(self.client.feed(line), 0)
        for packet in self.client.packets:
            self.there.write(packet)
        self.client.packets.clear()


@pytest.fixture
def call():
    with Network() as here, Network(_THERE, _HERE) as there:
        yield Call(here, there)


def connect(call, caller, server, address):
    """Both ends of a connection."""
    caller.setblocking(False)
    with pytest.raises(BlockingIOError):
        caller.connect(address)
    call.carry(lambda: select.select([server], [], [], 0)[0])
    accepted, _ = server.accept()
    accepted.setblocking(False)
    return accepted


def pass_bytes(call, sender, receiver, data):
    """All of it, while packets are carried: what came."""
    left, came = memoryview(data), bytearray()

    def through():
        nonlocal left
        if left and select.select([], [sender], [], 0)[1]:
            left = left[sender.send(left) :]
        if select.select([receiver], [], [], 0)[0]:
            came.extend(receiver.recv(65536))
        return len(came) >= len(data)

    call.carry(through)
    return bytes(came)


def timeout_us(sock):
    """The kernel's retransmission timer, tcpi_rto."""
    return struct.unpack_from("8xI", sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 12))[0]


def test_a_server_behind_the_radio_is_reached_and_nothing_is_sent_twice(call):
    """200 KB both ways, byte for byte; the timer is above a minute."""
    data = os.urandom(200_000)
    with call.here.listen(7) as server, call.there.socket() as caller:
        accepted = connect(call, caller, server, (_HERE, 7))
        before = call.here.retransmitted()
        with accepted:
            assert pass_bytes(call, caller, accepted, data) == data
            assert pass_bytes(call, accepted, caller, data) == data
            assert timeout_us(accepted) >= 60_000_000
    assert call.here.retransmitted() == before
    assert call.here.refused == 0


def test_a_server_on_the_chips_side_is_reached(call):
    """The call comes from the network."""
    with call.there.listen(7000) as server, call.here.socket() as caller:
        with connect(call, caller, server, (_THERE, 7000)) as accepted:
            assert pass_bytes(call, caller, accepted, b"hello") == b"hello"


def test_udp_passes(call):
    """Both ways, empty datagrams too."""
    with call.here.udp(53) as here, call.there.udp(5353) as there:
        for sender, receiver, target in (
            (there, here, (_HERE, 53)),
            (here, there, (_THERE, 5353)),
        ):
            for data in (b"question", b""):
                sender.sendto(data, target)
                call.carry(lambda sock=receiver: select.select([sock], [], [], 0)[0])
                assert receiver.recvfrom(100)[0] == data


def test_the_kernel_keeps_what_the_radio_does_not_take(call):
    """Nothing is read for poll(packets=0), one packet for each that is wanted, none unasked."""
    with call.here.udp(53) as here:
        for n in range(3):
            here.sendto(b"%d" % n, (_THERE, 9))
        assert call.radio.poll(0, 0) == b""
        taken = [call.radio.poll(0, 1) for _ in range(4)]
    assert [bool(line) for line in taken] == [True, True, True, False]


def test_without_a_call_packets_wait():
    """And the network says nothing of its own accord: no IPv6, no routers sought."""
    with Network() as network, network.udp() as here:
        radio = Radio(network)
        assert network.read() == b""
        here.sendto(b"x", (_THERE, 9))
        assert radio.poll(0, 9) == b""
        assert network.read()[-1:] == b"x"


def test_what_is_no_packet_is_counted():
    """The kernel refuses it, and the radio goes on."""
    with Network() as network:
        network.write(b"\0 no packet")
        assert network.refused == 1


def test_the_machines_own_network_is_not_touched():
    """Interfaces and routes are the same before, within and after."""

    def seen():
        words = ["ip", "-brief", "addr"], ["ip", "route"]
        return [subprocess.run(line, capture_output=True, check=True).stdout for line in words]

    before, namespace = seen(), os.readlink("/proc/self/ns/net")
    with Network():
        assert seen() == before
        assert os.readlink("/proc/self/ns/net") == namespace
    assert seen() == before


def test_two_networks_with_the_same_addresses_do_not_meet():
    """Each has its own port 7."""
    with Network() as one, Network() as two:
        with one.listen(7) as first, two.listen(7) as second:
            assert first.getsockname() == second.getsockname() == (_HERE, 7)
