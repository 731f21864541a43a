"""The modem as flashed: a host on UART0, a radio with PPP on UART1, real peers behind it."""

import os
import re
import threading

import pytest

from chip.on_chip import CHIP, LOCAL, ModemOnChip
from dns_server import DnsServer
from e2e import create_client, port_of, receive_all
from radio.ppp import PppServer
from test_e2e_session import close_the_range, listing
from test_e2e_sockets import reset_after

_ANSWERS = (
    ("AT+CSQ", "+CSQ: 23,0", "OK"),
    ("AT+CREG?", "+CREG: 0,1", "OK"),
    ("AT+CSS?;+CSQ", "+CSS: 1,A,4139", "+CSQ: 23,0", "OK"),
    ("AT+CREG=9", "ERROR"),
)
_SERVER_PORT = 7000
_PATIENCE_S = 120


def test_the_radio_answers_while_there_is_no_call(modem):
    """+CSQ, +CREG, +CSS come from the radio; in a call they are refused."""
    modem.echo_off()
    for command, *lines in _ANSWERS:
        modem.ask(command, *lines)
    modem.ask("AT+WIPCFG=1", "OK")
    modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
    modem.ask("AT+CSQ", "ERROR")


def test_worked_session(modem, peers):
    """Chapter 17's session, byte for byte, with the addresses of the session asked for.

    rules: C1 B2 B5 R1 R7 R9 R11 R13 R19 U2 U3 D1 D6 D10 D14 X1 X2 X5
    """
    modem.online()
    modem.ask("AT+WIPBR=3,6,15", f'+WIPBR: 6,15,"{CHIP}"', "OK")
    modem.ask("AT+WIPBR=3,6,17", f'+WIPBR: 6,17,"{LOCAL}"', "OK")
    modem.ask(f"AT+WIPCREATE=3,1,{_SERVER_PORT},5,6", "OK")
    first = peers.call(_SERVER_PORT)
    modem.expect("+WIPACCEPT: 1,5")
    first.sendall(b"ping")
    modem.expect("+WIPDATA: 2,5,4")
    modem.ask("AT+WIPDATA=2,5,2", "CONNECT")
    modem.expect_bytes(b"ping")
    second = peers.call(_SERVER_PORT)
    modem.type(b"pong")
    receive(first, b"pong")
    first.sendall(b"more\r\n")
    modem.expect_bytes(b"more\r\n")
    modem.escape("+WIPACCEPT: 1,6", "OK")
    modem.ask("AT+WIPCREATE?", *listing(_SERVER_PORT, first, second), "OK")
    modem.ask("AT+WIPCLOSE=3,1", "OK")
    client = create_client(5, port_of(peers.listen()), peers.address)
    close_the_range(modem, client, first, second)


def test_udp_and_a_name(modem, peers):
    """A datagram each way with its sender, and a TCP peer by its name. rules: R4 D10 D14 D16"""
    with DnsServer(sock=peers.udp(53)) as dns:
        dns.zone["peer.example"] = LOCAL
        modem.online()
        udp = peers.udp()
        modem.ask(f'AT+WIPCREATE=1,1,5001,"{LOCAL}",{port_of(udp)}', "OK", "+WIPREADY: 1,1")
        udp.sendto(b"abc", (CHIP, 5001))
        modem.expect(f'+WIPDATA: 1,1,3,"{LOCAL}",{port_of(udp)}')
        modem.ask("AT+WIPDATA=1,1,1", "CONNECT")
        modem.expect_bytes(b"abc\x03")
        modem.type(b"reply\x03")
        assert udp.recvfrom(16) == (b"reply", (CHIP, 5001))
        modem.escape("OK")
        listener = peers.listen()
        modem.ask(f'AT+WIPCREATE=2,1,"peer.example",{port_of(listener)}', "OK", "+WIPREADY: 2,1")
        peers.accept(listener)


def test_ping(modem):
    """The network's end answers, and says so once; nobody does not. rules: H18"""
    modem.online()
    modem.ask(f'AT+WIPPING="{LOCAL}"', "OK")
    said = modem.uart.until(b"\r\n") + modem.uart.until(b"\r\n")
    assert re.fullmatch(rb"\r\n\+WIPPING: 0,0,\d+\r\n", said), said
    modem.ask('AT+WIPPING="203.0.113.1",1,0,300', "OK", "+WIPPING: 1,0,0")


def test_carrier_lost_in_mid_transfer(modem, peers):
    """The socket has lost its peer, the session is down, and comes back by itself: Q5, B10."""
    modem.online()
    peer = modem.client(1, peers)
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    data = os.urandom(3000).replace(b"+", b"-")
    peer.sendall(data)
    modem.expect_bytes(data[:1000])
    modem.line.call(lambda radio, now_ms: radio.drop_carrier())
    modem.expect_end_of(data[1000:])
    modem.escape("+WIPERROR: 2,1,843", "+WIPBR: 6,0", "OK")
    modem.expect("+WIPBR: 6,1")
    modem.ask("AT+WIPCLOSE=2,1", "OK")
    assert modem.radio.modem.calls == ["ATD#777", "ATD#777"]
    receive_hello(modem, peers)


def receive(peer, expected):
    """The peer gets these bytes next; the chip takes its time."""
    peer.settimeout(_PATIENCE_S)
    receive_all(peer.recv, expected)


def receive_hello(modem, peers):
    """A connection works."""
    peer = modem.client(1, peers)
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    modem.type(b"hello")
    receive(peer, b"hello")


@pytest.mark.parametrize(
    ("outcome", "cause"), [("busy", 807), ("no_answer", 808), ("no_carrier", 809)]
)
def test_a_call_that_fails(modem, outcome, cause):
    """Two calls are made; then the number of the cause, in the form that waits. rules: B9 H7"""
    modem.radio.modem.plan.clear()
    modem.radio.modem.plan.append(outcome)
    modem.echo_off()
    modem.ask("AT+CMEE=1;+WIPCFG=1", "OK")
    modem.ask("AT+WIPBR=4,6,0", f"+CME ERROR: {cause}")
    assert modem.radio.modem.calls == ["ATD#777", "ATD#777"]


def test_at_answers_while_a_call_is_set_up(image):
    """Nothing waits for the radio."""
    with ModemOnChip(image, dial_ms=3000) as modem:
        modem.started().echo_off()
        modem.ask("AT+WIPCFG=1", "OK")
        modem.ask("AT+WIPBR=4,6", "OK")
        modem.ask("AT", "OK")
        modem.ask("AT+WIPBR?", "+WIPBR: 6,0", "OK")
        modem.expect("+WIPBR: 6,1")


def test_what_a_peer_sent_before_it_reset_is_read_first(modem, peers):
    """All that lwIP has acknowledged, small or more than the modem holds. rules: D20 D23 U4"""
    modem.online()
    for data in (b"last words", b"0123456789" * 400):
        reset_after(modem.client(1, peers), data)
        assert modem.uart.until(b"2,1,").endswith(b"\r\n+WIPDATA: 2,1,")
        modem.uart.until(b"\r\n")
        early = len(data) < 100
        if early:
            modem.expect("+WIPERROR: 2,1,843")
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        modem.expect_bytes(data)
        modem.escape(*([] if early else ["+WIPERROR: 2,1,843"]), "OK")
        modem.ask("AT+WIPCLOSE=2,1", "OK")
    modem.pass_us(1_000_000)
    assert modem.uart.rest() == b""


def test_a_write_after_a_reset_leaves_what_the_peer_sent(modem, peers):
    """It fails with 843, the host can still read all, and lwIP has all its memory again after.
    rules: D21 D23"""
    modem.online()
    modem.ask("AT+CMEE=1", "OK")
    for _ in range(3):
        data = b"0123456789" * 400
        reset_after(modem.client(1, peers), data)
        modem.uart.until(b"+WIPDATA: 2,1,")
        modem.uart.until(b"\r\n")
        modem.send("AT+WIPXSEND=2,1,5")
        modem.expect_bytes(b"\r\n> ")
        modem.type(b"hello")
        modem.expect("+CME ERROR: 843")
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        modem.expect_bytes(data)
        modem.escape("+WIPERROR: 2,1,843", "OK")
        modem.ask("AT+WIPCLOSE=2,1", "OK")


def test_unread_data_of_a_reset_connection_is_freed(modem, peers):
    """A close without reading gives the memory back: far more passes than lwIP could hold."""
    modem.online()
    for _ in range(12):
        reset_after(modem.client(1, peers), b"0123456789" * 400)
        modem.uart.until(b"+WIPDATA: 2,1,")
        modem.uart.until(b"\r\n")
        modem.ask("AT+WIPCLOSE=2,1", "OK")
    receive_hello(modem, peers)


def test_dtr_ends_all(modem, peers):
    """&D2: the socket, then the call; the radio sees DTR drop. rules: B10"""
    modem.online()
    peer = modem.client(1, peers)
    modem.chip.set_pin(8, True)
    assert peer.recv(1) == b""
    modem.chip.set_pin(8, False)
    modem.expect("+WIPBR: 6,0")
    modem.pass_us(1_000_000)
    assert modem.radio.modem.state == "idle"
    modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")


def test_both_ways_at_once(modem, peers):
    """Pseudo-random bytes in both directions, none lost, none sent twice by the kernel."""
    modem.online()
    peer = modem.client(1, peers)
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    down, up = (os.urandom(20000).replace(b"+", b"-") for _ in range(2))
    threading.Thread(target=peer.sendall, args=(down,), daemon=True).start()
    modem.type(up)
    receive(peer, up)
    modem.expect_bytes(down)
    assert modem.network.retransmitted() == 0
    assert modem.chip.overruns == [0, 0]


USER, PASSWORD = b"meter", b"s3cret"


@pytest.mark.parametrize("auth", ["pap", "chap"])
def test_credentials(image, auth):
    """Options 0 and 1 open a session; with a wrong password it is 814. rules: B4"""
    ppp = PppServer(auth=auth, users={USER: PASSWORD})
    with ModemOnChip(image, ppp=ppp) as modem:
        modem.started().echo_off()
        modem.ask("AT+CMEE=1;+WIPCFG=1", "OK")
        modem.ask(f'AT+WIPBR=2,6,0,"{USER.decode()}"', "OK")
        modem.ask('AT+WIPBR=2,6,1,"wrong"', "OK")
        modem.ask("AT+WIPBR=4,6,0", "+CME ERROR: 814")
        modem.radio.modem.calls.clear()
        modem.ask(f'AT+WIPBR=2,6,1,"{PASSWORD.decode()}"', "OK")
        modem.ask("AT+WIPBR=4,6,0", "OK")
        modem.ask("AT+WIPBR=3,6,15", f'+WIPBR: 6,15,"{CHIP}"', "OK")
        modem.ask("AT+WIPBR=5,6", "OK", "+WIPBR: 6,0")
        assert modem.radio.modem.calls == ["ATD#777"]


def test_there_is_no_ip_to_be_had(image):
    """IPCP is refused. lwIP does not tell what its link is waiting for: 813. rules: B9"""
    ppp = PppServer()
    ppp.refuse_ipcp = True
    with ModemOnChip(image, ppp=ppp) as modem:
        modem.started().echo_off()
        modem.ask("AT+CMEE=1;+WIPCFG=1", "OK")
        modem.ask("AT+WIPBR=4,6,0", "+CME ERROR: 813")
        assert modem.radio.modem.calls == ["ATD#777", "ATD#777"]


def test_a_network_that_listens_late(image):
    """What PPP has said to nobody it says again."""
    ppp = PppServer()
    ppp.silent = True
    with ModemOnChip(image, ppp=ppp) as modem:
        modem.started().echo_off()
        modem.ask("AT+WIPCFG=1", "OK")
        modem.ask("AT+WIPBR=4,6", "OK")
        modem.pass_us(1_500_000)
        ppp.silent = False
        modem.expect("+WIPBR: 6,1")
        assert modem.radio.modem.calls == ["ATD#777"]
