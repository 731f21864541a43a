"""Bytes and control lines in their order, and hosts that leave or die, over real lines."""

import os
import re
import subprocess
import sys

import pytest

from e2e import Modem, create_client, port_of, receive
from serving import Launcher, connect, open_pty, read_exactly, read_until

_DTR_ON, _DTR_OFF, _RTS_ON, _RTS_OFF = 8, 9, 11, 12
_BREAK_ON, _BREAK_OFF = 5, 6
_TELNET = re.compile(rb"\xff(?:\xfa.*?\xff\xf0|[\xfb-\xfe].)", re.DOTALL)


def control(value):
    """The request SET-CONTROL of RFC 2217."""
    return bytes((0xFF, 0xFA, 44, 5, value, 0xFF, 0xF0))


DTR_OFF, DTR_ON = control(_DTR_OFF), control(_DTR_ON)


class RawHost:
    """A host that sends segments; telnet's own bytes are left out of what it reads."""

    def __init__(self, sock):
        self.sock = sock
        self._came = b""

    def send(self, segment):
        self.sock.sendall(segment)

    def expect(self, *lines):
        """These lines, and nothing else so far."""
        expected = b"".join(b"\r\n%s\r\n" % line for line in lines)
        said = b""
        while said != expected:
            assert expected.startswith(said)
            self._came += self.sock.recv(4096)
            said = _TELNET.sub(b"", self._came)
        self._came = b""

    def ask(self, command, *lines):
        self.send(command + b"\r")
        self.expect(*lines)


def port_of_line(modem):
    return int(re.findall(r"127\.0\.0\.1:(\d+)", modem.place)[0])


class Line:
    """A modem online behind an RFC 2217 port, and a raw host on it."""

    def __init__(self, modem):
        modem.line.close()
        self.host = RawHost(connect(port_of_line(modem)))

    def ready(self, mode, peers):
        """Command mode with one TCP client; gives its peer."""
        self.host.send(b"ATE0\r")
        read_until(self.host.sock.fileno(), b"OK\r\n")
        self.host.ask(b"AT&D%d" % mode, b"OK")
        self.host.ask(b"AT+WIPBR=4,6", b"OK", b"+WIPBR: 6,1")
        listener = peers.listen()
        command = create_client(1, port_of(listener)).encode()
        self.host.ask(command, b"OK", b"+WIPREADY: 2,1")
        return peers.accept(listener)


@pytest.fixture
def line(interpreter, tmp_path):
    with Modem(interpreter, tmp_path, dte="rfc2217") as modem:
        modem.echo_off()
        modem.ask("AT+WIPCFG=1", "OK")
        line = Line(modem)
        yield line
        line.host.sock.close()


# ------------------------------------------------------------------------------------ the order


def test_data_before_dtr_off_in_one_segment_reaches_the_peer(line, peers):
    """Ten times, &D1; no byte of it is a command. rules: B10 D5"""
    peer = line.ready(1, peers)
    for data in (b"last", b"AT+GMM\r") * 5:
        line.host.ask(b"AT+WIPDATA=2,1,2", b"CONNECT")
        line.host.send(data + DTR_OFF)
        receive(peer, data)
        line.host.expect(b"OK")
        line.host.send(DTR_ON)


def test_the_segment_may_be_cut_anywhere(line, peers):
    """rules: B10 D5"""
    peer = line.ready(1, peers)
    segment = b"last" + DTR_OFF + DTR_ON
    for cut in range(1, len(segment)):
        line.host.ask(b"AT+WIPDATA=2,1,2", b"CONNECT")
        line.host.send(segment[:cut])
        line.host.send(segment[cut:])
        receive(peer, b"last")
        line.host.expect(b"OK")


def test_a_line_begun_before_a_drop_is_not_continued_after_it(line, peers):
    """AT+WIPCREATE? would be answered by a list; what is left of it is ATE?. rules: B10"""
    line.ready(1, peers)
    line.host.send(b"AT+WIPC" + DTR_OFF + DTR_ON + b"REATE?\r")
    line.host.expect(b"ERROR")


def test_lines_before_and_after_a_drop_are_answered(line, peers):
    """Data, a drop, a line, all in one segment. rules: B10"""
    peer = line.ready(1, peers)
    line.host.send(b"AT+WIPDATA=2,1,2\rbye" + DTR_OFF + DTR_ON + b"AT+WIPBR?\r")
    line.host.expect(b"CONNECT", b"OK", b"+WIPBR: 6,1", b"OK")
    receive(peer, b"bye")


def test_with_d2_the_data_goes_before_the_end(line, peers):
    """rules: B10 D5"""
    peer = line.ready(2, peers)
    line.host.ask(b"AT+WIPDATA=2,1,2", b"CONNECT")
    line.host.send(b"last words" * 500 + DTR_OFF + DTR_ON + b"AT\r")
    receive(peer, b"last words" * 500)
    assert peer.recv(1) == b""
    line.host.expect(b"+WIPBR: 6,0", b"OK", b"OK")


def test_with_d0_a_drop_within_data_does_nothing(line, peers):
    """rules: B10"""
    peer = line.ready(0, peers)
    line.host.ask(b"AT+WIPDATA=2,1,2", b"CONNECT")
    line.host.send(b"one" + DTR_OFF + b"two" + DTR_ON + b"three")
    receive(peer, b"onetwothree")


def test_rts_and_break_keep_their_place():
    """The modem is told each change after exactly the bytes that came before it."""
    with Launcher("rfc2217:0", tell="1") as launcher:
        with connect(launcher.port()) as sock:
            launcher.expect("lines 3 after 0 bytes\n")
            values = (_BREAK_ON, _BREAK_OFF, _RTS_OFF, _DTR_OFF, _DTR_ON, _RTS_ON)
            sock.sendall(b"".join(b"12345" + control(value) for value in values))
            states = (7, 3, 1, 0, 1, 3)
            said = "".join(
                f"lines {each} after {5 * n} bytes\n" for n, each in enumerate(states, 1)
            )
            launcher.expect(f"^{said}")


# --------------------------------------------------------------------------------- hosts that die

_WRITES = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as host:
    host.sendall(sys.argv[2].encode() + b"\\r")
    said = b""
    while b"CONNECT\\r\\n" not in said:
        said += host.recv(100)
    host.settimeout(0.3)
    try:
        while True:
            host.send(b"x" * 65536)
    except TimeoutError:
        print("blocked", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("kind", ["tcp", "rfc2217"])
def test_a_dead_host_frees_its_line(interpreter, tmp_path, peers, kind):
    """Its peer reads nothing: the next host is served, and what was lost is counted. rules: B10"""
    with Modem(interpreter, tmp_path, dte=kind) as modem:
        peer = modem.online().client(1, peers, peers.listen(window=4096))
        modem.ask("AT&D1", "OK")
        modem.next_host()
        modem.line.close()
        port = str(port_of_line(modem))
        host = subprocess.Popen(
            [sys.executable, "-c", _WRITES, port, "AT+WIPDATA=2,1,2"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert host.stdout and host.stdout.readline() == b"blocked\n"
        host.kill()
        host.communicate()
        modem.line = modem._open()
        modem.ask("AT", "OK")
        assert modem.counters()["tx_dropped"] > 100_000
        assert peer.recv(1) == b"x"


def test_a_host_that_closes_its_half_is_answered(interpreter, tmp_path):
    """As by `printf 'AT\\r' | nc -N`. rules: B10"""
    with Modem(interpreter, tmp_path, dte="tcp") as modem:
        modem.echo_off()
        modem.line.close()
        with connect(port_of_line(modem)) as host:
            host.sendall(b"AT\rAT+GSN\r")
            host.shutdown(1)
            said = b""
            while came := host.recv(100):
                said += came
        assert said == b"\r\nOK\r\n\r\n000000000000000\r\n\r\nOK\r\n"


# -------------------------------------------------------------------------------------- the pty


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_the_next_program_on_a_pty_finds_command_mode(interpreter, tmp_path, peers, mode):
    """Unless &D0: then it goes on where the last one was. rules: H25 B10 D5"""
    with Modem(interpreter, tmp_path) as modem:
        peer = modem.online().client(1, peers)
        modem.ask(f"AT&D{mode}", "OK")
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        modem.type(b"last words")
        modem.next_host()
        receive(peer, b"last words")
        if mode == 2:
            assert peer.recv(1) == b""
        host = open_pty(modem._path)
        os.write(host, b"AT+WIPBR?\r")
        if mode == 0:
            receive(peer, b"AT+WIPBR?\r")
        else:
            read_until(host, b"\r\n+WIPBR: 6,%d\r\n\r\nOK\r\n" % (mode == 1))
        os.close(host)


def test_a_program_that_opens_a_pty_at_once_is_no_part_of_the_last(interpreter, tmp_path, peers):
    """Twenty times, with nothing between close, open and write. What the modem said when the last
    one had gone is lost. rules: H25 D5"""
    with Modem(interpreter, tmp_path) as modem:
        peer = modem.online().client(1, peers)
        modem.ask("AT&D1", "OK")
        modem.line.close()
        host = open_pty(modem._path)
        for _ in range(20):
            os.write(host, b"AT+WIPDATA=2,1,2\r")
            read_until(host, b"CONNECT\r\n")
            os.write(host, b"last")
            receive(peer, b"last")
            os.close(host)
            host = open_pty(modem._path)
            os.write(host, b"AT+WIPBR?\r")
            answer = b"\r\n+WIPBR: 6,1\r\n\r\nOK\r\n"
            assert read_exactly(host, len(answer)) == answer
        modem.line = modem._open()
        os.close(host)


def test_a_program_that_is_killed_in_data_mode_leaves_command_mode(interpreter, tmp_path, peers):
    """rules: H25"""
    with Modem(interpreter, tmp_path) as modem:
        peer = modem.online().client(1, peers)
        modem.ask("AT&D1", "OK")
        modem.line.close()
        with open(modem._path, "r+b", buffering=0) as line:
            line.write(b"AT+WIPDATA=2,1,2\r")
            read_until(line.fileno(), b"CONNECT\r\n")
            host = subprocess.Popen(["sleep", "60"], stdin=line)
        os.close(open_pty(modem._path))  # not the last opener
        host.kill()
        host.wait()
        modem.line = modem._open()
        modem.send("AT+WIPBR?")
        read_until(modem.line.fileno(), b"\r\n+WIPBR: 6,1\r\n\r\nOK\r\n")
        peer.sendall(b"unread")
        modem.expect("+WIPDATA: 2,1,6")
