"""What the chip needs and how fast it is, in its own time: shown at the end of the run."""

import pytest

from chip.on_chip import LOCAL, Peers, WatchedModem
from chip.transfer import share, transfer
from e2e import port_of, receive_all

_PATIENCE_S = 300
_BYTES = 40000
_SPEEDS = (115200, 230400)
_ONE_WAY, _BOTH = ("to the host", "from the host"), "both"
_GOALS = {
    (way, speed): share
    for speed, share in ((115200, "95 %"), (230400, "90 %"))
    for way in _ONE_WAY
}
_GOALS[_BOTH, 115200] = "90 %"


@pytest.fixture
def watched(image):
    with WatchedModem(image) as modem:
        yield modem.started()


def test_steady_state_allocates_nothing(watched, figure):
    """With the heap locked: commands, refusals, TCP both ways, datagrams out, URCs.

    A frame that MicroPython takes from the heap and gives back is seen by the locked heap only as
    use of the stack: that none is taken, alloc_probe.py shows by mem_total.
    """
    modem = watched
    figure("heap free after start", "%d bytes" % modem.looks()[0])
    figure("heap used after start", "%d bytes" % modem.used()[0], "98304")
    with Peers(modem.network) as peers:
        modem.online()
        peer, udp = modem.client(1, peers), peers.udp()
        modem.ask(f'AT+WIPCREATE=1,1,,"{LOCAL}",{port_of(udp)}', "OK", "+WIPREADY: 1,1")
        play_steady(modem, peer, udp)
        modem.look(True)
        for _ in range(3):
            play_steady(modem, peer, udp)
        modem.look(False)
        assert modem.taken() == 0


def play_steady(modem, peer, udp):
    """What goes on for days."""
    modem.ask("AT", "OK")
    modem.ask("AT+CMEE=7", "ERROR")
    modem.ask("AT+WIPCLOSE=2,8", "ERROR")
    peer.sendall(b"x" * 500)
    modem.expect("+WIPDATA: 2,1,500")
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    modem.expect_bytes(b"x" * 500)
    modem.type(b"y" * 700)
    peer.settimeout(_PATIENCE_S)
    receive_all(peer.recv, b"y" * 700)
    modem.escape("OK")
    modem.ask("AT+WIPDATA=1,1,1", "CONNECT")
    modem.type(b"datagram\x03")
    udp.settimeout(_PATIENCE_S)
    assert udp.recv(16) == b"datagram"
    modem.escape("OK")


def test_memory_with_all_sockets(watched, figure):
    """Eight sockets open, more waiting in each than the modem holds, and what was least free."""
    modem = watched
    with Peers(modem.network) as peers:
        modem.online()
        listener = peers.listen()
        ends = [modem.client(index, peers, listener) for index in range(1, 9)]
        for index, end in enumerate(ends, 1):
            end.sendall(b"z" * 3000)
            modem.expect_bytes(b"\r\n+WIPDATA: 2,%d," % index)
            modem.uart.until(b"\r\n")
        free = modem.look(True)
        modem.look(False)
        figure("heap free with 8 sockets", f"{free} bytes")
        figure("heap used with 8 sockets", f"{modem.used()[-1]} bytes", "98304")
        figure("heap free at the least", f"{min(modem.looks())} bytes")


def test_turnaround(watched, figure):
    """From the last byte of a line to the last byte of its answer."""
    modem = watched
    modem.online()
    answers = [
        ("AT", b"AT\r", 5, "3 ms"),
        ("AT+WIPCREATE=3,...", b"AT+WIPCREATE=3,1,7000,2,4\r", 1, "15 ms"),
        ("AT+WIPCREATE=1,...", b"AT+WIPCREATE=1,1,7000\r", 1, "15 ms"),
        ("AT+WIPCREATE=2,...", b'AT+WIPCREATE=2,1,"10.64.64.1",9\r', 1, "15 ms"),
    ]
    for name, line, times, goal in answers:
        spans = [modem.turnaround_us(line, b"\r\nOK\r\n") for _ in range(times)]
        figure(f"{name} to OK", "%.1f ms" % (max(spans) / 1000), goal)
        modem.pass_us(200_000)
        modem.uart.rest()  # what became of it


@pytest.mark.parametrize("speed", _SPEEDS)
def test_throughput(image, figure, speed):
    """Each way and both at once; nothing lost, nothing sent twice."""
    with WatchedModem(image, speed=speed) as modem, Peers(modem.network) as peers:
        modem.started().online()
        peer = modem.client(1, peers)
        peer.settimeout(_PATIENCE_S)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        again = modem.network.retransmitted()
        for name, down, up in (("to the host", 1, 0), ("from the host", 0, 1), ("both", 1, 1)):
            rates = transfer(modem, peer, _BYTES, down, up)
            rates = " and ".join(f"{share(rate, speed):.1%} ({rate:.0f} B/s)" for rate in rates)
            figure(f"TCP {name} at {speed}", rates, _GOALS.get((name, speed), ""))
        assert modem.network.retransmitted() == again
        assert modem.chip.overruns == [0, 0]
