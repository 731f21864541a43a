"""The modem's process is stopped for a while, as a paused virtual machine is: real signals, ptys
and sockets. What the host sends meanwhile is data, however long a silence it would make."""

import time

from e2e import GUARD_S, Modem, Peers, receive
from serving import PATIENCE_S, stopped, wait_until

# Of a guard time of 200 ms, which ATS12=10 makes; and longer than any of them.
_SHORT_GUARD_S = 0.2
_STOP_S = 0.5
_DATA = b"block 2;AT+WIPCFG=0\r"


def test_a_stop_is_no_silence_before_an_escape(tmp_path, interpreter):
    """Three pluses 10 ms behind data, and silence after them. rules: D5 D7"""
    with Modem(interpreter, tmp_path) as modem, Peers() as peers:
        peer = modem.online().client(1, peers)
        modem.ask("ATS12=10;+WIPDATA=2,1,2", "CONNECT")
        modem.type(b"block 1;")
        receive(peer, b"block 1;")
        with stopped(modem.pid(), _STOP_S):
            modem.type(b"+++")
        receive(peer, b"+++")
        modem.type(_DATA)
        receive(peer, _DATA)
        leave(modem, _SHORT_GUARD_S)
        assert modem.counters()["dte_stalls"] >= 1


def test_data_in_a_stop_makes_no_silence(tmp_path, interpreter):
    """Data and pluses, both sent while the modem is stopped in an idle line. rules: D5 D7"""
    with Modem(interpreter, tmp_path) as modem, Peers() as peers:
        peer = modem.online().client(1, peers)
        modem.ask("ATS12=10;+WIPDATA=2,1,2", "CONNECT")
        time.sleep(_SHORT_GUARD_S)
        with stopped(modem.pid(), _STOP_S):
            modem.type(b"block 1;")
        modem.type(b"+++")
        receive(peer, b"block 1;+++")
        modem.type(_DATA)
        receive(peer, _DATA)


def test_data_behind_the_pluses_is_no_silence(tmp_path, interpreter):
    """It waits when the modem runs again, long after the guard time. rules: D5 D7"""
    log = tmp_path / "log"
    with Modem(interpreter, tmp_path, "--trace", "--log", str(log)) as modem, Peers() as peers:
        peer = modem.online().client(1, peers)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        time.sleep(GUARD_S)
        modem.type(b"+++")
        wait_until(lambda: "> '+++'" in log.read_text())
        with stopped(modem.pid(), GUARD_S):
            modem.type(_DATA)
        receive(peer, b"+++" + _DATA)


def leave(modem, guard_s):
    """By the escape, as often as a busy machine makes it data."""
    modem.line.timeout = 4 * guard_s
    said = b""
    deadline = time.monotonic() + PATIENCE_S
    while not said and time.monotonic() < deadline:
        time.sleep(guard_s)
        modem.type(b"+++")
        said = modem.line.read(6)
    modem.line.timeout = PATIENCE_S
    assert said == b"\r\nOK\r\n"
