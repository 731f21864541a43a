"""AT+CFUN=1 on the chip: the modem is made anew in the heap that the old one has left.

rules: H20
"""

_RESTARTS = 6
_HEAP_FREE = 3  # which figure of AT+WIPXHEALTH, from 0
_LONGEST_US = 2_000_000


def test_restarts_leave_the_heap_as_it_was(modem, peers):
    """With sockets, a ping and a session each time; the next command is answered within 2 s."""
    listener = peers.listen()
    free = []
    for _ in range(_RESTARTS):
        modem.online()
        modem.client(1, peers, listener)
        modem.ask("AT+WIPCREATE=3,1,7000,5,6", "OK")
        modem.send("AT+WIPXHEALTH")
        free.append(int(modem.expect_listing()[0].split(",")[_HEAP_FREE]))
        modem.ask("AT+CFUN=1", "OK")
        began_us = modem.chip.now_us()
        modem.type(b"AT\r")
        modem.expect_bytes(b"AT\r\r\nOK\r\n")
        assert modem.chip.now_us() - began_us < _LONGEST_US
    assert max(free[1:]) - min(free[1:]) < 512
    modem.echo_off()
    modem.send("AT+WIPXHEALTH")
    assert modem.expect_listing()[0].startswith('+WIPXHEALTH: "cfun",0,')
    modem.ask("AT+WIPXCRASH?", "OK")
