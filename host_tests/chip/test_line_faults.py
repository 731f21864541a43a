"""A host's line that does wrong: CTS that stays off, a host that sends though nobody has room."""

import contextlib
import threading

import pytest

from chip.on_chip import CHIP, ModemOnChip, Peers
from load.streams import Stream

_PATIENCE_S = 300
_PAUSE_US = 50_000  # in which flow control changes
_HELD_US = 3_000_000
_WATCHDOG_US = 9_000_000  # more than that
_EVERY_S = 0.002
_BYTES = 30000
_LINES = 500
_ROUNDS = 3


@pytest.fixture
def modem(image):
    with ModemOnChip(image) as modem:
        yield modem.started().online()


def counted(modem):
    """The modem's counters that are not 0, but for the radio's words at its start."""
    modem.send("AT+WIPXSTAT?")
    lines = modem.uart.until(b"\r\nOK\r\n").decode().split()
    pairs = [line.split(",") for line in lines if "," in line]
    return {name: int(value) for name, value in pairs if value != "0" and name != "radio_ignored"}


def test_cts_stuck_in_data_mode_holds_the_peer(modem):
    """The other direction goes on; once CTS is on again, every byte comes."""
    with Peers(modem.network) as peers:
        peer = modem.client(1, peers)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        modem.uart.cts(False)
        down, up = Stream("down").exactly(_BYTES), Stream("up").exactly(_BYTES)
        peer.settimeout(_PATIENCE_S)
        threading.Thread(target=peer.sendall, args=(down,), daemon=True).start()
        modem.type(up)
        assert receive(peer, len(up)) == up
        modem.pass_us(_HELD_US)
        early = modem.uart.rest()
        assert early in (b"", down[:1]), len(early)  # the byte under way
        modem.uart.cts(True)
        assert modem.uart.take(len(down)) == down
        modem.escape("OK")
        assert counted(modem) == {}


def test_cts_stuck_in_command_mode_loses_no_line(modem):
    """Answers and unsolicited lines wait, more than the UART holds; all come, in order."""
    with Peers(modem.network) as peers:
        modem.ask("AT+WIPCREATE=3,1,7000,1,6", "OK")
        modem.uart.cts(False)
        asked = modem.type(b"ATI\r" * _LINES)
        callers = [peers.call(7000) for _ in range(6)]
        for caller in callers:
            caller.sendall(b"bytes")
        modem.pass_us(_HELD_US)
        assert not asked.done  # it holds the host too
        modem.uart.cts(True)
        answer = b"\r\nwipmodem 0.1.0 pico\r\n\r\nOK\r\n"
        lines = [b"\r\n+WIPACCEPT: 1,%d\r\n" % index for index in range(1, 7)]
        lines += [b"\r\n+WIPDATA: 2,%d,5\r\n" % index for index in range(1, 7)]
        said = modem.uart.take(_LINES * len(answer) + sum(map(len, lines)))
        for line in lines:
            assert said.count(line) == 1
            said = said.replace(line, b"")
        assert said == _LINES * answer
        assert counted(modem) == {}


def test_a_network_that_never_pauses_leaves_the_host_its_modem(modem):
    """Datagrams as fast as the radio's line takes them, for longer than the watchdog waits."""
    modem.ask("AT+WIPCREATE=1,1,5000", "OK", "+WIPREADY: 1,1")
    boots = len(modem.chip.boots)
    with Peers(modem.network) as peers, flooding(peers.udp(), (CHIP, 5000)):
        modem.expect_bytes(b'\r\n+WIPDATA: 1,1,1000,"10.64.64.1",')
        modem.uart.until(b"\r\n")
        until_us = modem.chip.now_us() + _WATCHDOG_US
        while modem.chip.now_us() < until_us:
            modem.ask("AT", "OK")
        assert len(modem.chip.boots) == boots
        assert counted(modem) == {}


@contextlib.contextmanager
def flooding(sock, place):
    """Datagrams without end; the kernel keeps what the radio has not taken, and drops the rest."""
    ended = threading.Event()

    def send():
        while not ended.wait(_EVERY_S):
            sock.sendto(b"x" * 1000, place)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    yield
    ended.set()
    thread.join()


def test_a_host_that_does_not_heed_rts_overruns_and_that_is_counted(modem):
    """While the peer's window is shut. What arrives is what was sent but for gaps, in order, as
    many bytes short as the chip's UART has lost; each gap is counted, and then all is as before.
    """
    modem.ask("AT+IFC=0,0", "OK")
    modem.pass_us(_PAUSE_US)
    with Peers(modem.network) as peers:
        peer = modem.client(1, peers, peers.listen(window=4096))
        peer.settimeout(_PATIENCE_S)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        up, sent, got = Stream("up"), b"", b""
        for _ in range(_ROUNDS):
            data = up.exactly(_BYTES)
            sent, got = sent + data, got + lose_some(modem, peer, data)
        modem.type(b"as before")
        assert receive(peer, 9) == b"as before"
        modem.escape("OK")
        gaps = pieces(got + b"as before", sent + b"as before") - 1
        assert counted(modem) == {"dte_overruns": gaps} and gaps >= _ROUNDS


def lose_some(modem, peer, data):
    """The peer reads only once the host has sent all; what it gets."""
    [before, _] = modem.chip.overruns
    modem.type(data).done_us  # noqa: B018
    [after, _] = modem.chip.overruns
    assert after > before
    return receive(peer, len(data) - (after - before))


def pieces(got, sent):
    """Of how many pieces of `sent`, in their order, `got` is made."""
    count = at = 0
    while got:
        n = longest(got, sent, at)
        at = sent.index(got[:n], at) + n
        got = got[n:]
        count += 1
    return count


def longest(got, sent, at):
    """How much of the beginning of `got` stands in `sent` from `at` on."""
    least, most = 0, len(got)
    while least < most:
        middle = (least + most + 1) // 2
        if sent.find(got[:middle], at) >= 0:
            least = middle
        else:
            most = middle - 1
    assert least, "a byte is not in its place"
    return least


def receive(peer, n):
    data = b""
    while len(data) < n:
        more = peer.recv(n - len(data))
        assert more, f"{len(data)} of {n} bytes came"
        data += more
    return data
