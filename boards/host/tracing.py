"""Serial ports with every byte shown on stderr: seconds since start, who said it, bytes.

> is said by the host and < to it; -> is said to the radio and <- by it. User ids and passwords of
AT+WIPBR=2 are not shown, nor is any echo: of that its length is. A command line is shown when it
is complete, and until then only how many bytes of it have come, for only then is it known what it
means. Where a value was taken out, or characters were deleted, it stands as the modem has read it.
"""

import sys

from dteport import Dte
from masking import Mask, hide
from radioport import RadioPort
from system import Poller, ticks_ms
from wipmodem.clock import ticks_diff
from wipmodem.contract import OUT
from wipmodem.settings import S3, S5

_STDERR = 2
_PIPE_BUF = 4096  # bytes that a pipe takes at once: Linux has this
_MOST_AT_ONCE = 256
_START_MS = ticks_ms()
_LONGEST = 1024  # bytes that were typed for one line; of more the line is shown as it was read
_SLASH = 0x2F
_ENDS = (13, 10)
_QUOTE = b'"'


class TracedDte(Dte):
    """Follows what the modem makes of the host's bytes: see `attach`."""

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._modem = None
        self._read = bytearray()  # that the modem has not taken yet
        self._typed = bytearray()  # taken, of a line that is not complete
        self._written = 0  # bytes, to the host
        self._echoes = []  # (start, end) of echo among them, and among those that wait

    def attach(self, modem):
        """Look on from here as the line reader takes bytes and the writer echoes them."""
        self._modem = modem
        self._host = Mask(modem.context.settings)
        self._far_end = Mask(modem.context.settings)
        self._feed = modem.context.command.line.feed
        self._echo = modem.context.writer.echo
        modem.context.command.line.feed = self._feeding
        modem.context.writer.echo = self._echoing

    # From the host

    def readinto(self, buf):
        self._show_taken()
        n = super().readinto(buf)
        self._read += buf[:n]
        return n

    def want(self, mask):
        """Called at the end of every pass."""
        self._show_taken()
        super().want(mask)

    def _show_taken(self):
        """What the modem has taken otherwise than for a line is data, or was dropped."""
        n = len(self._read) - self._modem.host.left()
        if n > 0:
            _show(self.label + ">", self._host.show(self._next_read(n)))

    def _next_read(self, n):
        data = bytes(self._read[:n])
        self._read = self._read[n:]
        return data

    def _feeding(self, span, room):
        """In the place of the line reader's feed()."""
        self._show_taken()
        line = self._modem.context.command.line
        if self._typed and not line.busy():
            self._tell_typed("a line that was given up", self._typed)
            self._typed = bytearray()
            self._host.line_ends(True)  # what follows may be the rest of a value
        start = span.start
        self._feed(span, room)
        typed = self._next_read(span.start - start)
        if line.busy() and not line.ready:
            self._tell_typed("a line", typed)
            self._typed = (self._typed + typed)[-_LONGEST - 1 :]
            return
        typed = bytes(self._typed) + typed
        self._typed = bytearray()
        repeats = line.ready and self._repeats(typed[-1])
        if line.ready and not repeats:
            self._show_line(line, typed)
        else:
            _show(self.label + ">", self._host.show(typed))

    def _tell_typed(self, what, typed):
        if typed:
            _tell(self.label + ">", "(%d bytes of %s)" % (len(typed), what))

    def _repeats(self, last):
        """Return whether a line is complete by A/. Where S3 is a slash that is unknown: False."""
        return last & 0x7F == _SLASH and self._modem.context.settings[S3] != _SLASH

    def _show_line(self, line, typed):
        """A complete line: as typed, unless that tells more than how the modem has read it."""
        text = bytes(line.buf[: line.n])
        shown = hide(text)
        s5 = self._modem.context.settings[S5]
        deleted = any(byte & 0x7F == s5 for byte in typed[:-1])
        if shown == text and not (deleted or line.too_long or len(typed) > _LONGEST):
            at_once = bytes(byte & 0x5F for byte in typed[:2]) == b"AT"
            shown = typed if at_once else self._host.show(typed)
            self._host.line_ends()
        else:
            shown = b"AT" + shown + (b"..." if line.too_long else b"") + typed[-1:]
            # The value may have held what ended the line.
            open_quote = text.count(_QUOTE) % 2 == 1
            self._host.line_ends(open_quote or typed[-1] & 0x7F not in _ENDS)
        _show(self.label + ">", shown)

    # To the host

    def _echoing(self, buf, off, n):
        """In the place of the writer's echo()."""
        start = self._written + self._modem.context.writer.out.count()
        self._echoes.append((start, start + n))
        self._echo(buf, off, n)

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        data = bytes(buf[off : off + n])
        while data:
            data = data[self._show_written(data) :]
        return n

    def _show_written(self, data):
        """Show what stands before the next echo, or the length of that: how many bytes that is."""
        start, end = self._echoes[0] if self._echoes else (self._written + len(data), 0)
        n = min(start - self._written, len(data))
        if n > 0:
            _show(self.label + "<", self._far_end.show(data[:n]))
        else:
            n = min(end - self._written, len(data))
            _tell(self.label + "<", "(%d bytes of echo)" % n)
        self._written += n
        if self._written == end:
            self._echoes.pop(0)
        return n

    def set_dcd(self, on):
        super().set_dcd(on)
        _tell(self.label + "<", "DCD on" if on else "DCD off")


class TracedRadioPort(RadioPort):
    """The radio's answers are read byte by byte; they are shown as they came, up to a pause."""

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._came = bytearray()
        self._came_ms = 0

    def readinto(self, buf):
        n = super().readinto(buf)
        if n > 0 and not self._came:
            self._came_ms = ticks_ms()
        self._came += bytes(buf[:n])
        if n <= 0 or len(self._came) >= _MOST_AT_ONCE:
            self._show_came()
        return n

    def write(self, buf, off, n):
        self._show_came()
        n = super().write(buf, off, n)
        _show("->", bytes(buf[off : off + n]))
        return n

    def set_dtr(self, on):
        self._show_came()
        super().set_dtr(on)
        _tell("->", "DTR on" if on else "DTR off")

    def _show_came(self):
        if self._came:
            _tell("<-", repr(bytes(self._came))[1:], self._came_ms)
            self._came = bytearray()


class _Log:
    """Lines for stderr. There the launcher has a pipe, which it reads as long as it runs: a line
    for which that has no room is dropped and counted, and the next one says so."""

    def __init__(self):
        self._poller = Poller()
        self._poller.register(_STDERR, OUT)
        self._lost = 0
        self._cut = False  # the last line has no end

    def put(self, line):
        line = line + "\n"
        if self._lost:
            line = "wipmodem: %d lines of the trace were lost\n%s" % (self._lost, line)
        if self._cut:
            line = "\n" + line
        for start in range(0, len(line), _PIPE_BUF):
            if not self._takes(line[start : start + _PIPE_BUF]):
                self._lost += 1
                self._cut = self._cut or start > 0
                return
        self._lost = 0
        self._cut = False

    def _takes(self, text):
        """Written at once and whole, as a pipe that is ready takes so much; or not at all."""
        for _ in self._poller.ipoll(0):
            try:
                sys.stderr.write(text)
            except OSError:
                return False  # the launcher is gone
            return True
        return False


_log = _Log()


def tell_line(words):
    """What the modem has made of its line, for whoever wants to know more."""
    _log.put("wipmodem: " + words)


def _show(sign, data):
    if data:
        _tell(sign, repr(data)[1:])


def _tell(sign, words, at_ms=None):
    ms = ticks_diff(ticks_ms() if at_ms is None else at_ms, _START_MS)
    _log.put("%5d.%03d %s %s" % (ms // 1000, ms % 1000, sign, words))
