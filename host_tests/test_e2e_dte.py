"""The modem behind a TCP port and behind an RFC 2217 port, where DTR and DCD are real."""

import pytest

from e2e import Modem, create_client, port_of, receive
from serving import wait_until

# pyserial calls two methods of threads by their old names.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")


@pytest.fixture
def tcp(interpreter, tmp_path):
    with Modem(interpreter, tmp_path, dte="tcp") as modem:
        yield modem.online()


@pytest.fixture
def rfc2217(interpreter, tmp_path):
    with Modem(interpreter, tmp_path, dte="rfc2217") as modem:
        yield modem.online()


def transparent(modem, peers):
    """A mapped TCP client; gives its peer."""
    peer = modem.client(1, peers)
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    return peer


def wait_for_dcd(modem, on):
    wait_until(lambda: modem.line.cd is on)


# ------------------------------------------------------------------------------------------- tcp


def test_tcp_carries_a_session(tcp, peers):
    """AT answers, a socket carries data both ways. rules: D1"""
    tcp.nothing_more()
    peer = transparent(tcp, peers)
    tcp.type(b"there")
    receive(peer, b"there")
    peer.sendall(b"and back")
    tcp.expect_bytes(b"and back")


def test_a_tcp_host_that_leaves_in_data_mode_leaves_a_modem_in_command_mode(tcp, peers):
    """To go is to drop DTR: the peer sees the end, the next host a modem at rest. rules: B10 D5"""
    peer = transparent(tcp, peers)
    tcp.type(b"last words")
    tcp.next_host()
    receive(peer, b"last words")
    assert peer.recv(1) == b""
    tcp.ask("AT+WIPBR?", "+WIPBR: 6,0", "OK")
    tcp.ask("AT+WIPCREATE?", "OK")


def test_a_tcp_host_can_leave_its_sockets_to_the_next(tcp, peers):
    """With &D1 they stay, and the next host goes on with them. rules: B10 D6"""
    tcp.ask("AT&D1", "OK")
    peer = transparent(tcp, peers)
    tcp.type(b"one host ")
    receive(peer, b"one host ")
    tcp.next_host()
    tcp.ask("AT+WIPDATA=2,1,2", "CONNECT")
    tcp.type(b"and another")
    receive(peer, b"and another")


# --------------------------------------------------------------------------------------- rfc2217


def test_dtr_off_closes_the_sockets_and_ends_the_call(rfc2217, peers):
    """&D2, as at start: in command mode; sockets first, then the call. rules: B10 B7 X2"""
    clients = [rfc2217.client(index, peers) for index in (1, 2)]
    rfc2217.drop_dtr("+WIPBR: 6,0")
    assert [peer.recv(1) for peer in clients] == [b"", b""]
    rfc2217.ask("AT+WIPCREATE?", "OK")
    rfc2217.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")


def test_dtr_off_leaves_data_mode(rfc2217, peers):
    """&D2 closes the socket, &D1 does not. rules: B10 D5"""
    peer = transparent(rfc2217, peers)
    rfc2217.drop_dtr("+WIPBR: 6,0", "OK")
    assert peer.recv(1) == b""
    rfc2217.ask("AT+WIPBR=4,6;&D1", "OK", "+WIPBR: 6,1")
    peer = transparent(rfc2217, peers)
    rfc2217.drop_dtr("OK")
    rfc2217.ask("AT+WIPDATA=2,1,2", "CONNECT")
    rfc2217.type(b"still here")
    receive(peer, b"still here")


def test_dcd_of_a_call(rfc2217, peers):
    """&C1: on with the bearer, off when the mapped peer has closed. rules: Q28"""
    rfc2217.ask("AT+WIPBR=5,6;&C1", "OK", "+WIPBR: 6,0")
    wait_for_dcd(rfc2217, False)
    rfc2217.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
    wait_for_dcd(rfc2217, True)
    peer = transparent(rfc2217, peers)
    peer.sendall(b"farewell")
    peer.close()
    wait_for_dcd(rfc2217, False)
    rfc2217.expect_bytes(b"farewell")


def test_dcd_winks_at_the_end_of_a_call(rfc2217):
    """&C2, as at start: on, but off for a second when the call has ended. rules: B7"""
    wait_for_dcd(rfc2217, True)
    rfc2217.ask("AT+WIPBR=5,6", "OK", "+WIPBR: 6,0")
    wait_for_dcd(rfc2217, False)
    wait_for_dcd(rfc2217, True)
    rfc2217.nothing_more()


def test_breaks_are_counted(rfc2217):
    """Each once, however long it lasts, and not the end of one."""
    for _ in range(2):
        rfc2217.line.break_condition = True
        rfc2217.line.break_condition = False
    rfc2217.line.break_condition = True
    wait_until(lambda: rfc2217.counters().get("dte_breaks") == 3)


def test_rts_off_holds_the_modem(rfc2217, peers):
    """With +IFC=2: all that it says meanwhile comes when RTS is on again."""
    listener = peers.listen()
    rfc2217.line.rts = False
    rfc2217.send(create_client(1, port_of(listener)))
    peer = peers.accept(listener)  # the command has run
    rfc2217.line.rts = False  # its answer comes after all that was sent before
    assert rfc2217.line.in_waiting == 0
    rfc2217.line.rts = True
    rfc2217.expect("OK", "+WIPREADY: 2,1")
    rfc2217.ask("AT+WIPDATA=2,1,2", "CONNECT")
    rfc2217.line.rts = False
    peer.sendall(bytes(200_000))
    rfc2217.line.rts = True
    rfc2217.expect_bytes(bytes(200_000))


def test_commands_before_rts_is_on_again_do_not_stop_the_modem(rfc2217):
    """Their answers need more room than the modem has: it reads no more, nor takes a break, until
    it can send them."""
    rfc2217.line.rts = False
    for _ in range(200):
        rfc2217.send("ATI9")
    rfc2217.line.break_condition = True
    rfc2217.line.break_condition = False
    rfc2217.line.rts = True
    rfc2217.expect(*["000000000000000", "OK"] * 200)


def test_rts_off_does_not_hold_a_modem_without_flow_control(rfc2217):
    """+IFC=0, from the next pause on: until then AT waits."""
    rfc2217.ask("AT+IFC=0", "OK")
    rfc2217.line.rts = False
    rfc2217.nothing_more()


def test_a_host_that_left_with_rts_off_leaves_no_modem_held(rfc2217):
    """It has no DTR either; the next host begins with both on."""
    rfc2217.line.rts = False
    rfc2217.next_host()
    rfc2217.nothing_more()
