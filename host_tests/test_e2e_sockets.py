"""Sockets of every kind with real peers: many at once, refused, reset, unreachable, named."""

import fcntl
import os
import socket
import termios

import pytest

from dns_server import NXDOMAIN, answer, drop_first
from e2e import LOOPBACK, Modem, create_client, free_port, port_of, receive, receive_all, reset
from serving import assert_closed, wait_until

# pyserial calls two methods of threads by their old names.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")


@pytest.fixture
def modem_with_dtr(interpreter, tmp_path):
    """&D1: a drop of DTR leaves data mode without a guard time, and the sockets as they are."""
    with Modem(interpreter, tmp_path, dte="rfc2217") as modem:
        modem.online()
        modem.ask("AT&D1", "OK")
        yield modem


# ------------------------------------------------------------------------------------ many at once


def test_eight_clients_exchange_data(modem_with_dtr, peers):
    """Each of eight TCP clients gets its own bytes, and its peer too. rules: W1 W3 W4 R3 D6 D10"""
    modem = modem_with_dtr
    listener = peers.listen()
    ends = {index: modem.client(index, peers, listener) for index in range(1, 9)}
    for index, peer in ends.items():
        peer.sendall(b"to host %d" % index)
        modem.expect(f"+WIPDATA: 2,{index},9")
    for index, peer in reversed(ends.items()):
        modem.ask(f"AT+WIPDATA=2,{index},2", "CONNECT")
        modem.expect_bytes(b"to host %d" % index)
        modem.type(b"to peer %d" % index)
        receive(peer, b"to peer %d" % index)
        modem.drop_dtr("OK")
    modem.ask("AT+CMEE=1", "OK")
    modem.ask(f"AT+WIPCREATE=1,1,{free_port(socket.SOCK_DGRAM)}", "+CME ERROR: 838")


def test_two_full_servers_refuse_one_more_peer(modem, peers):
    """Eight sockets, servers included: a ninth is closed at once and counted. rules: W4 R7 Q2"""
    ports = [free_port(), free_port()]
    modem.ask(f"AT+WIPCREATE=3,1,{ports[0]},1,3", "OK")
    modem.ask(f"AT+WIPCREATE=3,2,{ports[1]},5,7", "OK")
    ends = spawn(modem, peers, 1, ports[0], (1, 2, 3)) | spawn(
        modem, peers, 2, ports[1], (5, 6, 7)
    )
    for port in ports:
        assert_closed(peers.call(port))
    modem.send("AT+WIPXSTAT?")
    assert "+WIPXSTAT: accept_no_socket,2" in modem.expect_listing()
    for index, peer in ends.items():
        peer.sendall(b"x" * index)
        modem.expect(f"+WIPDATA: 2,{index},{index}")


def spawn(modem, peers, server, port, indexes):
    """A peer for each index: {index: peer}."""
    ends = {}
    for index in indexes:
        ends[index] = peers.call(port)
        modem.expect(f"+WIPACCEPT: {server},{index}")
    return ends


def test_a_full_range_opens_with_a_close(modem, peers):
    """Only AT+WIPCLOSE frees an index, not the peer's close. rules: R13 X3 Q15"""
    port = free_port()
    modem.ask(f"AT+WIPCREATE=3,4,{port},2,3", "OK")
    ends = spawn(modem, peers, 4, port, (2, 3))
    ends[2].close()
    modem.expect("+WIPPEERCLOSE: 2,2")
    assert_closed(peers.call(port))
    modem.send("AT+WIPXSTAT?")
    assert "+WIPXSTAT: accept_range_full,1" in modem.expect_listing()
    modem.ask("AT+WIPCLOSE=2,2", "OK")
    spawn(modem, peers, 4, port, (2,))


# --------------------------------------------------------------------------------------------- UDP


def test_udp_listener_and_reply_socket(modem_with_dtr, peers):
    """A datagram tells its sender; another socket answers. rules: R5 R6 D10 D11 D13 D15"""
    modem, udp, port = modem_with_dtr, peers.udp(), free_port(socket.SOCK_DGRAM)
    sender = f'"{LOOPBACK}",{port_of(udp)}'
    modem.ask(f"AT+WIPCREATE=1,1,{port}", "OK", "+WIPREADY: 1,1")
    udp.sendto(b"hello", (LOOPBACK, port))
    modem.expect(f"+WIPDATA: 1,1,5,{sender}")
    udp.sendto(b"again", (LOOPBACK, port))
    modem.ask("AT+WIPDATA?", f"+WIPDATA: 1,1,5,{sender}", "OK")
    modem.ask("AT+WIPDATA=1,1,1", "CONNECT")
    modem.expect_bytes(b"hello\x03again\x03")
    modem.drop_dtr("OK")
    modem.ask(f"AT+WIPCREATE=1,2,,{sender}", "OK", "+WIPREADY: 1,2")
    modem.ask("AT+WIPDATA=1,2,1", "CONNECT")
    modem.type(b"answer\x03")
    data, source = udp.recvfrom(64)
    assert data == b"answer" and source[1] != port
    udp.sendto(b"thanks", source)
    modem.expect_bytes(b"thanks\x03")


# ---------------------------------------------------------------------------- peers that go away


def reset_after(peer, data):
    """Send these bytes, and reset once the modem's stack has acknowledged them all."""
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer.sendall(data)
    wait_until(
        lambda: fcntl.ioctl(peer, termios.TIOCOUTQ, bytes(4)) == bytes(4), peer.gettimeout()
    )
    reset(peer)


@pytest.mark.parametrize("gap", [False, True])
def test_what_a_peer_sent_before_it_reset_is_read_first(modem, peers, gap):
    """Reset at once, or when all was acknowledged. rules: D23 U4"""
    for _ in range(10):
        peer = modem.client(1, peers)
        if gap:
            reset_after(peer, b"last words")
        else:
            peer.sendall(b"last words")
            reset(peer)
        modem.expect("+WIPDATA: 2,1,10", "+WIPERROR: 2,1,843")
        modem.ask("AT+WIPXRECV=2,1,10", "+WIPXRECV: 2,1,10")
        modem.expect_bytes(b"last words\r\nOK\r\n")
        modem.ask("AT+WIPCLOSE=2,1", "OK")


def client_with_unread(modem, peers):
    """A client whose peer has reset after more than the modem holds: these bytes."""
    data = bytes(range(48, 58)) * 400
    reset_after(modem.client(1, peers), data)
    modem.line.read_until(b"+WIPDATA: 2,1,")
    modem.line.read_until(b"\r\n")
    return data


def test_more_than_the_modem_holds_outlives_a_reset(modem, peers):
    """The stack has the rest until the host reads it. rules: D20 D23"""
    data = client_with_unread(modem, peers)
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    modem.expect_bytes(data)
    modem.escape("+WIPERROR: 2,1,843", "OK")


def test_a_write_after_a_reset_leaves_what_the_peer_sent(modem, peers):
    """It fails with 843, and the host can still read all. rules: D21 D23"""
    data = client_with_unread(modem, peers)
    modem.ask("AT+CMEE=1", "OK")
    modem.send("AT+WIPXSEND=2,1,5")
    modem.expect_bytes(b"\r\n> ")
    modem.type(b"hello")
    modem.expect("+CME ERROR: 843")
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    modem.expect_bytes(data)
    modem.escape("+WIPERROR: 2,1,843", "OK")
    assert modem.counters() == {"tx_dropped": 5}


def test_a_reset_is_told(modem, peers):
    """+WIPERROR 843; the index is taken until it is closed. rules: U4 U5 R15"""
    reset(modem.client(1, peers))
    modem.expect("+WIPERROR: 2,1,843")
    modem.ask("AT+CMEE=1", "OK")
    modem.ask("AT+WIPDATA=2,1,2", "+CME ERROR: 843")
    modem.ask(create_client(1, 9), "+CME ERROR: 840")
    modem.ask("AT+WIPCLOSE=2,1", "OK")
    modem.client(1, peers)


def test_a_peer_that_is_half_gone_can_still_be_sent_to(modem, peers):
    """+WIPPEERCLOSE once; the other direction works on. rules: P1 P2 P4 D23"""
    peer = modem.client(4, peers)
    peer.sendall(b"last words")
    modem.expect("+WIPDATA: 2,4,10")
    peer.shutdown(socket.SHUT_WR)
    modem.expect("+WIPPEERCLOSE: 2,4")
    modem.nothing_more()
    modem.ask("AT+WIPDATA=2,4,2", "CONNECT")
    modem.expect_bytes(b"last words")
    modem.type(b"you too")
    receive(peer, b"you too")


def test_a_closed_port_refuses(modem, peers):
    """OK, then +WIPERROR 843. rules: R1 U4"""
    modem.ask(create_client(2, free_port()), "OK", "+WIPERROR: 2,2,843")
    modem.ask("AT+WIPCLOSE=2,2", "OK")


def test_where_no_route_leads_is_unreachable(modem):
    """OK, then +WIPERROR 842. rules: R1 U4"""
    modem.ask(create_client(2, 80, "255.255.255.255"), "OK", "+WIPERROR: 2,2,842")
    modem.ask("AT+WIPCLOSE=2,2", "OK")


# ------------------------------------------------------------------------------------------- names


@pytest.fixture
def hosts(tmp_path):
    """A hosts file that knows one name."""
    path = tmp_path / "hosts"
    path.write_text(f"{LOOPBACK} box.test box\n")
    return path


@pytest.fixture
def named(interpreter, tmp_path, dns, hosts):
    """A modem with a DNS server and a hosts file of its own."""
    servers = f"{LOOPBACK}:{dns.port}"
    with Modem(interpreter, tmp_path, "--dns", servers, "--hosts", str(hosts)) as modem:
        yield modem.online()


@pytest.mark.parametrize("count", [150, 50_000])
def test_a_hosts_file_may_be_large(interpreter, tmp_path, peers, count):
    """The session comes, the last name of two megabytes is found, and so is one that is added."""
    path = tmp_path / "hosts"
    line = "10.9.{}.{} h{}.example\t host{}\n"
    path.write_text("".join(line.format(n >> 8 & 255, n & 255, n, n) for n in range(count)))
    with path.open("a") as file:
        file.write(f"{LOOPBACK} box.test last # of all\n")
    listener = peers.listen()
    with Modem(interpreter, tmp_path, "--hosts", path, "--resolv", path) as modem:
        modem.online()
        modem.ask(create_client(1, port_of(listener), "LAST"), "OK", "+WIPREADY: 2,1")
        peers.accept(listener)
        with path.open("a") as file:
            file.write(f"{LOOPBACK} new.test\n")
        modem.ask(create_client(2, port_of(listener), "New.Test."), "OK", "+WIPREADY: 2,2")
        peers.accept(listener)


@pytest.mark.parametrize("kind", ["fifo", "folder", "noise", "one line", "gone"])
def test_a_hosts_file_may_become_anything(interpreter, tmp_path, peers, kind):
    """A session begins, localhost is known, no name of it is."""
    path = tmp_path / "hosts"
    path.write_text("")
    options = ("--hosts", path, "--resolv", path)
    with Modem(interpreter, tmp_path, *options) as modem:
        path.unlink()
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind != "gone":
            noise = bytes(range(256)) * 4096
            path.write_bytes(noise if kind == "noise" else b"127.0.0.1 x" * 99999)
        modem.online()
        listener = peers.listen()
        command = create_client(1, port_of(listener), "localhost")
        modem.ask(command, "OK", "+WIPREADY: 2,1")
        peers.accept(listener)


def test_a_name_leads_to_its_address(named, peers, dns):
    """For TCP and UDP; AT+WIPCREATE? shows the address. rules: R1 R4"""
    dns.zone["peer.test"] = answer(LOOPBACK)
    listener, udp = peers.listen(), peers.udp()
    tcp_port, udp_port = port_of(listener), port_of(udp)
    named.ask(create_client(1, tcp_port, "peer.test"), "OK", "+WIPREADY: 2,1")
    peers.accept(listener)
    named.ask(f'AT+WIPCREATE=1,1,,"Peer.Test",{udp_port}', "OK", "+WIPREADY: 1,1")
    named.send("AT+WIPCREATE?")
    shown = [line.split(",", 3)[3] for line in named.expect_listing()]
    assert shown == [f'"{LOOPBACK}",{udp_port}', f'"{LOOPBACK}",{tcp_port}']
    assert dns.queries == ["peer.test", "Peer.Test"]


def test_a_name_that_is_unknown_is_unreachable(named, dns):
    """OK, then +WIPERROR 842. rules: R1 Q34"""
    dns.zone["gone.test"] = NXDOMAIN
    named.ask(create_client(3, 80, "gone.test"), "OK", "+WIPERROR: 2,3,842")
    named.ask("AT+WIPCLOSE=2,3", "OK")
    assert dns.queries == ["gone.test"]


def test_a_name_in_the_hosts_file_is_not_asked_for(named, peers, dns):
    """And the case of its letters does not matter. rules: R1"""
    listener = peers.listen()
    named.ask(create_client(1, port_of(listener), "BOX.test"), "OK", "+WIPREADY: 2,1")
    peers.accept(listener)
    assert dns.queries == []


def test_nothing_stands_still_while_a_name_hangs(named, peers, dns):
    """AT answers, another socket moves data both ways, the hanging one can be closed. rules: R1"""
    dns.zone["slow.test"] = drop_first(100, answer(LOOPBACK))
    peer = named.client(1, peers)
    named.ask(create_client(2, 80, "slow.test"), "OK")
    wait_until(lambda: dns.queries == ["slow.test"])
    named.nothing_more()
    peer.sendall(b"ping")
    named.expect("+WIPDATA: 2,1,4")
    named.ask(create_client(3, 80, "slow.test"), "OK")
    named.ask("AT+WIPCLOSE=2,3", "OK")
    named.ask("AT+WIPDATA=2,1,2", "CONNECT")
    named.expect_bytes(b"ping")
    named.type(b"pong")
    receive(peer, b"pong")


# --------------------------------------------------------------------------------- closed and told


def test_a_socket_is_closed_when_its_peer_has_all_and_says_so(modem, peers):
    """To a peer that reads nothing was not lost, to one that does not, so many bytes."""
    for window, missing in ((0, range(1)), (4096, range(1, 20 * 1024))):
        peer = modem.client(1, peers, peers.listen(window))
        for _ in range(20):
            modem.send("AT+WIPXSEND=2,1,1024")
            modem.expect_bytes(b"\r\n> ")
            modem.type(b"x" * 1024)
            modem.expect("OK")
        if not window:
            receive_all(peer.recv, b"x" * 20 * 1024)
        modem.send("AT+WIPXCLOSE=2,1,1")
        [said] = modem.expect_listing()
        unsent, unacked = said.removeprefix("+WIPXCLOSE: 2,1,").split(",")
        assert unsent == "0" and int(unacked) in missing
    modem.ask("AT+WIPCREATE?", "OK")
