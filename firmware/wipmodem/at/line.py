"""The command line reader: prefix, echo, editing and terminators (F10-F16, H1-H3).

The reader has three states:

    IDLE    bytes before an A are dropped without echo
    A_SEEN  T begins the body, / repeats the last line, any other byte returns to IDLE
    BODY    bytes are stored, up to the character in S3 or an LF

A complete line stays in the buffer until done(). The reader does not consume the bytes after a
complete line, so that command lines which the host sends ahead are not lost (H3).

Outside quotes, only the low seven bits of a character count (F10). Within quotes, all eight bits
count and are stored (H24): there, the byte 0x8D is not a CR, and 0xA2 is not a quote.
"""

from ..compat import const
from ..settings import DIALECT, ECHO, S3, S5, WIPSOFT

_IDLE = const(0)
_A_SEEN = const(1)
_BODY = const(2)

_LF = const(10)
_LF_MS = const(10)  # longest wait for the LF after a CR, in ms (H17)
_SPACE = const(0x20)
_QUOTE = const(0x22)
_SLASH = const(0x2F)
_A = const(0x41)
_T = const(0x54)
# Mask that clears bit 7 and bit 5 of a character, so that an ASCII letter becomes upper case.
_UPPER_CASE = const(0x5F)
_SEVEN_BITS = const(0x7F)
_BIT_8 = const(0x80)


class LineReader:
    """Reader that collects one command line of at most `size` characters and echoes it.

    `buf[:n]` is the body: the line without AT and without its terminator. writer: Writer for the
    echo. span: Span with the host bytes. Reading a line allocates only after a change of S3 or S5.
    """

    def __init__(self, size, settings, writer, span):
        self.buf = bytearray(size)
        self.input = span  # Span of host bytes that were read and not handled yet
        self.n = 0  # number of characters in the body of the command line
        self.too_long = False  # True if the body of the command line did not fit into `buf`
        self.ready = False  # True while a complete line waits for its final result code
        self.sends_lf = False  # True if the last line from the host ended in CR LF (H1)
        # True while the response to a complete line waits for the LF after the CR of that line,
        # because the modem has to echo the LF before the response (H17).
        self.waits_for_lf = False
        self.expects_lf = True  # False after the host has sent a line without an LF
        # True if no character has arrived since the terminator (S3) of the last command line.
        self._just_ended = False
        # True if the next byte, if it is an LF, belongs to the command line and is not data.
        self._drops_lf = False
        self._settings = settings
        self._writer = writer
        self._state = _IDLE
        self._prefix = bytearray(2)  # both characters of AT or A/ as received, for the echo
        # The characters in S3 and S5, and LF. This is a bytes object, because in MicroPython the
        # operator `in` does not find a number in a bytearray.
        self._stops = b"\r\b\n"
        # True if the body has spaces or control characters, which _strip() may have to remove.
        self._has_blanks = False
        # Mask of the bits that count in the next character: eight bits within quotes, else seven.
        self._mask = _SEVEN_BITS

    def busy(self):
        """Return True from the first A of a command line to the final result code of that line.

        During this time no URC may be sent (F7).
        """
        return self._state != _IDLE or self.ready

    def expect_data(self):
        """Treat the next host bytes as data, except an LF that ends the command line (H1)."""
        self._drops_lf = self._just_ended and self.sends_lf
        self._just_ended = False
        self.drop_lf()

    def drop_lf(self):
        """Consume the next host byte if it is the LF between a command line and data (H1)."""
        if self._drops_lf and self.input.remaining():
            self._drops_lf = False
            if self.input.buf[self.input.start] == _LF:
                self.input.consume(1)

    def lf_is_settled(self, age_ms):
        """Return True if the LF after the CR of a line has arrived or is not expected (H17).

        age_ms: time in ms since the CR.
        """
        if self.input.remaining():
            self.take_lf(self.input)
        elif not self.expects_lf or age_ms >= _LF_MS:
            self.waits_for_lf = False
        return not self.waits_for_lf

    def feed(self, span, room):
        """Consume host bytes from `span` up to the end of a command line, and echo these bytes.

        room: output bytes that the echo may use. At most `room` bytes are consumed.
        """
        end = min(span.end, span.start + room)
        start = span.start
        if self._state != _BODY and not self._skip_prefix(span, end):
            self._find_prefix(span, end)
            start = span.start
        if self._state == _BODY:
            self._collect(span, end)
            if self._settings[ECHO] and span.start > start:
                self._writer.echo(span.buf, start, span.start - start)

    def done(self):
        """Finish the complete line, after its final result code. A/ can still repeat that line."""
        self.ready = False

    def inject(self, body):
        """Store `body`, bytes, as a complete command line that does not come from the host."""
        self.n = len(body)
        self.buf[: self.n] = body
        self.too_long = False
        self.ready = True

    def reset(self):
        """Drop a command line that has begun or is complete, for example when DTR drops.

        If the next byte is an LF, that LF does not count as a part of the dropped line.
        """
        self.ready = self._just_ended = self.waits_for_lf = False
        self._state = _IDLE

    # The prefix

    def _skip_prefix(self, span, end):
        """Skip the prefix and begin the body, if the span starts with AT, as in most cases.

        Return True if the span starts with AT.
        """
        start = span.start
        if self._state != _IDLE or self.ready or span.buf.find(b"AT", start, end) != start:
            return False
        if self._just_ended:
            self._just_ended = self.sends_lf = self.expects_lf = False
        span.start = start + 2
        self._begin_body()
        return True

    def _find_prefix(self, span, end):
        while span.start < end and self._state != _BODY and not self.ready:
            self._prefix_char(span.buf[span.start])
            span.consume(1)

    def _prefix_char(self, typed):
        if self._just_ended:
            self._after_end(typed)
        char = typed & _UPPER_CASE
        if self._state == _IDLE or char == _A:
            self._state = _A_SEEN if char == _A else _IDLE
            self._prefix[0] = typed
            return
        self._state = _IDLE
        # The test for a slash uses `typed` and not `char`, because the mask _UPPER_CASE turns a
        # slash into a control character.
        if typed & _SEVEN_BITS == _SLASH:
            self.ready = True
        elif char == _T:
            self._begin_body()
        else:
            return
        if self._settings[ECHO]:
            self._prefix[1] = typed
            self._writer.echo(self._prefix, 0, 2)

    def _after_end(self, typed):
        """Detect whether the host ends lines with an LF. typed: first character after a line."""
        self._just_ended = False
        self.sends_lf = self.expects_lf = typed & _SEVEN_BITS == _LF
        if self.sends_lf and self._echoes_lf():
            self._echo_lf(typed)

    def _begin_body(self):
        self.n = 0
        self.too_long = False
        self._mask = _SEVEN_BITS
        self._state = _BODY
        settings = self._settings
        if settings[S3] != self._stops[0] or settings[S5] != self._stops[1]:
            self._stops = bytes((settings[S3], settings[S5], _LF))

    # The LF after the CR, which the dialect wipsoft echoes (H17)

    def take_lf(self, span):
        """Consume and echo the first character in `span` if it is the LF of the complete line."""
        self.waits_for_lf = False
        self.expects_lf = span.buf[span.start] & _SEVEN_BITS == _LF
        if self.expects_lf:
            self._just_ended = False
            self.sends_lf = True
            self._echo_lf(_LF)
            span.consume(1)

    def _echo_lf(self, typed):
        self._prefix[0] = typed
        self._writer.echo(self._prefix, 0, 1)

    def _echoes_lf(self):
        return self._settings[ECHO] and self._settings[DIALECT] == WIPSOFT

    # The body

    def _collect(self, span, end):
        while span.start < end and not self.ready:
            self._store(span, end)
            if span.start < end:
                self._stop(span.buf[span.start] & self._mask)
                span.start += 1

    def _store(self, span, end):
        """Store characters up to one of those in `_stops`, or until the line buffer is full."""
        i = span.start
        mask = self._mask
        end = min(end, i + self._room())
        while i < end:
            char = span.buf[i] & mask
            if char in self._stops:
                break
            if char <= _SPACE:
                self._has_blanks = True
            elif char == _QUOTE:
                mask ^= _BIT_8
            self.buf[self.n] = char
            self.n += 1
            i += 1
        self._mask = mask
        span.start = i

    def _room(self):
        return len(self.buf) - self.n

    def _stop(self, char):
        """Handle the character at which _store() has stopped."""
        # If S3, S5 and LF are not all different, S3 has priority over S5, and S5 over LF (F15).
        if char == self._stops[0]:
            self._just_ended = True
            self.waits_for_lf = self._echoes_lf()
            self._complete()
        elif char == self._stops[1]:
            self._delete()
        elif char == _LF:  # an LF ends a command line too (H1)
            self._complete()
        else:
            # A character that is not in `_stops` gets here only if the line buffer is full.
            self.too_long = True
            if char == _QUOTE:
                self._mask ^= _BIT_8

    def _delete(self):
        """Remove the last character of the body. A removed quote opens or closes a quoted text."""
        if self.n:
            self.n -= 1
            if self.buf[self.n] == _QUOTE:
                self._mask ^= _BIT_8

    def _complete(self):
        self.ready = True
        self._state = _IDLE
        if self._has_blanks:
            self._has_blanks = False
            self._strip()

    def _strip(self):
        """Remove control characters (F14), and spaces outside quotes (Q36), from the body."""
        kept = i = 0
        quoted = False
        while i < self.n:
            char = self.buf[i]
            if char == _QUOTE:
                quoted = not quoted
            if char > _SPACE or (quoted and char == _SPACE):
                self.buf[kept] = char
                kept += 1
            i += 1
        self.n = kept
