"""Blocks of bytes between the modem's socket and the socket of one host at a time."""

import collections

from .controllines import DROP_COMES, DTR, RTS, RTS_COMES
from .eventloop import READ, WRITE

BLOCK = 4096

# What a codec may add to the modem's bytes (answers to telnet requests) before the host is made
# to wait: a host that asks and never reads must not fill our memory.
_ANSWERS = 16 * 1024

# Bytes and changes of lines for the modem, before the host is made to wait. A change that lets the
# modem go on (RTS) may follow others that it cannot take yet.
_ITEMS = 64

# A purge must end even while the modem goes on writing.
_PURGE_BLOCKS = 16


class PlainCodec:
    """Bytes as they are.

    A codec passes what the host sends to its sink, in the order of the stream: data(bytes),
    lines(mask, on), purge_input(), purge_output(), answer(bytes), hold(on). decode() may raise
    ValueError: then the host has to go.
    """

    def __init__(self, sink):
        self.decode = sink.data

    def encode(self, block):
        return block


class Pump:
    """Back-pressure both ways: a side is read only when what it said before has been passed on.

    So a block or two each way is all that is held here. With no host the modem talks into the air,
    as a UART does: what it writes is read, dropped and counted. on_eof() is called when the host
    has closed its sending side, on_fault(text) when the codec wants it to go.

    A change of the host's lines (ControlLines) keeps its place among the host's bytes. The pump is
    the sink of the codec.
    """

    def __init__(self, loop, modem, lines, on_eof, on_fault):
        self.dropped = 0
        self._loop = loop
        self._modem = modem
        self._lines = lines
        self._on_eof = on_eof
        self._on_fault = on_fault
        self._codec = PlainCodec(self)
        self._host = None
        # The host has closed its sending side; the host does not take bytes any more; the host
        # has asked for a pause of the modem's output.
        self._host_ended = False
        self._host_deaf = False
        self._held = False
        # Bytes and changes of lines (mask, on) for the modem, in order.
        self._to_modem = collections.deque()
        self._to_host = bytearray()
        lines.on_settled = self._on_settled
        self._watch()

    @property
    def waiting_for_modem(self):
        """How many bytes the modem has not taken yet."""
        return sum(len(each) for each in self._to_modem if isinstance(each, bytearray))

    @property
    def idle(self):
        """True when the modem has taken all bytes and changes of lines."""
        return not self._to_modem and self._lines.settled

    @property
    def host_ended(self):
        return self._host_ended

    @property
    def host_deaf(self):
        return self._host_deaf

    def attach(self, host, make_codec):
        """Serve this host; its codec may have something to say from the first."""
        self._host = host
        self._host_ended = self._host_deaf = self._held = False
        self._codec = make_codec(self)
        self._watch()

    def detach(self):
        """Let the host go: what it still said is passed on, what it would have heard is lost."""
        if self._host:
            self._loop.unwatch(self._host)
            self._host = None
            self._held = False
            self._drop_output()
            self._watch()

    # What a codec finds in the host's stream

    def data(self, block):
        """Bytes for the modem."""
        if not self._to_modem or not isinstance(self._to_modem[-1], bytearray):
            self._to_modem.append(bytearray())
        self._to_modem[-1] += block

    def lines(self, mask, on):
        """A change of the host's lines."""
        self._to_modem.append((mask, on))

    def purge_input(self):
        """Throw away what the modem has written and nobody has read yet."""
        for _ in range(_PURGE_BLOCKS):
            self.dropped += len(_receive(self._modem) or b"")

    def purge_output(self):
        """Throw away the host's bytes that the modem has not taken."""
        self._to_modem = collections.deque(
            each for each in self._to_modem if not isinstance(each, bytearray)
        )

    def answer(self, data):
        """Bytes of the codec's own, for the host."""
        if self._host and not self._host_deaf:
            self._to_host += data
            self._watch()

    def hold(self, on):
        """Pause the modem's output, or resume it: meanwhile the modem has to wait."""
        self._held = on
        self._watch()

    # What the line's owner asks for

    def change_lines(self, mask, on):
        """Change the host's lines after all that waits for the modem."""
        self.lines(mask, on)
        self._flush_to_modem()
        self._watch()

    def forget(self):
        """Throw away the bytes that the modem has not taken. Its lines get their last state."""
        self.purge_output()
        while self._to_modem:
            self._lines.set(*self._to_modem.popleft())
        self._watch()

    def abandon_input(self):
        """Throw away what the modem has not taken and listen to this host no more."""
        self._host_ended = True
        self.forget()

    def close(self):
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
        # While the modem is held nothing is added to what the host has not taken.
        room = self._held or len(self._to_host) < _ANSWERS
        if room and self._modem_keeps_up() and not self._host_ended:
            events |= READ
        return events

    def _modem_keeps_up(self):
        return self.waiting_for_modem < BLOCK and len(self._to_modem) < _ITEMS

    def _on_settled(self):
        self._flush_to_modem()
        self._watch()

    def _on_modem(self, events):
        if events & WRITE:
            self._flush_to_modem()
        if events & READ:
            self._take_from_modem()
        self._watch()

    def _on_host(self, events):
        if events & WRITE:
            self._flush_to_host()
        if events & READ:
            self._take_from_host()
        self._watch()

    def _take_from_modem(self):
        # Never b"": whoever owns the pump holds the modem's end open as well.
        block = _receive(self._modem)
        if block is None:
            return
        if self._host and not self._host_deaf:
            self._to_host += self._codec.encode(block)
            self._flush_to_host()
        else:
            self.dropped += len(block)

    def _take_from_host(self):
        block = _receive(self._host)
        if block is None:
            return
        if not block:
            self._host_ended = True
            self._held = False  # there will be no RESUME
            self._on_eof()
            return
        try:
            self._codec.decode(block)
        except ValueError as error:
            self._host_ended = True
            self._on_fault(str(error))
        self._flush_to_modem()

    def _flush_to_modem(self):
        """Pass on bytes and changes of lines, as far as the modem has taken those before."""
        while self._to_modem and self._lines.settled:
            first = self._to_modem[0]
            if isinstance(first, bytearray):
                _send(self._modem, first)
                if first:
                    break
            else:
                self._lines.set(*first)
            self._to_modem.popleft()
        self._lines.notice(_notices(self._to_modem))

    def _flush_to_host(self):
        if self._host and not self._held and not _send(self._host, self._to_host):
            self._host_deaf = True
            self._drop_output()

    def _drop_output(self):
        self.dropped += len(self._to_host)
        self._to_host.clear()


def _notices(items):
    """What the modem has to know of the changes that wait: DROP_COMES, RTS_COMES."""
    changes = [item for item in items if isinstance(item, tuple)]
    drops = any(mask & DTR and not on for mask, on in changes)
    rises = any(mask & RTS and on for mask, on in changes)
    return (DROP_COMES if drops else 0) | (RTS_COMES if rises else 0)


def _receive(source):
    """A block, b"" at the end, None when there is nothing yet."""
    try:
        return source.recv(BLOCK)
    except BlockingIOError:
        return None
    except OSError:
        # Reset by the other side: for a serial port that is an end like any other.
        return b""


def _send(sink, pending):
    """Send what the sink takes and remove it from `pending`; False when the sink is gone."""
    try:
        while pending:
            del pending[: sink.send(pending)]
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True
