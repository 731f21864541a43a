"""What a network interface of MicroPython knows of itself, as bytes.

Of ifconfig() only the first and the last are used: the ports differ in the order of the others.
"""

from ..contract import const

_DNS_PORT = const(53)


def address_of(link):
    return _four_bytes(link.ifconfig()[0])


def servers_of(link):
    """[(address, port)] of the DNS server; none if the peer named none."""
    server = link.ifconfig()[3]
    return [(_four_bytes(server), _DNS_PORT)] if server and server != "0.0.0.0" else []


def _four_bytes(dotted):
    return bytes([int(part) for part in dotted.split(".")])
