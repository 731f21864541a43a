"""Counters of what was lost, rejected or ignored, each under its name in AT+WIPXSTAT?."""

from .compat import const

# +WIPXREFUSED lines that were dropped because the URC queue was full.
URC_LOST = const(0)
# Connections that were rejected because the server's range had no free index (Q15).
ACCEPT_RANGE_FULL = const(1)
# Connections that were rejected because the modem or the IP stack had no socket left.
ACCEPT_NO_SOCKET = const(2)
# Host bytes for a TCP peer that was gone, or discarded because DTR dropped.
TX_DROPPED = const(3)
# Bytes from a TCP peer or a call that were unread when the socket or the call ended.
RX_DROPPED = const(4)
# Host bytes for a UDP socket that cannot send (Q27).
UDP_TX_DROPPED = const(5)
# Datagrams that the IP stack refused to send.
UDP_TX_LOST = const(6)
# ICMP messages which said that the peer's UDP port is closed.
UDP_TX_REFUSED = const(7)
# Received datagrams that were longer than the buffer and were truncated.
UDP_RX_TRUNCATED = const(8)
# Datagrams that were unread when the socket ended.
UDP_RX_DROPPED = const(9)
# DNS answers that were malformed or answered no question of this modem.
DNS_IGNORED = const(10)
# Command lines that were longer than the line buffer.
LINE_TOO_LONG = const(11)
# Poll gaps that were too long for measuring a guard time.
DTE_STALLS = const(12)
# Lines from the radio that were unexpected or too long.
RADIO_IGNORED = const(13)
# Times that the UART was full and lost bytes from the host.
DTE_OVERRUNS = const(14)
# Times that no memory was free for receiving a datagram.
UDP_RX_NO_MEMORY = const(15)
# Bytes from the host without a stop bit: wrong rate, or noise.
DTE_FRAMING = const(16)
# Times that the host held its line low for longer than a byte.
DTE_BREAKS = const(17)
# Connections that were rejected because of the peer's address (+WIPXSERVER, option 1).
ACCEPT_FILTERED = const(18)
# Connections that were rejected because the peer had the most allowed (+WIPXSERVER, option 2).
ACCEPT_PEER_LIMIT = const(19)
# Datagrams that were lost because the receive buffer of the IP stack was full.
UDP_RX_OVERFLOW = const(20)

# Names by counter, in the order of AT+WIPXSTAT.
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

_MAX = const(0x3FFFFFFF)  # the largest small integer: a counter stays at it
WRAP_MASK = const(0x1FFFFFFF)  # sums that only grow wrap to 0 at 2^29, and stay small integers


class Counters:
    """All counters of one modem. Counting allocates nothing."""

    count = len(NAMES)

    def __init__(self):
        self._totals = [0] * self.count  # since the start
        self._at_reset = [0] * self.count  # totals at the last reset()

    def name(self, counter):
        """Return the name of a counter, bytes."""
        return NAMES[counter]

    def value(self, counter):
        """Return the count since the last reset()."""
        return self._totals[counter] - self._at_reset[counter]

    def reset(self):
        """Set all counters to 0."""
        for i in range(self.count):
            self._at_reset[i] = self._totals[i]

    def add(self, counter, n=1):
        """Count n more."""
        self._totals[counter] = min(self._totals[counter] + n, _MAX)

    def set(self, counter, n):
        """Set the total since the start, for what another part of the modem counts."""
        self._totals[counter] = min(n, _MAX)
