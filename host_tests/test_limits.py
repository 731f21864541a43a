"""What README.md and the manual say of limits is what the modem on this PC does."""

import inspect
import re
import socket

from boards.tools.manual.__main__ import generate
from e2e import LOOPBACK, free_port, port_of
from serving import ROOT, wait_until
from wipmodem.contract import Sizes
from wipmodem.sockets.dns import Resolver

README = (ROOT / "README.md").read_text()
MANUAL, _ = generate()


def said(text, pattern):
    """The numbers in the place of N in this sentence, which a line may end in."""
    pattern = re.escape(pattern).replace("N", r"(\d+)").replace(r"\ ", r"\s+")
    numbers = re.search(pattern, text)
    assert numbers, f"nothing like {pattern}"
    return [int(number) for number in numbers.groups()]


def asked(modem, command):
    """The only line of the answer."""
    modem.send(command)
    (line,) = modem.expect_listing()
    return line


def test_sockets(modem):
    """As many as README.md says, and not one more."""
    (most,) = said(README, "N sockets exist at once")
    modem.ask("AT+CMEE=1", "OK")
    for index in range(1, most + 1):
        modem.ask(f"AT+WIPCREATE=1,{index},0", "OK", f"+WIPREADY: 1,{index}")
    modem.ask("AT+WIPCREATE=3,1,0,1,1", "+CME ERROR: 838")


def test_buffers_of_a_socket(modem, peers):
    """ATI6, +WIPOPT, README.md and the bytes that a peer can send name one number."""
    (most,) = said(README, "A socket holds up to N bytes each way")
    peer = modem.client(1, peers)
    assert asked(modem, "ATI6") == f"sockets 8, rx {most}, tx {most}"
    assert [asked(modem, f"AT+WIPOPT=2,1,1,{n}") for n in (4, 5)] == [
        f"+WIPOPT: 2,4,{most}",
        f"+WIPOPT: 2,5,{most}",
    ]
    assert f"| a PC | 8 | limits of the system | {most}, {most} |" in MANUAL
    peer.sendall(bytes(10 * most))
    told = modem.expect_line()
    assert told.startswith("+WIPDATA: 2,1,")
    wait_until(lambda: asked(modem, "AT+WIPOPT=2,1,1,6") == f"+WIPOPT: 2,6,{most}")
    modem.ask("AT+WIPCLOSE=2,1", "OK")


def test_a_datagram(modem, peers):
    """The largest one passes whole, one byte more is cut and counted."""
    (most,) = said(README, "A datagram has at most N bytes")
    udp = peers.udp()
    port = free_port(socket.SOCK_DGRAM)
    for size in (most, most + 1):
        modem.ask(f"AT+WIPCREATE=1,1,{port}", "OK", "+WIPREADY: 1,1")
        udp.sendto(bytes(size), (LOOPBACK, port))
        modem.expect(f'+WIPDATA: 1,1,{most},"{LOOPBACK}",{port_of(udp)}')
        modem.ask("AT+WIPCLOSE=1,1", "OK")
    assert modem.counters()["udp_rx_truncated"] == 1


def test_a_command_line(modem):
    """Without AT; the next character makes it an error, and is counted."""
    (most,) = said(MANUAL, "a command line | N characters, without `AT`")

    modem.ask("AT" + "E0" * (most // 2), "OK")
    modem.ask("AT" + "E0" * (most // 2) + "E", "ERROR")
    assert modem.counters()["line_too_long"] == 1


def test_peers_that_wait(modem):
    """In the system, while the only index of the server's range is in use."""
    (most,) = said(MANUAL, "until a server accepts them | N; one more on Linux")
    port = free_port()
    modem.ask("AT+WIPXSERVER=1,5,1", "OK")
    modem.ask(f"AT+WIPCREATE=3,1,{port},1,1", "OK")
    callers = [socket.create_connection((LOOPBACK, port), 5)]
    modem.expect("+WIPACCEPT: 1,1")
    try:
        callers += [socket.create_connection((LOOPBACK, port), 5) for _ in range(most + 1)]
        with socket.socket() as late:
            late.settimeout(0.2)
            assert late.connect_ex((LOOPBACK, port)) != 0
    finally:
        for caller in callers:
            caller.close()


def test_times():
    """As the firmware has them."""
    assert said(README, "A peer has N s to answer a connection") == [Sizes.connect_ms // 1000]
    parameters = inspect.signature(Resolver).parameters
    first_ms, tries = (parameters[name].default for name in ("retry_ms", "tries"))
    assert tries == 3
    assert said(README, "is asked three times, for N, N and N s") == [
        (first_ms << k) // 1000 for k in range(tries)
    ]
