"""Everything that was lost, refused or ignored, each under the name that AT+WIPXSTAT? prints."""

from .compat import const

URC_LOST = const(0)  # lines about refused connections that were one too many to wait
ACCEPT_RANGE_FULL = const(1)  # peers refused: no free index in the server's range (Q15)
ACCEPT_NO_SOCKET = const(2)  # peers refused: the total of sockets, or the stack's, was reached
TX_DROPPED = const(3)  # bytes from the host for a TCP peer that was gone
RX_DROPPED = const(4)  # bytes from a peer, unread when the socket or call ended
UDP_TX_DROPPED = const(5)  # bytes from the host for a UDP socket that cannot send (Q27)
UDP_TX_LOST = const(6)  # datagrams that the stack would not send
UDP_TX_REFUSED = const(7)  # times the peer's machine said that its port is closed
UDP_RX_TRUNCATED = const(8)  # datagrams received longer than the buffer, and cut
UDP_RX_DROPPED = const(9)  # datagrams unread when the socket ended
DNS_IGNORED = const(10)  # answers that were foreign, forged or malformed
LINE_TOO_LONG = const(11)  # command lines longer than the line buffer
DTE_STALLS = const(12)  # times the loop left the DTE unseen too long to measure a guard time
RADIO_IGNORED = const(13)  # lines of the radio that were not asked for, or did not fit
DTE_OVERRUNS = const(14)  # times the host's bytes found the UART full: gaps in what came
UDP_RX_NO_MEMORY = const(15)  # times that there was no memory to receive a datagram
DTE_FRAMING = const(16)  # times the host's bytes came without a stop bit: wrong speed, or noise
DTE_BREAKS = const(17)  # times the host's line was held low for longer than a byte
ACCEPT_FILTERED = const(18)  # peers refused: not of the addresses that the host allows
ACCEPT_PEER_LIMIT = const(19)  # peers refused: they have as many connections as it allows
UDP_RX_OVERFLOW = const(20)  # datagrams that found the stack's buffer full, if the stack tells

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

WRAP_MASK = const(0x1FFFFFFF)  # counts of bytes wrap at 2^29: they stay small integers
_MOST = const(0x3FFFFFFF)  # the largest small integer: a counter stays there


class Counters:
    count = len(NAMES)

    def __init__(self):
        self._values = [0] * len(NAMES)
        self._before = [0] * len(NAMES)  # at the last reset

    def name(self, which):
        return NAMES[which]

    def value(self, which):
        """Since the last reset."""
        return self._values[which] - self._before[which]

    def reset(self):
        for i in range(self.count):
            self._before[i] = self._values[i]

    def add(self, which, n=1):
        self._values[which] = min(self._values[which] + n, _MOST)

    def set(self, which, n):
        """For what is counted elsewhere."""
        self._values[which] = min(n, _MOST)
