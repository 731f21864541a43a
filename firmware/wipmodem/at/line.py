"""From DTE bytes to one command line: prefix, echo, editing, terminators (F10-F16, H1-H3).

IDLE: all is ignored, unechoed, until A. A_SEEN: T begins the body, / repeats the last line,
anything else is again IDLE. BODY: up to S3, or LF. A complete line stays until `done()`; what
follows it in the block is left to the caller, so that commands sent ahead are kept (H3).

Outside quotes only the low seven bits of a character count (F10). Within them all eight do, and
are kept (H24): 8D in a text is no CR, and A2 no quote.
"""

from ..compat import const
from ..settings import DIALECT, ECHO, S3, S5, WIPSOFT

_IDLE = const(0)
_A_SEEN = const(1)
_BODY = const(2)

_LF = const(10)
_LF_MS = const(10)  # how long the LF after a CR is waited for (H17)
_SPACE = const(0x20)
_QUOTE = const(0x22)
_SEVEN_BITS = const(0x7F)
_BIT_8 = const(0x80)


class LineReader:
    """`buf[:n]` is the body, without AT; `too_long` if it did not fit; `ready` when complete."""

    def __init__(self, size, settings, writer, span):
        self.buf = bytearray(size)
        self.input = span  # host bytes that were read and not handled yet
        self.n = 0
        self.too_long = False
        self.ready = False
        self.sends_lf = False  # the host's habit: its last line ended in CR LF (H1)
        self.waits_for_lf = False  # H17: it is echoed before the line's answer
        self.expects_lf = True  # by the host's habit, as far as it is known
        self._ended = False  # a line just did: the next character shows
        self._drops_lf = False  # an LF that comes next belongs to the command line, not to data
        self._settings = settings
        self._writer = writer
        self._state = _IDLE
        self._prefix = bytearray(2)
        self._stops = b"\r\b\n"  # S3, S5, LF; bytes, for MicroPython finds numbers in no other
        self._blanks = False  # there are some to drop
        self._bits = _SEVEN_BITS  # of a character that count where the line stands

    def busy(self):
        """From the A of a command on: no unsolicited line may be said (F7)."""
        return self._state != _IDLE or self.ready

    def expect_data(self):
        """Take what follows for data, but for the LF of the command line, if any (H1)."""
        self._drops_lf = self._ended and self.sends_lf
        self._ended = False
        self.drop_lf()

    def drop_lf(self):
        """Take the LF of the command line before data off the input, once it is there (H1)."""
        if self._drops_lf and self.input.left():
            self._drops_lf = False
            if self.input.buf[self.input.start] == _LF:
                self.input.take(1)

    def lf_is_settled(self, age_ms):
        """Return True once the LF after a CR has come, or will not come (H17). age_ms: time since
        the CR."""
        if self.input.left():
            self.take_lf(self.input)
        elif not self.expects_lf or age_ms >= _LF_MS:
            self.waits_for_lf = False
        return not self.waits_for_lf

    def feed(self, span, room):
        """Take bytes up to the end of a line; at most `room`, which is left for the echo."""
        end = min(span.end, span.start + room)
        start = span.start
        if self._state != _BODY and not self._begins_at_once(span, end):
            self._find_prefix(span, end)
            start = span.start
        if self._state == _BODY:
            self._collect(span, end)
            if self._settings[ECHO] and span.start > start:
                self._writer.echo(span.buf, start, span.start - start)

    def done(self):
        """The line has had its final result. It is kept for A/."""
        self.ready = False

    def inject(self, body):
        """A line that nobody has typed."""
        self.n = len(body)
        self.buf[: self.n] = body
        self.too_long = False
        self.ready = True

    def reset(self):
        """Forget a line begun, as when DTR drops, and what comes next: it is no command."""
        self.ready = self._ended = self.waits_for_lf = False
        self._state = _IDLE

    def _begins_at_once(self, span, end):
        """AT stands right here, as it mostly does."""
        start = span.start
        if self._state != _IDLE or self.ready or span.buf.find(b"AT", start, end) != start:
            return False
        if self._ended:
            self._ended = self.sends_lf = self.expects_lf = False
        span.start = start + 2
        self._begin()
        return True

    def _begin(self):
        self.n = 0
        self.too_long = False
        self._bits = _SEVEN_BITS
        self._state = _BODY
        settings = self._settings
        if settings[S3] != self._stops[0] or settings[S5] != self._stops[1]:
            self._stops = bytes((settings[S3], settings[S5], _LF))

    def _find_prefix(self, span, end):
        while span.start < end and self._state != _BODY and not self.ready:
            self._prefix_char(span.buf[span.start])
            span.take(1)

    def _prefix_char(self, typed):
        if self._ended:
            self._ended = False
            self.sends_lf = self.expects_lf = typed & 0x7F == _LF
            if self.sends_lf and self._echoes_lf():
                self._echo_lf(typed)
        char = typed & 0x5F  # F10, and upper case
        if self._state == _IDLE or char == 0x41:
            self._state = _A_SEEN if char == 0x41 else _IDLE
            self._prefix[0] = typed
            return
        # 0x2F, the slash of A/, is 0x0F here; so is the control character, hence the second look.
        repeat = typed & 0x7F == 0x2F
        if repeat:
            self.ready = True
        self._state = _IDLE
        if char == 0x54:
            self._begin()
        if (repeat or char == 0x54) and self._settings[ECHO]:
            self._prefix[1] = typed
            self._writer.echo(self._prefix, 0, 2)

    # The LF behind CR, which WIPsoft echoes (H17)

    def take_lf(self, span):
        """The character behind the CR of a complete line is here."""
        self.waits_for_lf = False
        self.expects_lf = span.buf[span.start] & 0x7F == _LF
        if self.expects_lf:
            self._ended = False
            self.sends_lf = True
            self._echo_lf(_LF)
            span.take(1)

    def _echo_lf(self, typed):
        self._prefix[0] = typed
        self._writer.echo(self._prefix, 0, 1)

    def _echoes_lf(self):
        return self._settings[ECHO] and self._settings[DIALECT] == WIPSOFT

    def _collect(self, span, end):
        while span.start < end and not self.ready:
            self._keep(span, end)
            if span.start < end:
                self._stop(span.buf[span.start] & self._bits)
                span.start += 1

    def _keep(self, span, end):
        """The characters up to one that means something, or does not fit."""
        i = span.start
        bits = self._bits
        end = min(end, i + self._room())
        while i < end:
            char = span.buf[i] & bits
            if char in self._stops:
                break
            if char <= _SPACE:
                self._blanks = True
            elif char == _QUOTE:
                bits ^= _BIT_8
            self.buf[self.n] = char
            self.n += 1
            i += 1
        self._bits = bits
        span.start = i

    def _room(self):
        return len(self.buf) - self.n

    def _stop(self, char):
        if char == self._stops[0]:  # F15: S3 before S5 before all else
            self._ended = True
            self.waits_for_lf = self._echoes_lf()
            self._complete()
        elif char == self._stops[1]:
            self._delete()
        elif char == _LF:  # H1
            self._complete()
        else:
            self.too_long = True  # or it would have been kept
            if char == _QUOTE:
                self._bits ^= _BIT_8

    def _delete(self):
        """Take back the last character; what follows a quote that is gone is outside it again."""
        if self.n:
            self.n -= 1
            if self.buf[self.n] == _QUOTE:
                self._bits ^= _BIT_8

    def _complete(self):
        self.ready = True
        self._state = _IDLE
        if self._blanks:
            self._blanks = False
            self._strip()

    def _strip(self):
        """Drop control characters (F14), and blanks outside quotes (Q36)."""
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
