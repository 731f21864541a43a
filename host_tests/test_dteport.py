"""The PC's DTE port by itself: what holds the modem, and what the loop waits for meanwhile."""

import socket

import pytest

from dteport import Dte
from wipmodem.contract import IN, OUT

_DTR, _RTS, _RTS_COMES = 1, 2, 16


class Poller:
    """Remembers what is waited for: {descriptor: mask}."""

    def __init__(self):
        self.masks = {}
        self.register = self.modify = self.masks.__setitem__


@pytest.fixture
def ends():
    """(the modem's end, the host's end) of the data and of the lines."""
    pairs = socket.socketpair(), socket.socketpair()
    for pair in pairs:
        for each in pair:
            each.setblocking(False)
    yield pairs
    for pair in pairs:
        for each in pair:
            each.close()


def test_while_rts_holds_the_modem_the_loop_does_not_wait_for_room(ends):
    """A host with DTR on and RTS off. The change of the lines is what wakes the loop."""
    (data, host), (lines, far_lines) = ends
    poller = Poller()
    dte = Dte(poller, data.detach(), lines.detach())
    data_fd = next(iter(poller.masks))

    def set_lines(state):
        far_lines.send(bytes((state,)))
        dte.dtr()
        assert dte.readinto(bytearray(8)) == 0

    set_lines(_DTR | _RTS)
    assert dte.write(b"open", 0, 4) == 4
    set_lines(_DTR)
    assert dte.write(b"held", 0, 4) == 0
    dte.set_events(IN | OUT)
    assert poller.masks[data_fd] == IN
    set_lines(_DTR | _RTS)
    assert dte.write(b"held", 0, 4) == 4
    dte.set_events(IN | OUT)
    assert poller.masks[data_fd] == IN | OUT
    set_lines(0)
    assert dte.write(b"none", 0, 4) == 4
    dte.configure(9600, False, True)
    set_lines(_DTR)
    assert dte.write(b"free", 0, 4) == 4
    assert host.recv(64) == b"openheldnonefree"


def test_rts_holds_the_modem_until_it_is_known_to_rise(ends):
    """Not until the bytes before it are read: their answers may need the room that it gives."""
    (data, host), (lines, far_lines) = ends
    dte = Dte(Poller(), data.detach(), lines.detach())
    far_lines.send(bytes((_DTR,)))
    dte.dtr()
    assert dte.readinto(bytearray(8)) == 0
    assert dte.write(b"held", 0, 4) == 0
    host.send(b"AT\r")
    far_lines.send(bytes((_DTR | _RTS_COMES,)))
    dte.dtr()
    assert dte.write(b"held", 0, 4) == 4
    assert dte.readinto(bytearray(8)) == 3
