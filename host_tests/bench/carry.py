"""TCP in data mode through the emulated chip, one way or both."""

import contextlib

from chip.on_chip import Peers, WatchedModem
from chip.transfer import transfer

WAYS = {"to the host": (True, False), "from the host": (False, True), "both": (True, True)}
_RADIO_SPEED = 921600
_SECONDS = 4  # of the line, for one transfer


def carry(image, speed, way, around=None):
    """Bytes a second, of each way; what was sent is what came, nothing twice.

    Also what `around(chip)`, a context that lasts for the transfer, has given.
    """
    with WatchedModem(image, speed, _RADIO_SPEED) as modem, Peers(modem.network) as peers:
        modem.started().online()
        peer = modem.client(1, peers)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        again = modem.network.retransmitted()
        with around(modem.chip) if around else contextlib.nullcontext() as seen:
            rates = transfer(modem, peer, speed * _SECONDS // 10, *WAYS[way])
        assert modem.network.retransmitted() == again, "something was sent twice"
        assert modem.chip.overruns == [0, 0], "bytes were lost"
    return rates, seen
