"""The radio with PPP behind it, and without a network: calls as a whole, the time an argument."""

from radio.ppp import PppServer
from radio.ppp_client import LCP, Client, frame, frames, packet
from radio.radio import Radio

_CONNECT = b"\r\nCONNECT 115200\r\n"
_NO_CARRIER = b"\r\nNO CARRIER\r\n"


class Packets:
    """A network that has these packets for the radio."""

    def __init__(self, *packets):
        self.packets = list(packets)
        self.came = []

    def read(self):
        return self.packets.pop(0) if self.packets else b""

    def write(self, data):
        self.came.append(data)


def called(radio, now_ms=0):
    """A client that is connected through it."""
    assert radio.feed(b"ATE0D#777\r", now_ms).endswith(_CONNECT)
    client = Client()
    line = radio.feed(client.start(), now_ms)
    while line:
        line = radio.feed(client.feed(line), now_ms)
    assert client.up
    return client


def test_a_call_carries_packets():
    """At most as many at a time as there is room for."""
    network = Packets(b"one", b"two", b"three")
    radio = Radio(network)
    assert radio.poll(0, 9) == b""
    client = called(radio)
    assert radio.poll(0, 0) == b""
    client.feed(radio.poll(0))
    assert client.packets == [b"one"]
    client.feed(radio.poll(0, 9))
    assert client.packets == [b"one", b"two", b"three"]
    assert radio.feed(client.send(b"four"), 0) == b""
    assert network.came == [b"four"]


def test_packets_end_here_without_a_network():
    """And none come."""
    radio = Radio()
    client = called(radio)
    assert radio.feed(client.send(b"packet"), 0) == b""
    assert radio.poll(0, 9) == b""


def test_packets_wait_while_the_radio_takes_commands():
    """After +++; ATO lets them through again."""
    network = Packets(b"one")
    radio = Radio(network)
    client = called(radio)
    radio.feed(b"+++", 5000)
    assert radio.poll(6000) == b"\r\nOK\r\n"
    assert radio.poll(6000) == b""
    assert radio.feed(b"ATO\r", 6000) == _CONNECT
    client.feed(radio.poll(6000))
    assert client.packets == [b"one"]


def test_a_lost_carrier_ends_ppp():
    """The next call begins from the start, with the rest of no frame."""
    network = Packets()
    radio = Radio(network)
    seen = []
    radio.on_dcd = seen.append
    client = called(radio)
    radio.feed(client.send(b"half")[:-3], 0)
    radio.modem.drop_carrier()
    assert radio.poll(0) == _NO_CARRIER
    network.packets.append(b"late")
    assert radio.poll(0) == b""
    assert not radio.ppp.up
    called(radio)
    assert radio.ppp.deframer.bad == 0
    assert seen == [True, False, True]


def test_the_peer_asks_again_and_the_radio_tells_when():
    """The first request was lost on the line."""
    radio = Radio()
    assert radio.wait_ms(0) is None
    radio.feed(b"ATE0D#777\r", 0)
    line = radio.feed(Client().start(), 100)
    request = frame(LCP, frames(line)[1][1])
    assert radio.wait_ms(100) == 3000
    assert radio.poll(3099) == b""
    assert radio.poll(3100) == request


def test_a_host_that_ends_ppp_keeps_its_call():
    """It hangs up itself."""
    radio = Radio(ppp=PppServer())
    called(radio)
    assert frames(radio.feed(frame(LCP, packet(5, 9)), 0)) == [(LCP, packet(6, 9))]
    assert radio.modem.dcd
    radio.modem.set_dtr(False)
    assert radio.poll(0) == _NO_CARRIER
