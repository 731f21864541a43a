"""Move bytes between the modem's socket and the socket of one host at a time."""

import collections

from .controllines import DTR, DTR_WILL_DROP, RTS, RTS_WILL_RISE
from .eventloop import READ, WRITE

BLOCK = 4096

# The pump does not read the host while more bytes than this wait for the host, telnet responses
# included. So a host that sends requests and never reads cannot fill the memory.
_MAX_TO_HOST = 16 * 1024

# The pump does not read the host while more blocks and line changes than this wait for the modem.
# The limit must allow more than one change: RTS on, which lets the modem continue, may follow
# changes that wait for the modem.
_MAX_ITEMS = 64

# Maximum number of blocks that a purge discards, so that a purge ends while the modem keeps
# writing.
_PURGE_BLOCKS = 16


class PlainCodec:
    """A codec that changes nothing.

    decode(block) passes bytes from the host to a sink, by calls of data(bytes), lines(mask, on),
    purge_input(), purge_output(), answer(bytes) and hold(on) in the order of the stream. decode()
    may raise ValueError to disconnect the host. encode(block) returns bytes for the host.
    """

    def __init__(self, sink):
        self.decode = sink.data

    def encode(self, block):
        return block


class Pump:
    """A byte pump with back-pressure, which buffers one or two blocks in each direction.

    Without a host the pump reads, drops and counts the modem's output, as an unconnected UART
    would lose it. The pump is the sink of the host's codec. Changes of the host's lines keep their
    position in the host's data.
    """

    def __init__(self, loop, modem, lines, on_eof, on_fault):
        """Start without a host. modem: a non-blocking socket; lines: the ControlLines.

        on_eof() is called when the host has closed its sending side, on_fault(text) when the codec
        has raised ValueError.
        """
        self.dropped = 0  # number of bytes from the modem that no host has received
        self._loop = loop
        self._modem = modem
        self._lines = lines
        self._on_eof = on_eof
        self._on_fault = on_fault
        self._codec = PlainCodec(self)
        self._host = None
        self._host_ended = False  # True if the host has closed its sending side
        self._host_closed = False  # True if a send has failed: the host receives no more bytes
        self._held = False  # True while the host suspends the modem's output
        # Queue for the modem: bytearrays, and line changes as (mask, on).
        self._to_modem = collections.deque()
        self._to_host = bytearray()
        lines.on_settled = self._on_settled
        self._watch()

    @property
    def waiting_for_modem(self):
        """Number of bytes in the queue for the modem."""
        return sum(len(each) for each in self._to_modem if isinstance(each, bytearray))

    @property
    def idle(self):
        """True if the queue for the modem is empty and all line changes are acknowledged."""
        return not self._to_modem and self._lines.settled

    @property
    def host_ended(self):
        """True if the host has closed its sending side."""
        return self._host_ended

    @property
    def host_closed(self):
        """True if the host no longer receives bytes."""
        return self._host_closed

    def attach(self, host, make_codec):
        """Connect a host (a non-blocking socket). make_codec(sink) returns its codec."""
        self._host = host
        self._host_ended = self._host_closed = self._held = False
        self._codec = make_codec(self)
        self._watch()

    def detach(self):
        """Disconnect the host.

        The modem still gets the host's queued bytes; bytes to the host are lost.
        """
        if self._host:
            self._loop.unwatch(self._host)
            self._host = None
            self._held = False
            self._drop_output()
            self._watch()

    # Methods that a codec calls

    def data(self, block):
        """Queue bytes for the modem."""
        if not self._to_modem or not isinstance(self._to_modem[-1], bytearray):
            self._to_modem.append(bytearray())
        self._to_modem[-1] += block

    def lines(self, mask, on):
        """Queue a change of the host's lines in `mask`."""
        self._to_modem.append((mask, on))

    def purge_input(self):
        """Discard unread bytes from the modem."""
        for _ in range(_PURGE_BLOCKS):
            self.dropped += len(_receive(self._modem) or b"")

    def purge_output(self):
        """Discard queued bytes for the modem. Queued line changes stay in the queue."""
        self._to_modem = collections.deque(
            each for each in self._to_modem if not isinstance(each, bytearray)
        )

    def answer(self, data):
        """Send bytes from the codec to the host."""
        if self._host and not self._host_closed:
            self._to_host += data
            self._watch()

    def hold(self, on):
        """Suspend (True) or resume (False) the modem's output."""
        self._held = on
        self._watch()

    # Methods that the owner of the pump calls

    def change_lines(self, mask, on):
        """Queue a change of the host's lines in `mask`, after all queued data."""
        self.lines(mask, on)
        self._flush_to_modem()
        self._watch()

    def discard_input(self):
        """Discard queued bytes for the modem, and apply the queued line changes at once."""
        self.purge_output()
        while self._to_modem:
            self._lines.set(*self._to_modem.popleft())
        self._watch()

    def abandon_input(self):
        """Discard queued bytes for the modem and read no more from this host."""
        self._host_ended = True
        self.discard_input()

    def close(self):
        """Disconnect the host and stop reading the modem."""
        self.detach()
        self._loop.unwatch(self._modem)

    def _watch(self):
        modem = 0 if self._to_host or self._held else READ
        if self._to_modem and self._lines.settled:
            modem |= WRITE
        self._loop.watch(self._modem, modem, self._on_modem)
        if self._host:
            self._loop.watch(self._host, self._host_events(), self._on_host)

    def _host_events(self):
        events = WRITE if self._to_host and not self._held else 0
        # _to_host does not grow while output is suspended, so its length does not matter.
        room = self._held or len(self._to_host) < _MAX_TO_HOST
        if room and self._modem_keeps_up() and not self._host_ended:
            events |= READ
        return events

    def _modem_keeps_up(self):
        return self.waiting_for_modem < BLOCK and len(self._to_modem) < _MAX_ITEMS

    def _on_settled(self):
        self._flush_to_modem()
        self._watch()

    def _on_modem(self, events):
        if events & WRITE:
            self._flush_to_modem()
        if events & READ:
            self._read_modem()
        self._watch()

    def _on_host(self, events):
        if events & WRITE:
            self._flush_to_host()
        if events & READ:
            self._read_host()
        self._watch()

    def _read_modem(self):
        # The modem's socket never reports end of file, because the launcher keeps the modem's end
        # of the socket pair open.
        block = _receive(self._modem)
        if block is None:
            return
        if self._host and not self._host_closed:
            self._to_host += self._codec.encode(block)
            self._flush_to_host()
        else:
            self.dropped += len(block)

    def _read_host(self):
        block = _receive(self._host)
        if block is None:
            return
        if not block:
            self._host_ended = True
            self._held = False  # the host can no longer resume the output
            self._on_eof()
            return
        try:
            self._codec.decode(block)
        except ValueError as error:
            self._host_ended = True
            self._on_fault(str(error))
        self._flush_to_modem()

    def _flush_to_modem(self):
        """Send queued data and line changes; wait for an acknowledgement after each change."""
        while self._to_modem and self._lines.settled:
            first = self._to_modem[0]
            if isinstance(first, bytearray):
                _send(self._modem, first)
                if first:
                    break
            else:
                self._lines.set(*first)
            self._to_modem.popleft()
        self._lines.notify(_notices(self._to_modem))

    def _flush_to_host(self):
        if self._host and not self._held and not _send(self._host, self._to_host):
            self._host_closed = True
            self._drop_output()

    def _drop_output(self):
        self.dropped += len(self._to_host)
        self._to_host.clear()


def _notices(items):
    """Return a bit mask of announcements for queued changes: DTR_WILL_DROP, RTS_WILL_RISE."""
    changes = [item for item in items if isinstance(item, tuple)]
    drops = any(mask & DTR and not on for mask, on in changes)
    rises = any(mask & RTS and on for mask, on in changes)
    return (DTR_WILL_DROP if drops else 0) | (RTS_WILL_RISE if rises else 0)


def _receive(source):
    """Read from a socket. Return a block, b"" at end of file, or None if no byte is available."""
    try:
        return source.recv(BLOCK)
    except BlockingIOError:
        return None
    except OSError:
        # For a serial port a reset by the peer is an ordinary end of the connection.
        return b""


def _send(sock, pending):
    """Send bytes and remove them from `pending` until the socket would block.

    Returns False if the connection is closed, otherwise True.
    """
    try:
        while pending:
            del pending[: sock.send(pending)]
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True
