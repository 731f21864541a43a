"""Connecting, accepting and closing, thousands of times: table, heap and descriptors stay flat.
A listener that is closed and opened again on its port at once.
"""

from e2e import free_port
from load.rig import Flat

_ROUND = 10  # cycles between two words about how far it is
_MEASURED = 8  # looks at the heap, over all rounds


def play(modem, peers, cycles, tell=lambda done: None):
    """A client that connects, two peers that are accepted, and each way to close them."""
    listener, port = peers.listen(), free_port()
    flat = Flat(modem)
    a_cycle(modem, peers, listener, port, 0)
    for done in range(1, cycles + 1):
        a_cycle(modem, peers, listener, port, done)
        if done % _ROUND == 0:
            tell(done)
        if done % max(cycles // _MEASURED, 1) == 0:
            flat.look()
    assert modem.counters() == {}
    return flat.figures()


def a_cycle(modem, peers, listener, port, turn):
    """Who closes first changes from turn to turn."""
    modem.ask(f"AT+WIPCREATE=3,1,{port},2,4", "OK")
    peer = modem.client(1, peers, listener)
    close(modem, peer, 1, turn % 2)
    ends = []
    for index in (2, 3):
        ends.append(peers.call(port))
        modem.expect(f"+WIPACCEPT: 1,{index}")
    for index, end in zip((2, 3), ends, strict=True):
        close(modem, end, index, (turn + index) % 2)
    modem.ask("AT+WIPCLOSE=3,1", "OK")
    modem.ask("AT+WIPCREATE?", "OK")  # none is left


def close(modem, peer, index, peer_first):
    if peer_first:
        peer.close()
        modem.expect(f"+WIPPEERCLOSE: 2,{index}")
    modem.ask(f"AT+WIPCLOSE=2,{index}", "OK")
    if not peer_first:
        assert peer.recv(1) == b""
        peer.close()


def reopen(modem, peers, times, tell=lambda done: None):
    """The port is listened on again at once, with a live connection to it and dead ones."""
    port = free_port()
    flat = Flat(modem)
    kept = None
    for done in range(1, times + 1):
        index = 1 + done % 2  # a live one holds its server's range, so the next has another
        modem.ask(f"AT+WIPCREATE=3,{index},{port},{index},{index}", "OK")
        peer = peers.call(port)
        modem.expect(f"+WIPACCEPT: {index},{index}")
        modem.ask(f"AT+WIPCLOSE=3,{index}", "OK")
        if kept:
            close(modem, *kept, peer_first=False)  # TIME_WAIT is ours
        kept = peer, index
        if done % _ROUND == 0:
            tell(done)
    close(modem, *kept, peer_first=False)
    flat.look()
    assert modem.counters() == {}
    return flat.figures()
