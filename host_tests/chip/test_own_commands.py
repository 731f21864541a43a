"""The commands of our own, with real peers, over the chip's line and its lwIP."""

from binascii import crc32

from chip.on_chip import CHIP, DTE, LOCAL
from chip.test_faults import HANG
from chip.test_modem import receive
from chip.wire import PATIENCE_S
from e2e import port_of

_DATA = bytes(range(256))
_PORT = 7000
_SECOND_US = 1_000_000


def send_counted(modem, command, data):
    """The command, the prompt, the bytes, OK."""
    modem.send(command)
    modem.expect_bytes(b"\r\n> ")
    modem.type(data)
    modem.expect("OK")


def test_counted_bytes_each_way(modem, peers):
    """Every byte value, guarded by CRC-32, and none of them taken for a command."""
    modem.online()
    peer = modem.client(1, peers)
    crc = f"{crc32(_DATA):08X}"
    send_counted(modem, f'AT+WIPXSEND=2,1,256,10,"{crc}"', _DATA)
    receive(peer, _DATA)
    peer.sendall(_DATA)
    modem.expect("+WIPDATA: 2,1,256")
    modem.ask("AT+WIPXRECV=2,1,512,0,1", "+WIPXRECV: 2,1,256")
    modem.expect_bytes(_DATA)
    modem.expect(f'+WIPXCRC: "{crc}"', "OK")


def test_a_udp_listener_replies(modem, peers):
    """To the sender of the datagram that was read last: lwIP sends to anybody."""
    modem.online()
    modem.ask("AT+WIPCREATE=1,1,5001", "OK", "+WIPREADY: 1,1")
    for text in (b"one", b"another"):
        udp = peers.udp()
        udp.settimeout(PATIENCE_S)
        udp.sendto(text, (CHIP, 5001))
        sender = f'"{LOCAL}",{port_of(udp)}'
        modem.expect(f"+WIPDATA: 1,1,{len(text)},{sender}")
        modem.ask("AT+WIPXRECV=1,1,99", f"+WIPXRECV: 1,1,{len(text)},{sender},0,0")
        modem.expect_bytes(text)
        modem.expect("OK")
        send_counted(modem, "AT+WIPXSEND=1,1,5", b"reply")
        assert udp.recv(64) == b"reply"


def test_a_server_that_is_choosy(modem, peers):
    """One connection of one peer; the next is refused and told, or waits until there is room."""
    modem.online()
    modem.ask("AT+WIPXURC=0,1;+WIPXSERVER=1,2,1;+WIPXSERVER=1,5,1", "OK")
    modem.ask(f"AT+WIPCREATE=3,1,{_PORT},5,6", "OK")
    first = peers.call(_PORT)
    modem.expect("+WIPACCEPT: 1,5")
    second = peers.call(_PORT)
    modem.expect(f'+WIPXREFUSED: 1,"{LOCAL}",{port_of(second)},"accept_peer_limit"')
    place = f'"{CHIP}",{_PORT},"{LOCAL}",{port_of(first)}'
    modem.send("AT+WIPXSOCK=2,5")
    [said] = modem.expect_listing()
    head, age, error = said.rsplit(",", 2)
    assert head == f'+WIPXSOCK: 2,5,"spawned","ready",{place},1,5,6,0,0,640,0,0'
    assert int(age) < PATIENCE_S and error == "0"
    modem.ask("AT+WIPXSERVER=1,2,0", "OK")
    peers.call(_PORT)
    modem.expect("+WIPACCEPT: 1,6")
    third = peers.call(_PORT)
    modem.pass_us(2 * _SECOND_US)
    assert modem.uart.rest() == b""
    modem.ask("AT+WIPXCLOSE=2,5", "+WIPXCLOSE: 2,5,0,", "OK", "+WIPACCEPT: 1,5")
    modem.ask("AT+WIPXSERVER=1,4,30", "ERROR")  # its lwIP has no probe
    third.sendall(b"there")
    modem.expect("+WIPDATA: 2,5,5")


def test_a_line_speed_on_trial(modem):
    """Confirmed it stays; not confirmed the former one is back, and the line works there."""
    speeds = []
    modem.echo_off()
    for ask, said in (("AT+WIPXIPR=57600,2", "OK"), ("AT+WIPXIPR=9600,2", "OK")):
        modem.ask(ask, said)
        modem.pass_us(_SECOND_US // 5)
        speeds.append(modem.chip.stats()["baud"][DTE["id"]])
        if not speeds[1:]:
            modem.ask("AT+WIPXIPR", "OK")
        modem.pass_us(3 * _SECOND_US)
        speeds.append(modem.chip.stats()["baud"][DTE["id"]])
        modem.ask("AT", "OK")
    wanted = (57600, 57600, 9600, 57600)
    assert [round(speed / want, 2) for speed, want in zip(speeds, wanted, strict=True)] == [1] * 4


def test_errors_of_the_line_are_told(modem):
    """A break, and a byte without a stop bit, each with the next byte that is whole."""
    modem.echo_off()
    modem.ask("AT+WIPXSTAT=0", "OK")
    modem.uart.hold_low()
    modem.ask("AT", "OK")
    modem.uart.spoil(0xFF)
    modem.pass_us(_SECOND_US // 5)
    assert modem.counters() == {"dte_breaks": 1, "dte_framing": 1}


def test_the_recorder_outlives_the_watchdog(modem):
    """What the host did before, and why the modem has started since."""
    modem.echo_off()
    modem.ask("AT+WIPXLOG=0", "OK")
    modem.ask('AT+WIPBR=2,6,1,"secret";+WIPNONE', "ERROR")
    modem.play(HANG)
    modem.chip.booted()
    modem.started().echo_off()
    modem.send("AT+WIPXLOG?")
    said = [line.split(",", 1)[1] for line in modem.expect_listing()]
    assert said == [
        "line,+WIPBR=2,6,1",
        "line,+WIPNONE",
        "error,0",
        "start,watchdog",
        "start,watchdog",
        "line,E0",
        "line,+WIPXLOG?",
    ]


def test_how_it_fares(modem):
    """The cause of the start, and a heap that is counted."""
    modem.echo_off()
    modem.send("AT+WIPXHEALTH?")
    told = dict(line.split(": ")[1].split(",") for line in modem.expect_listing())
    assert told.pop("reset") == '"power_on"'
    assert 30000 < int(told["heap_min"]) <= int(told["heap_free"]) < 100000
    assert int(told["poll_gap_ms"]) < 1000 and told["sockets_peak"] == "0"
