"""What is lost is counted, to the byte and to the datagram; and what need not be lost is not. Real
sockets on both interpreters.
"""

import fcntl
import socket
import struct
import termios
from pathlib import Path

import pytest

from e2e import LOOPBACK, Modem, free_port, port_of, receive, reset
from serving import wait_until

# pyserial calls two methods of threads by their old names.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")

_SENT = 24576  # more than the modem's own buffers hold
_LEAST = 512  # bytes of the system's buffer that a datagram takes
_MOST_READS = 512  # by which the modem finds out what a socket still holds when it closes it


def unacknowledged(peer):
    """Bytes that the modem's stack has not acknowledged."""
    return struct.unpack("i", fcntl.ioctl(peer, termios.TIOCOUTQ, bytes(4)))[0]


def send_unread(modem, peer, index):
    """Bytes that the host will not read: all acknowledged by the modem's stack."""
    peer.sendall(b"x" * _SENT)
    assert modem.expect_line().startswith(f"+WIPDATA: 2,{index},")
    wait_until(lambda: unacknowledged(peer) == 0)


@pytest.mark.parametrize("command", ["WIPCLOSE=2,1", "WIPXCLOSE=2,1", "WIPBR=5,6", "WIPCFG=0"])
def test_acknowledged_bytes_that_nobody_reads(modem, peers, command):
    """Those in the stack, too, whatever closes the socket. rules: X1 Q5"""
    send_unread(modem, modem.client(1, peers), 1)
    modem.send(f"AT+{command}")
    lines = modem.expect_listing()
    assert lines == (["+WIPXCLOSE: 2,1,0,0"] if "XCLOSE" in command else [])
    if command.startswith(("WIPBR", "WIPCFG")):
        modem.expect("+WIPBR: 6,0")
    assert modem.counters() == {"rx_dropped": _SENT}


def test_bytes_that_came_before_a_reset(modem, peers):
    """The host sends to a peer that has reset the connection, and closes without reading what came
    before. rules: D20 D23"""
    peer = modem.client(1, peers)
    send_unread(modem, peer, 1)
    reset(peer)
    modem.send("AT+WIPXSEND=2,1,5")
    modem.expect_bytes(b"\r\n> ")
    modem.type(b"hello")
    modem.expect("ERROR")
    modem.ask("AT+WIPCLOSE=2,1", "OK")
    assert modem.counters() == {"rx_dropped": _SENT, "tx_dropped": 5}


def test_an_urgent_byte_keeps_its_place(modem, peers):
    """From a peer that the modem has called, and from one that has called it."""
    port = free_port()
    modem.ask(f"AT+WIPCREATE=3,1,{port},5,5", "OK")
    called = peers.call(port)
    modem.expect("+WIPACCEPT: 1,5")
    for index, peer in ((1, modem.client(1, peers)), (5, called)):
        modem.ask(f"AT+WIPDATA=2,{index},2", "CONNECT")
        peer.sendall(b"one")
        peer.send(b"!", socket.MSG_OOB)
        peer.sendall(b"two")
        modem.expect_bytes(b"one!two")
        modem.escape("OK")


def test_datagrams_of_a_flood(modem, peers):
    """Each is read, counted when its socket is closed, or counted as one too many."""
    port = free_port(socket.SOCK_DGRAM)
    udp = peers.udp()
    count = int(Path("/proc/sys/net/core/rmem_default").read_text()) // _LEAST + 1000
    modem.ask(f"AT+WIPCREATE=1,1,{port}", "OK", "+WIPREADY: 1,1")
    for _ in range(count):
        udp.sendto(b"datagram", (LOOPBACK, port))
    modem.expect(f'+WIPDATA: 1,1,8,"{LOOPBACK}",{port_of(udp)}')
    while_open = modem.counters()
    assert set(while_open) == {"udp_rx_overflow"}
    modem.ask("AT+WIPCLOSE=1,1", "OK")
    closed = modem.counters()
    assert closed["udp_rx_overflow"] == while_open["udp_rx_overflow"]
    assert closed["udp_rx_dropped"] in (count - closed["udp_rx_overflow"], 1 + _MOST_READS)


def test_strangers_displace_nothing(modem, peers):
    """Forty connections are refused while the host is in data mode: what another socket has to say
    is said, and what it says later, too. rules: D9 Q22 Q33"""
    port = free_port()
    modem.ask("AT+WIPXURC=,1", "OK")
    modem.ask(f"AT+WIPCREATE=3,1,{port},5,6", "OK")
    ends = [peers.call(port) for _ in range(2)]
    modem.expect("+WIPACCEPT: 1,5", "+WIPACCEPT: 1,6")
    modem.ask("AT+WIPDATA=2,5,2", "CONNECT")
    for _ in range(40):
        stranger = peers.call(port)
        assert stranger.recv(1) == b""
    ends[1].sendall(b"one")
    modem.type(b"mark")
    receive(ends[0], b"mark")
    ends[0].sendall(b"behind")
    modem.expect_bytes(b"behind")
    modem.line.timeout = 10
    modem.escape()
    for _ in range(8):
        assert modem.expect_line().startswith(f'+WIPXREFUSED: 1,"{LOOPBACK}",')
    modem.expect("+WIPXLOST: 32", "+WIPDATA: 2,6,3", "OK")
    modem.ask("AT+WIPDATA=2,6,2", "CONNECT")
    modem.expect_bytes(b"one")
    modem.escape("OK")
    ends[1].sendall(b"more")
    modem.expect("+WIPDATA: 2,6,4")


def test_a_peer_that_answers_only_after_the_end(interpreter, tmp_path, peers):
    """A bare ETX ends our half, so that the peer has all and answers. rules: H12 H13"""
    with Modem(interpreter, tmp_path, "--dialect", "wipsoft") as modem:
        modem.online()
        peer = modem.client(1, peers)
        modem.ask("AT+WIPDATA=2,1,1", "CONNECT")
        modem.type(b"question\x03")
        question = b""
        while data := peer.recv(64):
            question += data
        assert question == b"question"
        peer.sendall(b"answer")
        modem.expect_bytes(b"answer")
        peer.close()
        modem.expect("SHUTDOWN")
        modem.type(b"+++")
        modem.expect("+WIPPEERCLOSE: 2,1", "OK")
        modem.ask("AT+WIPCLOSE=2,1", "OK")
        assert modem.counters() == {}
