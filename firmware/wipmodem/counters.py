"""Counters of lost, rejected and ignored data. AT+WIPXSTAT? reports each counter with its name."""

from .compat import const

# Number of +WIPXREFUSED lines that were dropped because the URC queue was full.
URC_LOST = const(0)
# Number of connections that were rejected because the server's range had no free index (Q15).
ACCEPT_RANGE_FULL = const(1)
# Number of connections that were rejected because the modem or the IP stack had no free socket.
ACCEPT_NO_SOCKET = const(2)
# Bytes from the host that were dropped because the TCP peer was gone or because DTR dropped.
TX_DROPPED = const(3)
# Bytes from a TCP peer or a data call that the host had not read when the socket was closed or the
# data call ended.
RX_DROPPED = const(4)
# Bytes from the host that were dropped because the UDP socket could not send (Q27).
UDP_TX_DROPPED = const(5)
# Number of datagrams that the IP stack refused to send.
UDP_TX_LOST = const(6)
# Number of ICMP messages that reported a closed UDP port of a peer.
UDP_TX_REFUSED = const(7)
# Number of received datagrams that were truncated because they were longer than the buffer.
UDP_RX_TRUNCATED = const(8)
# Number of datagrams that the host had not read when the UDP socket was closed.
UDP_RX_DROPPED = const(9)
# Number of DNS responses that were malformed or did not match a query from this modem.
DNS_IGNORED = const(10)
# Number of command lines that were longer than the line buffer.
LINE_TOO_LONG = const(11)
# Number of poll gaps (times in which the modem did not read the UART) that were too long for
# measuring the guard time of an escape sequence.
DTE_STALLS = const(12)
# Number of lines from the radio that were unexpected or too long.
RADIO_IGNORED = const(13)
# Number of times that the UART overflowed and lost bytes from the host.
DTE_OVERRUNS = const(14)
# Number of times that no memory was free for receiving a datagram.
UDP_RX_NO_MEMORY = const(15)
# Bytes from the host that had no stop bit, because of a wrong bit rate or of noise.
DTE_FRAMING = const(16)
# Number of times that the host held its TX line low for longer than one byte (break).
DTE_BREAKS = const(17)
# Number of connections that were rejected because of the peer's address (+WIPXSERVER option 1).
ACCEPT_FILTERED = const(18)
# Number of connections that were rejected because the peer already had as many connections as
# +WIPXSERVER option 2 allows.
ACCEPT_PEER_LIMIT = const(19)
# Number of datagrams that were lost because the receive buffer of the IP stack was full.
UDP_RX_OVERFLOW = const(20)

# Names of the counters, indexed by counter number. AT+WIPXSTAT? lists them in this order.
NAMES = (
    b"urc_lost",
    b"accept_range_full",
    b"accept_no_socket",
    b"tx_dropped",
    b"rx_dropped",
    b"udp_tx_dropped",
    b"udp_tx_lost",
    b"udp_tx_refused",
    b"udp_rx_truncated",
    b"udp_rx_dropped",
    b"dns_ignored",
    b"line_too_long",
    b"dte_stalls",
    b"radio_ignored",
    b"dte_overruns",
    b"udp_rx_no_memory",
    b"dte_framing",
    b"dte_breaks",
    b"accept_filtered",
    b"accept_peer_limit",
    b"udp_rx_overflow",
)

# Largest small integer of MicroPython with 32 bits. A counter that reaches this value keeps it.
_MAX = const(0x3FFFFFFF)
# Mask that wraps a growing sum to 0 at 2^29, so that the sum stays a small integer.
WRAP_MASK = const(0x1FFFFFFF)


class Counters:
    """All counters of one modem. Only the constructor allocates."""

    count = len(NAMES)

    def __init__(self):
        self._totals = [0] * self.count  # counts since the start, indexed by counter number
        self._at_reset = [0] * self.count  # copy of `_totals` at the last reset()

    def name(self, counter):
        """Return the name of a counter as bytes."""
        return NAMES[counter]

    def value(self, counter):
        """Return the value of a counter since the last reset()."""
        return self._totals[counter] - self._at_reset[counter]

    def reset(self):
        """Set the values of all counters to 0."""
        for i in range(self.count):
            self._at_reset[i] = self._totals[i]

    def add(self, counter, n=1):
        """Increase a counter by n."""
        self._totals[counter] = min(self._totals[counter] + n, _MAX)

    def set(self, counter, n):
        """Set the total of a counter to n. Another module has counted n events since the start."""
        self._totals[counter] = min(n, _MAX)
