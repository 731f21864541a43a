"""One socket: what is known of a (protocol, index), W1. machine.py has what its states lead to."""

from ..compat import const
from .flow import NO_DATAGRAM, OPEN

UDP = const(1)
TCP = const(2)
SERVER = const(3)
INDEXES = (8, 8, 4)  # W3, per protocol

FREE = const(0)
RESOLVING = const(1)
CONNECTING = const(2)
READY = const(3)
PEER_CLOSED = const(4)
FAILED = const(5)
LISTENING = const(6)

NO_HANDLE = const(-1)


class Sock:
    """`pipes`: its buffers, (rx, tx), none in one that only stands for a free index."""

    def __init__(self, pipes):
        self.protocol = self.index = 0
        self.who = 0  # protocol << 4 | index: both in a byte, and its name at the resolver
        self.pipes = pipes
        self.addr = bytearray(4)  # the peer
        self.from_addr = bytearray(4)  # UDP: the sender of the datagram that waits
        self.reply_addr = bytearray(4)
        self.handle = NO_HANDLE
        self.reset()

    def name(self, protocol, index):
        self.protocol = protocol
        self.index = index
        self.who = protocol << 4 | index

    def reset(self):
        """As in the state FREE."""
        self.state = FREE
        self.error = 0  # why it FAILED, or will when all is read
        self.bound = False  # to a peer (R5)
        self.local_port = self.peer_port = self.from_port = 0
        self.addr[:] = b"\0\0\0\0"
        self.first = self.last = 0  # a server's range; a spawned socket keeps its server's (R11)
        self.server = 0  # the index of the server whose range that is
        self.born_s = 0  # by the modem's clock
        self.sent = self.received = 0  # bytes that the stack took and gave
        self.carried = -1  # sent and received when it was last looked at, if it was
        self.quiet_s = 0  # ... and since when
        self.lost = 0  # bytes for the peer that were dropped when it was gone
        self.corked = False  # bytes for the peer are held back for more (option 12)
        self.finished = OPEN  # our half: OPEN, FINISHING or FINISHED (H12)
        self.no_delay = False  # option 7 of +WIPOPT
        self.ttl = self.tos = 0  # options 8 and 9
        self.tx_size = self.rx_size = 0  # options 4 and 5
        self.told = False  # a +WIPDATA is owed or said, and nothing read since (Q22)
        self.datagram = NO_DATAGRAM  # size of the received datagram, what of it is still unread
        self.cut = 0  # 1: it was longer than there was room for
        self.reply_port = 0  # of the sender of the datagram that the host has read last
        self.deadline_ms = 0

    def reserve(self, server, first, last):
        self.server = server
        self.first = first
        self.last = last

    def holds(self, first, last):
        """Does its range, if it has one, meet that?"""
        return self.first and self.first <= last and self.last >= first

    def pending(self):
        """Is the outcome of its +WIPCREATE still to come?"""
        return self.state == RESOLVING or self.state == CONNECTING  # noqa: PLR1714

    def live(self):
        """Does its peer still take part?"""
        return self.state == READY

    def has_data(self):
        return self.datagram >= 0 if self.protocol == UDP else self.readable() > 0

    def readable(self):
        """Bytes that the host can read now."""
        if self.protocol == UDP:
            return max(self.datagram, 0)
        return self.pipes[0].count() if self.pipes else 0

    def settled(self):
        """Has it options (O1, O7, Q30)?"""
        return self.state in (READY, PEER_CLOSED, LISTENING)

    def unsent(self):
        """Bytes that a live peer has still to be sent."""
        return self.pipes[1].count() if self.handle >= 0 else 0
