"""A small board without a mistake, its variants, and a repository with no other."""

from pathlib import Path

FIRMWARE = Path(__file__).resolve().parents[1] / "firmware"

BOARD = '''\
"""A small board."""

from wipmodem.contract import Sizes
from wipmodem.ports.lock_rp2 import StackLock
from wipmodem.ports.mcu import Mcu
from wipmodem.ports.net_lwip import Net
from wipmodem.ports.ppp import make_bearer

PLATFORM = "rp2"
FIRMWARE = (1, 27)
BEARER = "ppp"
CONSOLE = "usb"
POOLS = {"tcp": 5, "listen": 8, "udp": 2}

DTE = {
    "id": 0, "baudrate": 115200, "tx": 0, "rx": 1, "cts": 2, "rts": 3, "dtr": 15,
    "flow": True, "active": 0, "txbuf": 1024, "rxbuf": 1024,
}
RADIO = {
    "id": 1, "baudrate": 230400, "tx": 4, "rx": 5, "power": 14,
    "flow": False, "active": 1, "txbuf": 2048, "rxbuf": 4096, "boot_ms": 500, "press_ms": 1000,
    "init": (b"ATE0V1",), "dial": b"ATD#777", "probe_s": 60, "redial_s": 5,
}


class Board(Mcu):
    name = b"mine"
    sizes = Sizes()
    Net = Net
    stack_lock = StackLock()
    DTE = DTE
    RADIO = RADIO
    make_bearer = make_bearer
'''
MANIFEST = """\
include("../../firmware/manifest.py")
NAMES = "chat flash mcu lock_rp2 net net_lwip ppp radio uart"
PORTS = [f"ports/{name}.py" for name in NAMES.split()]
package("wipmodem", files=PORTS, base_path="../../firmware", opt=2)
module("main.py", base_path="../../firmware", opt=2)
module("board.py", opt=2)
"""
HEADER = """\
#define MEMP_NUM_TCP_PCB        (31)
#define MEMP_NUM_TCP_PCB_LISTEN (32)
#define MEMP_NUM_UDP_PCB        (33)
"""
EMPTY_README = "One.\n<!-- boards -->\n<!-- /boards -->\nTwo.\n<!-- wiring -->\n<!-- /wiring -->\n"
README = """\
One.
<!-- boards -->
| board | description | oldest MicroPython | largest number of sockets | host's lines | console |
| --- | --- | --- | --- | --- | --- |
| [mine](#mine) | A small board. | 1.27 | 8, at most 5 TCP, 2 UDP | no DCD, DSR, RI | USB |
<!-- /boards -->
Two.
<!-- wiring -->

### mine

A small board.

![wiring of mine](mine/wiring.svg)

| line | host: UART0, 115200 baud | radio: UART1, 230400 baud |
| --- | --- | --- |
| TXD | GP1 in | GP4 out |
| RXD | GP0 out | GP5 in |
| RTS | GP2 in | - |
| CTS | GP3 out | - |
| DTR | GP15 in | - |
| power | - | GP14 out |

The IP stack has 5 TCP sockets, 8 servers, 2 UDP sockets.

<!-- /wiring -->
"""


def edited(files, *changes):
    """Each (old, new) in every file that has `old`: there it stands once."""
    for old, new in changes:
        assert {0, 1} == {0, *(text.count(old) for text in files.values())}, old
        files = {path: text.replace(old, new) for path, text in files.items()}
    return files


PPP = {"board.py": BOARD, "manifest.py": MANIFEST}
# With an image of its own, and the IP stack in it.
STACK = edited(
    {**PPP, "lwip/lwipopts.h": HEADER},
    ('"tcp": 5, "listen": 8, "udp": 2', '"tcp": 31, "listen": 32, "udp": 33'),
)
# A write waits until all of it fits.
WHOLE = edited(
    PPP,
    ('"rp2"', '"esp32"'),
    ("from wipmodem.ports.lock_rp2 import StackLock\n", ""),
    ("    stack_lock = StackLock()\n", ""),
    ("net_lwip import", "net_esp32 import"),
    ("lock_rp2 net net_lwip", "net net_esp32"),
    ('"rxbuf": 1024', '"rxbuf": 1024, "whole": True'),
    ('"rxbuf": 4096', '"rxbuf": 4096, "whole": True'),
)
# The pins of a UART are what they are; those of flow control have no name.
FIXED = edited(
    WHOLE,
    ('"esp32"', '"mimxrt"'),
    (
        "from wipmodem.ports.net_esp32 import",
        "from wipmodem.ports.lock_mimxrt import StackLock\nfrom wipmodem.ports.net_lwip import",
    ),
    ("    Net = Net\n", "    Net = Net\n    stack_lock = StackLock()\n"),
    ("net net_esp32", "lock_mimxrt net net_lwip"),
    ('"id": 0', '"id": 2, "fixed": True'),
    ('"id": 1', '"id": 1, "fixed": True'),
    ('"tx": 0, "rx": 1, "cts": 2, "rts": 3, "dtr": 15', '"tx": "D8", "rx": "D7", "dtr": "D15"'),
    ('"tx": 4, "rx": 5, "power": 14', '"tx": "D1", "rx": "D0", "power": "D41"'),
)
# The bearer is a choice.
_IMPORT = "from wipmodem.ports.ppp import make_bearer\n"
_CHOOSES = f"""\
if BEARER == "ppp":
    {_IMPORT}else:
    from wipmodem.ports.wlan import make_bearer


class Board"""
CHOICE = edited(
    PPP,
    ("RADIO = {", 'WLAN = {"ssid": "a", "key": "b"}\nRADIO = {'),
    (_IMPORT, ""),
    ("class Board", _CHOOSES),
    ("    RADIO = RADIO\n", "    RADIO = RADIO\n    WLAN = WLAN\n"),
    ('radio uart"', 'radio uart wlan"'),
)


def tree(folder, files):
    """A repository with the firmware and boards/mine alone; the folder of its boards."""
    (folder / "firmware").symlink_to(FIRMWARE)
    for path, text in files.items():
        place = folder / "boards" / "mine" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    (folder / "boards" / "README.md").write_text(EMPTY_README)
    return folder / "boards"
