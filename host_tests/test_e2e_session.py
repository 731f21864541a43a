"""The worked session of the guide's chapter 17, as a host program on a pty would have it."""

import socket

import pytest

from e2e import LOOPBACK, Modem, Peers, at_once, create_client, free_port, port_of, receive
from interpreters import COMMANDS


class Host:
    """Types commands with echo on or off, and knows what it will see."""

    def __init__(self, modem, echo):
        self._modem = modem
        self._echo = echo
        modem.send("ATE%d" % echo)
        modem.expect_bytes(b"ATE%d\r\r\nOK\r\n" % echo)

    def ask(self, command, *lines):
        self._modem.send(command)
        if self._echo:
            self._modem.expect_bytes(command.encode() + b"\r")
        self._modem.expect(*lines)


def test_worked_session(tmp_path):
    """Byte for byte, with echo on and off, on both interpreters.

    rules: C1 B2 R1 R7 R9 R11 R13 R19 U2 U3 D1 D6 D10 D14 X1 X2 X5 F4
    """

    def run(interpreter, echo):
        home = tmp_path / f"{interpreter}{echo}"
        home.mkdir()
        with Modem(interpreter, home) as modem, Peers() as peers:
            play_worked_session(modem, Host(modem, echo), peers)

    cases = [(interpreter, echo) for interpreter in COMMANDS for echo in (0, 1)]
    at_once(*(lambda case=case: run(*case) for case in cases))


def play_worked_session(modem, host, peers):
    port = free_port()
    host.ask("AT+WIPCFG=1", "OK")
    host.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
    host.ask(f"AT+WIPCREATE=3,1,{port},5,6", "OK")
    first = peers.call(port)
    modem.expect("+WIPACCEPT: 1,5")
    first.sendall(b"ping")
    modem.expect("+WIPDATA: 2,5,4")
    host.ask("AT+WIPDATA=2,5,2", "CONNECT")
    modem.expect_bytes(b"ping")
    second = peers.call(port)
    modem.type(b"pong")
    receive(first, b"pong")
    first.sendall(b"more\r\n")
    modem.expect_bytes(b"more\r\n")
    modem.escape("+WIPACCEPT: 1,6", "OK")
    host.ask("AT+WIPCREATE?", *listing(port, first, second), "OK")
    host.ask("AT+WIPCLOSE=3,1", "OK")
    client = create_client(5, port_of(peers.listen()), peers.address)
    close_the_range(host, client, first, second)


def listing(port, first, second):
    spawned = [
        f'+WIPCREATE: 2,{index},{port},"{first.getsockname()[0]}",{port_of(peer)}'
        for index, peer in ((5, first), (6, second))
    ]
    return [*spawned, f'+WIPCREATE: 3,1,{port},"0.0.0.0",0']


def close_the_range(host, client, first, second):
    """It is held to the last close, and free after it."""
    host.ask(client, "ERROR")
    host.ask("AT+WIPCLOSE=2,5", "OK")
    assert first.recv(1) == b""
    host.ask(client, "ERROR")
    host.ask("AT+WIPCLOSE=2,6", "OK")
    assert second.recv(1) == b""
    host.ask(client, "OK", "+WIPREADY: 2,5")


def test_local_ports_are_as_the_peers_see_them(modem, peers):
    """TCP clients, a bound and an unbound UDP socket. rules: R2 R3 R19"""
    listener, udp = peers.listen(), peers.udp()
    clients = [modem.client(index, peers, listener) for index in (1, 2)]
    modem.ask(f'AT+WIPCREATE=1,3,,"{LOOPBACK}",{port_of(udp)}', "OK", "+WIPREADY: 1,3")
    fixed = free_port(socket.SOCK_DGRAM)
    modem.ask(f"AT+WIPCREATE=1,4,{fixed}", "OK", "+WIPREADY: 1,4")
    modem.send("AT+WIPCREATE?")
    shown = modem.expect_listing()
    bound = port_that_sends(modem, udp)
    seen = [peer.getpeername()[1] for peer in clients]
    assert shown == [
        f'+WIPCREATE: 1,3,{bound},"{LOOPBACK}",{port_of(udp)}',
        f'+WIPCREATE: 1,4,{fixed},"0.0.0.0",0',
        f'+WIPCREATE: 2,1,{seen[0]},"{LOOPBACK}",{port_of(listener)}',
        f'+WIPCREATE: 2,2,{seen[1]},"{LOOPBACK}",{port_of(listener)}',
    ]


def port_that_sends(modem, udp):
    """The port that UDP socket 3 sends from; the modem stays in data mode."""
    modem.ask("AT+WIPDATA=1,3,1", "CONNECT")
    modem.type(b"x\x03")
    data, (_, port) = udp.recvfrom(16)
    assert data == b"x"
    return port


def test_local_ports_that_are_shown_are_taken(modem, peers):
    """Nobody else can bind them while the socket lives, anybody can afterwards. rules: R2 X1"""
    udp = peers.udp()
    modem.ask(f'AT+WIPCREATE=1,1,0,"{LOOPBACK}",{port_of(udp)}', "OK", "+WIPREADY: 1,1")
    modem.client(1, peers)
    modem.send("AT+WIPCREATE?")
    udp_port, tcp_port = [int(line.split(",")[2]) for line in modem.expect_listing()]
    for kind, port in ((socket.SOCK_DGRAM, udp_port), (socket.SOCK_STREAM, tcp_port)):
        with pytest.raises(OSError, match="in use"):
            bind(kind, port)
    modem.ask("AT+WIPCLOSE=1,1", "OK")
    bind(socket.SOCK_DGRAM, udp_port)


def bind(kind, port):
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("0.0.0.0", port))


def test_local_ports_that_others_have_are_refused(modem, peers):
    """By another program, or by another server of the modem's. rules: R16"""
    modem.ask("AT+CMEE=1", "OK")
    modem.ask(f"AT+WIPCREATE=3,1,{port_of(peers.listen())},1,1", "+CME ERROR: 833")
    modem.ask(f"AT+WIPCREATE=1,1,{port_of(peers.udp())}", "+CME ERROR: 833")
    port = free_port()
    modem.ask(f"AT+WIPCREATE=3,1,{port},1,1", "OK")
    modem.ask(f"AT+WIPCREATE=3,2,{port},2,2", "+CME ERROR: 833")
    modem.ask("AT+WIPCLOSE=3,1", "OK")
    modem.ask(f"AT+WIPCREATE=3,2,{port},2,2", "OK")


def test_the_same_session_runs_again(modem, peers):
    """AT+WIPCFG=0 frees everything; the set-up works again at once, on the same port. rules: C3"""
    port = free_port()
    for _ in range(2):
        modem.ask(f"AT+WIPCREATE=3,1,{port},1,2", "OK")
        peer = peers.call(port)
        modem.expect("+WIPACCEPT: 1,1")
        modem.client(3, peers)
        modem.ask("AT+WIPCFG=0", "OK", "+WIPBR: 6,0")
        assert peer.recv(1) == b""
        modem.ask("AT+WIPCFG=1", "OK")
        modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
        modem.ask("AT+WIPCREATE?", "OK")
