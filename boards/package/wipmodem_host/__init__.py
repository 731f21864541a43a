"""An AT socket modem for tests of host programs, with a real serial line and real sockets.

    with Modem() as modem:
        line = modem.open()                 # or serial.serial_for_url(modem.url)

The README.md in this directory describes all classes. The pytest fixture `wip_modem` (plugin.py)
is a Modem.
"""

from .host import Answer, Host
from .modem import Modem
from .peers import Connection, Listener, UdpPeer
from .radio import Radio
from .serving import ModemFailed

__all__ = (
    "Answer",
    "Connection",
    "Host",
    "Listener",
    "Modem",
    "ModemFailed",
    "Radio",
    "UdpPeer",
)
