"""The control characters ETX and DLE in online data mode (D15, D16, Q23, Q24, H12).

An ETX marks the end of a datagram or of the data to a TCP peer. A byte after a DLE is always data.
"""

from ..compat import const
from .tcp import SocketChannel

ETX = b"\x03"
DLE = b"\x10"
_DLE_CODE = const(0x10)


def find_special(buf, start, end):
    """Return the index of the first ETX or DLE in buf[start:end], or `end` if there is none."""
    etx = buf.find(ETX, start, end)
    if etx >= 0:
        end = etx
    dle = buf.find(DLE, start, end)
    return end if dle < 0 else dle


class Framed(SocketChannel):
    """Base class of the channels that use the control characters ETX and DLE.

    A subclass implements `_write(span, n)`, which sends up to n bytes of a span to the peer and
    consumes the sent bytes, and `_on_etx()`, which handles an ETX from the host without a DLE
    before the ETX.
    """

    def __init__(self, context):
        super().__init__(context.table.io)
        self._out = context.writer.out
        self._escaped = False  # True after a DLE from the host: the next host byte is data

    def enter(self, sock):
        self._sock = sock
        self._escaped = False

    def _decode(self, span):
        """Handle the next host bytes of a span: all bytes up to an ETX or DLE, or one ETX or DLE.

        Return False if no byte was consumed.
        """
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
        """Write to the host a run of `rx` without ETX and DLE, or a DLE and then one ETX or DLE.

        Return the number of bytes consumed from `rx`. The output must have room for 2 bytes.
        """
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
