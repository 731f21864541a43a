"""Host programs in the style of firmware that drives modems of this family (rules H1-H19).

Each is a whole life: set-up, connection, exchange, close. run(port, place) has a pyserial port
with the modem behind it, and what is on the net; it returns when all was as the program was
written against, or raises Surprise. test_hosts.py runs them; a real serial port does as well:

    exact_bytes.run(serial.Serial("/dev/ttyUSB0", 9600), Place("192.0.2.10", 7))

Only silence_watcher and exact_guard need more: a port with the line's own time (paced.Port).
"""

from typing import NamedTuple


class Place(NamedTuple):
    """Where the peer is. For server_host: which port to listen on."""

    address: str
    port: int
    refusing: int = 0  # a port where nobody listens


class Surprise(Exception):
    """The modem said something else than the program was written against."""

    def __init__(self, doing, expected, came):
        super().__init__(f"{doing}: expected {expected!r}\n     but came {came!r}")


def ask(port, command, answer):
    """A host that knows the answer to the byte."""
    port.write(command)
    expect(command, answer, port.read(len(answer)))


def expect(doing, expected, came):
    if came != expected:
        raise Surprise(doing, expected, came)
