"""AT+CFUN=1 on real processes: the modem restarts within its process, on the same line.

rules: H20
"""

import os

from e2e import free_port, port_of
from test_run_radio import on_both

_RESTARTS = 40


def test_a_restart_leaves_nothing_of_what_was(modem, peers):
    """Peers see their connections end; uptime, counters, figures and settings begin anew."""
    modem.ask("AT+CMEE=1;+CREG=1", "+CREG: 1,1", "OK")
    peer = modem.client(1, peers)
    port = free_port()
    modem.ask(f"AT+WIPCREATE=3,1,{port},5,6", "OK")
    guest = peers.call(port)
    modem.expect("+WIPACCEPT: 1,5")
    guest.sendall(b"unread")
    modem.expect("+WIPDATA: 2,5,6")
    modem.ask("AT+WIPCLOSE=2,5", "OK")
    assert modem.counters() == {"rx_dropped": 6}
    modem.ask("AT+CFUN=1", "OK")
    modem.echo_off()
    assert peer.recv(1) == b""
    assert modem.counters() == {}
    modem.send("AT+WIPXHEALTH")
    health = modem.expect_listing()[0].split(",")
    assert health[0] == '+WIPXHEALTH: "cfun"' and int(health[1]) <= 1
    assert health[-2:] == ["0", "0"]
    modem.ask("AT+CMEE?;+CREG?;+WIPCREATE?", "+CMEE: 0", "+CREG: 0,1", "OK")
    modem.ask("AT+WIPBR=4,6", "ERROR")
    # The same set-up on the same port.
    modem.ask("AT+WIPCFG=1", "OK")
    modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
    modem.ask(f"AT+WIPCREATE=3,1,{port},5,6", "OK")
    peers.call(port)
    modem.expect("+WIPACCEPT: 1,5")


def test_a_host_that_does_not_wait_loses_nothing(modem):
    """What it sends right behind the command, or behind the OK, is done after the restart."""
    modem.type(b"AT+CFUN=1\rATE0\rAT+CMEE?\r")
    modem.expect("OK")
    modem.expect_bytes(b"ATE0\r\r\nOK\r\n")
    modem.expect("+CMEE: 0", "OK")
    modem.ask("AT+CFUN=1,1", "OK")
    modem.send("AT+CGMI")
    modem.expect_bytes(b"AT+CGMI\r\r\n+CGMI: WAVECOM MODEM\r\n\r\nOK\r\n")


def test_restarts_without_end(modem, peers):
    """Each with a server and a client open: no descriptor stays, the heap suffices."""
    port = port_of(peers.listen())
    folder = f"/proc/{modem.pid()}/fd"
    open_before = len(os.listdir(folder))
    server = free_port()
    for _ in range(_RESTARTS):
        modem.ask(f"AT+WIPCREATE=3,1,{server},5,6", "OK")
        modem.ask(f'AT+WIPCREATE=2,1,"127.0.0.1",{port}', "OK", "+WIPREADY: 2,1")
        modem.ask("AT+CFUN=1", "OK")
        modem.online()
    assert len(os.listdir(folder)) == open_before


def test_the_flight_recorder_and_what_was_kept_stay(modem):
    """&W and the recorder outlive a restart, as a power cycle on a board."""
    modem.ask("AT+WIPXLOG=0;S0=3;&W", "OK")
    modem.ask("AT+CFUN=1", "OK")
    modem.ask("ATS0?", "003", "OK")
    modem.send("AT+WIPXLOG?")
    told = [line.partition(",")[2] for line in modem.expect_listing()]
    lines = ["line,S0=3", "line,&W", "line,+CFUN=1", "start,cfun", "line,S0?", "line,+WIPXLOG?"]
    assert told == lines


def test_the_radio_restarts_too(tmp_path):
    """+CREG=1 is gone, +WIND lines come as enabled, a call and a session end; it dials again."""

    def play(modem, peers):
        modem.ask("AT+CREG=1;+WIND=204", "+CREG: 1,1", "OK")
        modem.ask("AT+CFUN=1", "OK")
        modem.expect("+WIND: 3", "+WIND: 4", "+WIND: 7")
        modem.echo_off()
        modem.ask("AT+CREG?;+WIND?", "+CREG: 0,1", "+WIND: 204", "OK")
        modem.ask("ATD5551234", "CONNECT 115200")
        modem.escape("OK")
        modem.ask("AT+CFUN=1", "OK")
        modem.expect("+WIND: 3", "+WIND: 4", "+WIND: 7")
        modem.echo_off()
        modem.ask("AT+WIND=0;+WIPCFG=1", "OK")
        modem.call()
        modem.client(1, peers)
        modem.ask("AT+CFUN=1", "OK")
        modem.echo_off()
        modem.ask("AT+CSQ", "+CSQ: 23,0", "OK")
        modem.ask("AT+WIPCFG=1;+WIPBR?", "+WIPBR: 6,0", "OK")
        modem.call()

    on_both(play, tmp_path)
