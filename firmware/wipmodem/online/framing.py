"""ETX and DLE in data mode: ETX is a mark, DLE makes the byte after it data (D15, D16, Q23, Q24,
H12)."""

from ..compat import const
from .tcp import SocketChannel

ETX = b"\x03"
DLE = b"\x10"
_DLE_CODE = const(0x10)


def find_special(buf, start, end):
    """Return the index of the first ETX or DLE in buf[start:end], or `end`."""
    etx = buf.find(ETX, start, end)
    if etx >= 0:
        end = etx
    dle = buf.find(DLE, start, end)
    return end if dle < 0 else dle


class Framed(SocketChannel):
    """Base of the channels with ETX and DLE.

    A subclass has `_write(span, n)`, which sends up to n bytes of a span and consumes them, and
    `_on_etx()`, called for an ETX of the host that no DLE precedes.
    """

    def __init__(self, context):
        super().__init__(context.table.io)
        self._out = context.writer.out
        self._escaped = False  # the last host byte was a DLE

    def enter(self, sock):
        self._sock = sock
        self._escaped = False

    def _decode(self, span):
        """Handle a run of plain host bytes, or one special byte. Return False if none was."""
        start = span.start
        run = find_special(span.buf, start, span.end) - start
        if self._escaped or run:
            self._write(span, 1 if self._escaped else run)
            if span.start > start:
                self._escaped = False
            return span.start > start
        if span.buf[start] == _DLE_CODE:
            self._escaped = True
        else:
            self._on_etx()
        span.consume(1)
        return True

    def _encode(self, rx):
        """Write a run of plain bytes, or a DLE and one special byte, to the host. Return the
        number of bytes read from `rx`. The output has room for 2 bytes at least."""
        rx.peek()
        n = find_special(rx.buf, rx.start, rx.end) - rx.start
        if n:
            n = self._out.write(rx.buf, rx.start, min(n, self._out.free()))
        else:
            self._out.write(DLE, 0, 1)
            n = self._out.write(rx.buf, rx.start, 1)
        rx.consume(n)
        return n

    def _write(self, span, n):
        raise NotImplementedError

    def _on_etx(self):
        raise NotImplementedError
