"""A whole AT socket modem for tests of host programs: processes, a real line, real sockets.

    with Modem() as modem:
        line = modem.open()                 # or serial.serial_for_url(modem.url)

See README.md beside this file. The pytest fixture `wip_modem` (plugin.py) is such a Modem.
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
