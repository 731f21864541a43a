"""What a modem tells on its console, and what is shown of it, for the tests of `make monitor`."""

import io

from rich.console import Console

from boards.tools.monitor.history import History
from boards.tools.monitor.report import read

ADDRESS = "100.64.7.21"
# By name, in the order of AT+WIPXSOCK.
SOCKET = {
    "protocol": 2,
    "index": 1,
    "role": "client",
    "state": "ready",
    "local_address": ADDRESS,
    "local_port": 49152,
    "peer_address": "203.0.113.5",
    "peer_port": 502,
    "server": 0,
    "first": 0,
    "last": 0,
    "readable": 0,
    "unsent": 0,
    "room": 2048,
    "sent": 0,
    "received": 0,
    "age_s": 60,
    "error": 0,
}


def socket_line(**changes):
    values = (SOCKET | changes).values()
    return "+WIPXSOCK: " + ",".join(f'"{v}"' if isinstance(v, str) else str(v) for v in values)


def report(*lines, uptime_s=100, **figures):
    """The bytes of a report: lines beside the figures of its health, and OK."""
    health = [f"+WIPXHEALTH: {name},{n}" for name, n in {"uptime_s": uptime_s, **figures}.items()]
    return framed('+WIPXHEALTH: reset,"power_on"', *health, *lines, "OK")


def framed(*lines):
    return "".join(f"\r\n{line}\r\n" for line in lines).encode()


def busy(second):
    """The bytes of a report of a modem with a server, a client that has failed, UDP, a radio."""
    kilobytes = (0, 3, 7, 8, 5, 2, 1, 1, 4, 6)
    received = sum(kilobytes[i % 10] for i in range(second)) * 1000
    server = {"server": 1, "first": 1, "last": 4, "local_port": 7000}
    meter = server | {"role": "spawned", "peer_address": "198.51.100.20", "peer_port": 50312}
    return framed(
        socket_line(protocol=1, role="udp", local_port=5000, sent=300 * second, age_s=second + 9),
        socket_line(index=1, **meter, received=received, sent=150 * second, age_s=second + 20),
        socket_line(index=3, **meter | {"state": "peer_closed", "peer_port": 50313}, readable=512),
        socket_line(index=5, state="failed", error=842, unsent=31, sent=311),
        socket_line(
            protocol=3,
            role="server",
            state="listening",
            peer_address="0.0.0.0",
            peer_port=0,
            age_s=90000,
            **server,
        ),
        '+WIPXHEALTH: reset,"watchdog"',
        f"+WIPXHEALTH: uptime_s,{93784 + second}",
        "+WIPXHEALTH: heap_free,54816",
        "+WIPXHEALTH: heap_min,51200",
        f"+WIPXHEALTH: session_s,{5531 + second}",
        "+WIPXHEALTH: redials,2",
        f"+WIPXHEALTH: sent,{450 * second}",
        f"+WIPXHEALTH: received,{received}",
        "+WIPXSTAT: urc_lost,0",
        "+WIPXSTAT: tx_dropped,1460",
        f"+WIPXSTAT: accept_range_full,{3 + second // 20}",
        "+WIPBR: 6,1",
        "+CSQ: 23,99",
        *(_BUSY_LOG if second == 0 else ()),
        "OK",
    )


_BUSY_LOG = (
    "+WIPXLOST: 5",
    "+WIPXLOG: 0.012,start,watchdog",
    "+WIPXLOG: 2.100,line,+WIPBR=4,6",
    "+WIPXLOG: 9.100,urc,+WIPBR: 6,1",
    "+WIPXLOG: 12.345,line,+WIPCREATE=3,1,7000,1,4",
    "+WIPXLOG: 15.000,urc,+WIPACCEPT: 1,1",
    "+WIPXLOG: 17.345,line,+WIPCLOSE=2,8",
    "+WIPXLOG: 17.345,error,831",
    "+WIPXLOG: 93720.345,stall,140",
    "+WIPXLOG: 93725.002,urc,+WIPERROR: 2,5,842",
)


def history_of(*reports):
    history = History()
    for report in reports:
        for told in read(report):
            history.add(told)
    return history


def shown(renderable, width, height=None):
    """As plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(renderable, height=height)
    return capture.get()
