"""Serial ports that log every byte on stderr: seconds since the start, direction, bytes.

The direction is > from the host, < to the host, -> to the radio, <- from the radio. User ids and
passwords of AT+WIPBR=2 are masked, and an echo is logged as its length only. A command line can be
masked only when it is complete. So the parts of an incomplete line are logged as byte counts, and
the line is logged when it is complete. A line that was masked or corrected is logged as the modem
has assembled it, not as it was typed.
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
_PIPE_BUF = 4096  # maximum number of bytes that Linux writes to a pipe atomically
_MAX_RADIO_BYTES = 256  # maximum number of bytes from the radio in one line of the trace
_START_MS = ticks_ms()
# Maximum bytes logged as typed. A longer command line is logged as the modem has assembled it.
_MAX_TYPED = 1024
_SLASH = 0x2F
_LINE_ENDS = (13, 10)
_QUOTE = b'"'


class TracedDte(Dte):
    """A DTE port that logs its bytes. attach() must be called before the first pass."""

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._modem = None
        self._read = bytearray()  # bytes that the modem has read and not consumed yet
        self._typed = bytearray()  # consumed bytes of a command line that is not complete
        self._written = 0  # number of bytes sent to the host
        # (start, end) of each echo in the bytes to the host, written or still waiting
        self._echoes = []

    def attach(self, modem):
        """Hook into a modem's line reader and writer, to record complete lines and echoes."""
        self._modem = modem
        self._host_mask = Mask(modem.context.settings)  # for bytes from the host
        self._modem_mask = Mask(modem.context.settings)  # for bytes to the host
        self._feed = modem.context.command.line.feed
        self._echo = modem.context.writer.echo
        modem.context.command.line.feed = self._traced_feed
        modem.context.writer.echo = self._traced_echo

    # Bytes from the host

    def readinto(self, buf):
        self._log_consumed()
        n = super().readinto(buf)
        self._read += buf[:n]
        return n

    def set_events(self, mask):
        """Set the poll events and log consumed bytes.

        Called at the end of every pass of the loop.
        """
        self._log_consumed()
        super().set_events(mask)

    def _log_consumed(self):
        """Log bytes that the modem has consumed outside a command line: data, or dropped bytes."""
        n = len(self._read) - self._modem.input.remaining()
        if n > 0:
            _log_bytes(self.label + ">", self._host_mask.show(self._next_read(n)))

    def _next_read(self, n):
        data = bytes(self._read[:n])
        self._read = self._read[n:]
        return data

    def _traced_feed(self, span, room):
        """Call the line reader's feed() and log the bytes that it consumes."""
        self._log_consumed()
        line = self._modem.context.command.line
        if self._typed and not line.busy():
            self._log_count("a discarded line", self._typed)
            self._typed = bytearray()
            self._host_mask.start_line(True)  # the next bytes may be the rest of a secret value
        start = span.start
        self._feed(span, room)
        typed = self._next_read(span.start - start)
        if line.busy() and not line.ready:
            self._log_count("a line", typed)
            self._typed = (self._typed + typed)[-_MAX_TYPED - 1 :]
            return
        typed = bytes(self._typed) + typed
        self._typed = bytearray()
        if line.ready and not self._is_repeat(typed[-1]):
            self._log_line(line, typed)
        else:
            _log_bytes(self.label + ">", self._host_mask.show(typed))

    def _log_count(self, what, typed):
        if typed:
            _log_text(self.label + ">", "(%d bytes of %s)" % (len(typed), what))

    def _is_repeat(self, last):
        """Return True if A/ has completed the line. Return False if S3 is a slash (not known)."""
        return last & 0x7F == _SLASH and self._modem.context.settings[S3] != _SLASH

    def _log_line(self, line, typed):
        """Log a complete line as typed.

        If the line was masked, corrected or too long, log the line as the modem has assembled it.
        """
        text = bytes(line.buf[: line.n])
        shown = hide(text)
        s5 = self._modem.context.settings[S5]
        deleted = any(byte & 0x7F == s5 for byte in typed[:-1])
        if shown == text and not (deleted or line.too_long or len(typed) > _MAX_TYPED):
            starts_with_at = bytes(byte & 0x5F for byte in typed[:2]) == b"AT"
            shown = typed if starts_with_at else self._host_mask.show(typed)
            self._host_mask.start_line()
        else:
            shown = b"AT" + shown + (b"..." if line.too_long else b"") + typed[-1:]
            # The user may have meant the character that ended the line as part of a value. In that
            # case the next bytes are the rest of the value.
            open_quote = text.count(_QUOTE) % 2 == 1
            self._host_mask.start_line(open_quote or typed[-1] & 0x7F not in _LINE_ENDS)
        _log_bytes(self.label + ">", shown)

    # Bytes to the host

    def _traced_echo(self, buf, off, n):
        """Call the writer's echo() and remember where the echo lies in the output."""
        start = self._written + self._modem.context.writer.out.count()
        self._echoes.append((start, start + n))
        self._echo(buf, off, n)

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        data = bytes(buf[off : off + n])
        while data:
            data = data[self._log_written(data) :]
        return n

    def _log_written(self, data):
        """Log the bytes before the next echo, or the echo's length.

        Return the number of bytes logged.
        """
        start, end = self._echoes[0] if self._echoes else (self._written + len(data), 0)
        n = min(start - self._written, len(data))
        if n > 0:
            _log_bytes(self.label + "<", self._modem_mask.show(data[:n]))
        else:
            n = min(end - self._written, len(data))
            _log_text(self.label + "<", "(%d bytes of echo)" % n)
        self._written += n
        if self._written == end:
            self._echoes.pop(0)
        return n

    def set_dcd(self, on):
        super().set_dcd(on)
        _log_text(self.label + "<", "DCD on" if on else "DCD off")


class TracedRadioPort(RadioPort):
    """A radio port that logs its bytes. Received bytes are collected up to the next pause."""

    def __init__(self, poller, data_fd, lines_fd):
        super().__init__(poller, data_fd, lines_fd)
        self._received = bytearray()  # received bytes that are not logged yet
        self._received_ms = 0  # time in ms at which the first byte of _received arrived

    def readinto(self, buf):
        n = super().readinto(buf)
        if n > 0 and not self._received:
            self._received_ms = ticks_ms()
        self._received += bytes(buf[:n])
        if n <= 0 or len(self._received) >= _MAX_RADIO_BYTES:
            self._log_received()
        return n

    def write(self, buf, off, n):
        self._log_received()
        n = super().write(buf, off, n)
        _log_bytes("->", bytes(buf[off : off + n]))
        return n

    def set_dtr(self, on):
        self._log_received()
        super().set_dtr(on)
        _log_text("->", "DTR on" if on else "DTR off")

    def _log_received(self):
        if self._received:
            _log_text("<-", repr(bytes(self._received))[1:], self._received_ms)
            self._received = bytearray()


class _Log:
    """Lines on stderr, which is a pipe to the launcher.

    A line is dropped and counted if the pipe is full, so that the modem never waits. The next line
    that fits reports how many lines were lost.
    """

    def __init__(self):
        self._poller = Poller()
        self._poller.register(_STDERR, OUT)
        self._lost = 0  # number of lines dropped since the last report of lost lines
        self._cut = False  # True if the end of the last line is missing in the log

    def write(self, line):
        """Write a line or drop it. Never blocks."""
        line = line + "\n"
        if self._lost:
            line = "wipmodem: %d lines of the trace were lost\n%s" % (self._lost, line)
        if self._cut:
            line = "\n" + line
        for start in range(0, len(line), _PIPE_BUF):
            if not self._write_piece(line[start : start + _PIPE_BUF]):
                self._lost += 1
                self._cut = self._cut or start > 0
                return
        self._lost = 0
        self._cut = False

    def _write_piece(self, text):
        """Write up to _PIPE_BUF characters in one piece. Return False if nothing was written."""
        for _ in self._poller.ipoll(0):
            try:
                sys.stderr.write(text)
            except OSError:
                return False  # the launcher has closed the pipe
            return True
        return False


_log = _Log()


def log_line(text):
    """Log a message from the modem, without a timestamp."""
    _log.write("wipmodem: " + text)


def _log_bytes(sign, data):
    if data:
        _log_text(sign, repr(data)[1:])


def _log_text(sign, text, at_ms=None):
    ms = ticks_diff(ticks_ms() if at_ms is None else at_ms, _START_MS)
    _log.write("%5d.%03d %s %s" % (ms // 1000, ms % 1000, sign, text))
