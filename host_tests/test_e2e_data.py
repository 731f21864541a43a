"""Data mode on a pty: every byte, both ways, at any pace, and the ways out of it."""

import random
import select
import socket
import time
from binascii import crc32

from e2e import (
    GUARD_S,
    LOOPBACK,
    at_once,
    on_both,
    port_of,
    receive,
    receive_all,
    send_all,
)
from serving import ALL_BYTES, PATIENCE_S

_MEBIBYTE = 1 << 20
_DATAGRAM = 1472
_WINDOW = 4096
# More than the system holds between a sender and a peer that does not read.
_ENDLESS = 16 * _MEBIBYTE
# A sender that could send nothing for so long has been stopped.
_STALLED_S = 0.1
# Not enough of a silence.
_SHORT_S = 0.3


def transparent(modem, peers, window=0):
    """A mapped TCP client; gives its peer."""
    peer = modem.client(1, peers, peers.listen(window))
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    return peer


def stream(seed, size=_MEBIBYTE):
    """Pseudo-random bytes, every value among them."""
    return random.Random(seed).randbytes(size)


# --------------------------------------------------------------------------------------------- TCP


def test_a_mebibyte_each_way_at_once(modem, peers):
    """Both arrive byte for byte, every value among them. rules: D1"""
    up, down = stream("up"), stream("down")
    assert set(up) == set(down) == set(ALL_BYTES)
    peer = transparent(modem, peers)
    at_once(
        lambda: send_all(modem.line.write, up),
        lambda: send_all(peer.send, down),
        lambda: receive_all(peer.recv, up),
        lambda: receive_all(modem.line.read, down),
    )


def test_a_peer_that_stops_reading_holds_the_host_back(modem, peers):
    """Nothing is lost, and the other direction goes on. rules: D1"""
    start, data = stream("start"), stream("host", _ENDLESS)
    peer = transparent(modem, peers, _WINDOW)
    at_once(
        lambda: send_all(modem.line.write, start),
        lambda: receive_all(peer.recv, start),
    )
    modem.line.write_timeout = 0
    sent = send_until_stopped(modem.line.fileno(), modem.line.write, data)
    modem.line.write_timeout = PATIENCE_S
    peer.sendall(ALL_BYTES)
    modem.expect_bytes(ALL_BYTES)
    at_once(
        lambda: send_all(modem.line.write, data[sent:]),
        lambda: receive_all(peer.recv, data),
    )


def test_a_host_that_stops_reading_holds_the_peer_back(modem, peers):
    """Nothing is lost, and the other direction goes on. rules: D11"""
    data = stream("peer", _ENDLESS)
    peer = transparent(modem, peers)
    peer.setblocking(False)
    sent = send_until_stopped(peer.fileno(), peer.send, data)
    peer.setblocking(True)
    modem.type(ALL_BYTES)
    receive(peer, ALL_BYTES)
    at_once(
        lambda: send_all(peer.send, data[sent:]),
        lambda: receive_all(modem.line.read, data),
    )


def send_until_stopped(fd, write, data):
    """Give a non-blocking `write` what it takes of the data; gives how much that was."""
    sent = 0
    while select.select([], [fd], [], _STALLED_S)[1]:
        assert sent < len(data), "nothing holds the sender back"
        sent += write(data[sent : sent + _WINDOW])
    return sent


# --------------------------------------------------------------------------------------------- UDP


def escaped(datagram):
    """As it stands on the line in mode 1."""
    return datagram.replace(b"\x10", b"\x10\x10").replace(b"\x03", b"\x10\x03") + b"\x03"


DATAGRAMS = [
    *(bytes((value,)) for value in ALL_BYTES),
    ALL_BYTES,
    b"\x10\x03\x03\x10\x10",
    stream("datagram", _DATAGRAM),
]


def udp_mode(modem, peers):
    """A mapped UDP socket; gives its peer, connected to it."""
    udp = peers.udp()
    modem.ask(f'AT+WIPCREATE=1,1,,"{LOOPBACK}",{port_of(udp)}', "OK", "+WIPREADY: 1,1")
    modem.ask("AT+WIPDATA=1,1,1", "CONNECT")
    modem.type(b"hello\x03")
    data, address = udp.recvfrom(64)
    assert data == b"hello"
    udp.connect(address)
    return udp


def test_datagrams_pass_both_ways_as_they_are(modem, peers):
    """Every byte value, in datagrams of one byte and of many. rules: D2 D15 D16 D17 H14"""
    udp = udp_mode(modem, peers)
    for datagram in DATAGRAMS:
        modem.type(escaped(datagram))
        assert udp.recv(2048) == datagram
        udp.send(datagram)
        modem.expect_bytes(escaped(datagram))


def test_a_datagram_that_is_too_long_goes_in_parts(modem, peers):
    """1472 bytes, then the rest; one datagram is behind the other on the line. rules: D18"""
    udp = udp_mode(modem, peers)
    modem.type(escaped(b"x" * 2000))
    assert [len(udp.recv(2048)), len(udp.recv(2048))] == [1472, 528]
    for datagram in (b"one", b"", b"three"):
        udp.send(datagram)
    modem.expect_bytes(b"one\x03\x03three\x03")


# ------------------------------------------------------------------------- counted, no data mode


def test_a_datagram_is_read_and_answered_in_command_mode(modem, peers):
    """By a socket without a peer, to each of two senders."""
    modem.ask("AT+WIPCREATE=1,1,0", "OK", "+WIPREADY: 1,1")
    modem.send("AT+WIPXSOCK=1,1")
    [line] = modem.expect_listing()
    place = LOOPBACK, int(line.split(",")[5])
    for number in (1, 2):
        udp = peers.udp()
        udp.sendto(ALL_BYTES, place)
        sender = f'"{LOOPBACK}",{port_of(udp)}'
        modem.expect(f"+WIPDATA: 1,1,256,{sender}")
        modem.ask("AT+WIPXRECV=1,1,1472", f"+WIPXRECV: 1,1,256,{sender},0,0")
        modem.expect_bytes(ALL_BYTES)
        modem.expect("OK")
        modem.send(f"AT+WIPXSEND=1,1,{number}")
        modem.expect_bytes(b"\r\n> ")
        modem.type(b"!" * number)
        modem.expect("OK")
        assert udp.recvfrom(64) == (b"!" * number, place)


def test_a_stream_is_sent_and_received_in_command_mode(modem, peers):
    """Every byte value, guarded by CRC-32 both ways."""
    peer = modem.client(1, peers, peers.listen())
    modem.send(f'AT+WIPXSEND=2,1,256,10,"{crc32(ALL_BYTES):08X}"')
    modem.expect_bytes(b"\r\n> ")
    modem.type(ALL_BYTES)
    modem.expect("OK")
    receive_all(peer.recv, ALL_BYTES)
    peer.sendall(ALL_BYTES)
    modem.expect("+WIPDATA: 2,1,256")
    modem.ask("AT+WIPXRECV=2,1,1472,0,1", "+WIPXRECV: 2,1,256")
    modem.expect_bytes(ALL_BYTES)
    modem.expect(f'+WIPXCRC: "{crc32(ALL_BYTES):08X}"', "OK")


# ------------------------------------------------------------------------------------ the way out


def test_the_escape_with_guards_of_a_second(tmp_path):
    """The peer's bytes do not disturb it, its close is told before the OK.

    rules: D5 D6 D9 P5 H13 H19
    """

    def play(modem, peers):
        peer = transparent(modem, peers)
        modem.type(b"data")
        receive(peer, b"data")
        time.sleep(GUARD_S)
        modem.type(b"+++")
        peer.sendall(b"farewell")
        peer.shutdown(socket.SHUT_WR)
        modem.expect_bytes(b"farewell")
        modem.expect("+WIPPEERCLOSE: 2,1", "OK")
        modem.nothing_more()
        assert not select.select([peer], [], [], 0)[0]

    on_both(play, tmp_path)


def test_plusses_with_a_broken_guard_are_data(tmp_path):
    """No silence before, or none after. rules: D7"""

    def play(modem, peers):
        peer = transparent(modem, peers)
        modem.type(b"abc+++")
        receive(peer, b"abc+++")
        time.sleep(GUARD_S)
        modem.type(b"+++")
        time.sleep(_SHORT_S)
        modem.type(b"def")
        receive(peer, b"+++def")

    on_both(play, tmp_path)
